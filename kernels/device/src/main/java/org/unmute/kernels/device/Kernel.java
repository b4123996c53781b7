package org.unmute.kernels.device;

import org.unmute.tensor.backend.WorkProfile.Unit;

/**
 * A kernel, identified by name.
 *
 * @param family its source file, without extension
 * @param name its function name in that file
 */
public record Kernel(String family, String name) {
    /**
     * The unit that the kernel multiplies on. Kernels for tensor cores are in families whose names end with {@code
     * _tensor} or {@code _packed}. Kernels with TF32 operands have it in their names. Operands of {@code
     * matching_tensor} are 8-bit integers. All others have 16-bit operands, and some use several of them for a number:
     * {@code f32} products and {@code split} attention.
     */
    public Unit unit() {
        if (!isForTensorCores()) {
            return Unit.FLOAT32;
        }
        return switch (family) {
            case "matching_tensor" -> Unit.BYTES;
            case "matmul_packed" -> name.contains("f32") ? Unit.HALF_SIX_TIMES : Unit.HALF;
            case "attention_tensor" -> name.contains("split") ? Unit.HALF_THRICE : Unit.HALF;
            default -> name.contains("tf32") ? Unit.TF32 : Unit.HALF;
        };
    }

    private boolean isForTensorCores() {
        return family.endsWith("_tensor") || family.endsWith("_packed");
    }

    /** The kernel's name and its source file. */
    @Override
    public String toString() {
        return name + " (" + family + (isForTensorCores() ? ".cu)" : ".cl)");
    }
}
