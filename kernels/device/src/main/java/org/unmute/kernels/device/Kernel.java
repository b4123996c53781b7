package org.unmute.kernels.device;

import org.unmute.tensor.backend.WorkProfile.Unit;

/**
 * A kernel by name.
 *
 * @param family its source file, without extension
 * @param name its function name in that file
 */
public record Kernel(String family, String name) {
    /**
     * What the kernel multiplies on. Kernels for tensor cores are in families whose names end with {@code _tensor} or
     * {@code _packed}. Those whose operands are TF32 say so in their names; those of {@code matching_tensor} are whole
     * numbers of 8 bits; all others have 16 bits.
     */
    public Unit unit() {
        if (!family.endsWith("_tensor") && !family.endsWith("_packed")) {
            return Unit.FLOAT32;
        }
        return family.equals("matching_tensor") ? Unit.BYTES : name.contains("tf32") ? Unit.TF32 : Unit.HALF;
    }

    @Override
    public String toString() {
        return name + " (" + family + ".cl)";
    }
}
