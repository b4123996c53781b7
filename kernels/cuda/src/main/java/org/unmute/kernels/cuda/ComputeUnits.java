package org.unmute.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.TensorCores;

/**
 * The units that a device uses for each kind of computation.
 *
 * @param precision of operands
 * @param choice where tensor cores run without loss of accuracy
 * @param capability the device's compute capability, times ten
 * @param sharedBytes max shared memory that a group may request on the device
 * @param cublas the library that runs on the device
 */
record ComputeUnits(Precision precision, TensorCores choice, int capability, int sharedBytes, CublasLibrary cublas) {
    /** The units of a device under the user's choices. */
    static ComputeUnits of(Precision precision, CudaDevices.DeviceInfo device, CublasLibrary cublas) {
        return new ComputeUnits(precision, TensorChoice.chosen(), device.capability(), device.sharedBytes(), cublas);
    }

    /**
     * A description for users: the work on tensor cores and its accuracy, the library for matrix products, and the
     * rest.
     */
    String describe() {
        boolean rounds = Variants.replace(precision, capability);
        boolean splits = offers("matmul_packed", "matmul_packed_f32");
        List<String> onTensorCores = new ArrayList<>();
        if (offers("matching_tensor", "signs_match")) {
            onTensorCores.add("binarized matching (exact)");
        }
        if (splits) {
            onTensorCores.add("large matrix products (float32's accuracy)");
        }
        if (offers("attention_tensor", "attention_split")) {
            onTensorCores.add("attention (float32's accuracy)");
        }
        if (offers("attention_tensor", "attention_half")) {
            onTensorCores.add("attention (10 mantissa bits)");
        }
        if (rounds) {
            onTensorCores.add("matrix products and float prototypes (" + precision.label() + ")");
        }
        List<String> all = new ArrayList<>();
        if (!onTensorCores.isEmpty()) {
            all.add("tensor cores: " + String.join(", ", onTensorCores));
        }
        if (!rounds) {
            all.add((splits ? "other " : "") + cublas.describe());
        }
        boolean refused = !rounds && precision != Precision.FP32;
        all.add((onTensorCores.isEmpty() ? "all" : "the rest") + " in float32"
                + (refused
                        ? ", since " + precision.label() + " needs compute capability " + Variants.MIN_CAPABILITY / 10
                                + "." + Variants.MIN_CAPABILITY % 10
                        : ""));
        return String.join("; ", all);
    }

    private boolean offers(String family, String kernel) {
        return CudaKernels.offered(new Kernel(family, kernel), precision, choice, capability, sharedBytes);
    }
}
