package org.unmute.kernels.device;

/**
 * Where float32 work runs on tensor cores at float32's accuracy, its operands split into parts of lower precision. What
 * a device {@linkplain Device#offers offers} comes first: without the kernels there is none.
 */
public enum TensorCores {
    /** Where published rates of the device, and the sizes of the work, say that it is faster. */
    AUTO,
    /** On every device that has the kernels, at any size. */
    ALWAYS,
    /**
     * Nowhere. Where TF32 or bfloat16 is asked for, products then run without packed operands, and attention in
     * float32.
     */
    NEVER
}
