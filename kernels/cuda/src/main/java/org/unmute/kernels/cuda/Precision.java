package org.unmute.kernels.cuda;

import java.util.Locale;

/** The format to which large products may round float32 operands, for tensor cores. Sums are always float32. */
enum Precision {
    /** No rounding: the accuracy of float32, even on tensor cores. */
    FP32("float32"),
    /** 10 mantissa bits: relative rounding error at most 2^-11. */
    TF32("TF32"),
    /** 7 mantissa bits: relative rounding error at most 2^-8. */
    BF16("bfloat16");

    /** System property: {@code fp32} (the default), {@code tf32} or {@code bf16}; {@code --precision} sets it. */
    static final String PROPERTY = "unmute.precision";

    private final String label;

    Precision(String label) {
        this.label = label;
    }

    /** The name for users. */
    String label() {
        return label;
    }

    /**
     * The precision selected by the system property.
     *
     * @throws IllegalArgumentException if the property has another value
     */
    static Precision chosen() {
        String name = System.getProperty(PROPERTY, "fp32").strip().toLowerCase(Locale.ROOT);
        for (Precision p : values()) {
            if (p.name().toLowerCase(Locale.ROOT).equals(name)) {
                return p;
            }
        }
        throw new IllegalArgumentException(
                "cuda: system property " + PROPERTY + " must be fp32, tf32 or bf16: '" + name + "'");
    }
}
