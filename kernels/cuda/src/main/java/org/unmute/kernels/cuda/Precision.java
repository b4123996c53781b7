package org.unmute.kernels.cuda;

import java.util.Locale;

/** What products of large float32 operands may round the operands to, for tensor cores. Sums are float32 always. */
enum Precision {
    /** Nothing is rounded: the portable kernels. */
    FP32("float32"),
    /** 10 bits behind the point: an operand is off by at most 2^-11 of itself. */
    TF32("TF32"),
    /** 7 bits behind the point: an operand is off by at most 2^-8 of itself. */
    BF16("bfloat16");

    /** System property with {@code fp32}, the default, {@code tf32} or {@code bf16}; {@code --precision} sets it. */
    static final String PROPERTY = "unmute.precision";

    private final String words;

    Precision(String words) {
        this.words = words;
    }

    /** For people. */
    String words() {
        return words;
    }

    /**
     * What the system property says.
     *
     * @throws IllegalArgumentException if it says something else
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
