package org.unmute.kernels.device;

import java.util.Locale;

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
    NEVER;

    /** System property: {@code auto} (the default), {@code always} or {@code never}. */
    public static final String PROPERTY = "unmute.cuda.tensor";

    /**
     * The choice of the system property.
     *
     * @throws IllegalArgumentException if the property has another value
     */
    public static TensorCores chosen() {
        String name = System.getProperty(PROPERTY, "auto").strip();
        for (TensorCores choice : values()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(name)) {
                return choice;
            }
        }
        throw new IllegalArgumentException(
                "cuda: system property " + PROPERTY + " must be auto, always or never: '" + name + "'");
    }
}
