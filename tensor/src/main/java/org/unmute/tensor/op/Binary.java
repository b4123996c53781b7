package org.unmute.tensor.op;

/**
 * Functions of two numbers, element by element. Comparisons give 1 or 0 and have no gradient. These definitions are the
 * specification for every backend.
 */
public enum Binary {
    /** a + b */
    ADD,
    /** a - b */
    SUB,
    /** a b */
    MUL,
    /** a / b */
    DIV,
    /** Maximum; NaN if either is NaN. On a tie, each gets half of the gradient. */
    MAX,
    /** Minimum; NaN if either is NaN. On a tie, each gets half of the gradient. */
    MIN,
    /** aᵇ */
    POW,
    /** 1 where a = b */
    EQUAL,
    /** 1 where a > b */
    GREATER,
    /** 1 where a ≥ b */
    GREATER_EQUAL;

    /** The function's value. */
    public double apply(double a, double b) {
        return switch (this) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case POW -> Math.pow(a, b);
            case EQUAL -> a == b ? 1 : 0;
            case GREATER -> a > b ? 1 : 0;
            case GREATER_EQUAL -> a >= b ? 1 : 0;
        };
    }

    /** Whether the function has a gradient. */
    public boolean isDifferentiable() {
        return ordinal() < EQUAL.ordinal();
    }
}
