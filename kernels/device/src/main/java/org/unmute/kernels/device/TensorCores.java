package org.unmute.kernels.device;

/**
 * Where float32 work runs on tensor cores with the accuracy of float32, its operands split into parts of lower
 * precision. Applies only where the device {@linkplain Device#offers offers} the kernels.
 */
public enum TensorCores {
    /** Where published rates of the device and the sizes of the work suggest that it is faster. */
    AUTO,
    /** At any size, on every device that has the kernels. */
    ALWAYS,
    /**
     * Nowhere. If TF32 or bfloat16 is requested, products then run without packed operands, and attention in float32.
     */
    NEVER
}
