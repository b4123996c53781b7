package org.unmute.tensor.op;

/**
 * Functions of one number, element by element. {@link #apply} and {@link #derivative}, in double precision, are the
 * specification for every backend. {@code p} and {@code q} are constants that only some functions have.
 */
public enum Unary {
    /** -x */
    NEG,
    /** |x|; derivative 0 at 0. */
    ABS,
    /** x² */
    SQUARE,
    /** eˣ */
    EXP,
    /** Natural logarithm. */
    LOG,
    /** ln(1 + x) */
    LOG1P,
    /** Square root. */
    SQRT,
    /** 1 / √x */
    RSQRT,
    /** 1 / x */
    RECIPROCAL,
    /** Sine. */
    SIN,
    /** Cosine. */
    COS,
    /** Hyperbolic tangent. */
    TANH,
    /** 1 / (1 + e⁻ˣ) */
    SIGMOID,
    /** Error function. */
    ERF,
    /** x Φ(x), in the exact form with the error function. */
    GELU,
    /** The tanh approximation of {@link #GELU}. */
    GELU_TANH,
    /** x sigmoid(x) */
    SILU,
    /** max(x, 0); derivative 0 at 0. */
    RELU,
    /** ln(1 + eˣ); the identity above 20. */
    SOFTPLUS,
    /** ln sigmoid(x) */
    LOG_SIGMOID,
    /** x clamp(x + 3, 0, 6) / 6 */
    HARDSWISH,
    /**
     * +1 for x ≥ 0 and for -0, NaN for NaN, else -1; derivative 0. For a straight-through gradient, see {@link
     * ElementwiseOps.BinarizeStraightThrough}.
     */
    SIGN,
    /** x for x > 0, else p x */
    LEAKY_RELU,
    /** x for x > 0, else p (eˣ - 1) */
    ELU,
    /** xᵖ */
    POW,
    /** x limited to [p, q]; derivative 1 on the closed interval. */
    CLAMP;

    private static final double SQRT_HALF = Math.sqrt(0.5);
    private static final double INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double GELU_CUBIC = 0.044715;

    /** Whether the function has constants. */
    public boolean hasConstants() {
        return this == LEAKY_RELU || this == ELU || this == POW || this == CLAMP;
    }

    /** The function's value. */
    public double apply(double x, double p, double q) {
        return switch (this) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SQUARE -> x * x;
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case LOG1P -> Math.log1p(x);
            case SQRT -> Math.sqrt(x);
            case RSQRT -> 1 / Math.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case TANH -> Math.tanh(x);
            case SIGMOID -> sigmoid(x);
            case ERF -> ErrorFunction.erf(x);
            case GELU -> 0.5 * x * ErrorFunction.erfc(-x * SQRT_HALF);
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + GELU_CUBIC * x * x * x)));
            case SILU -> x * sigmoid(x);
            case RELU -> x > 0 || Double.isNaN(x) ? x : 0;
            case SOFTPLUS -> x > 20 ? x : Math.log1p(Math.exp(x));
            case LOG_SIGMOID -> Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
            case HARDSWISH -> x * Math.max(0, Math.min(6, x + 3)) / 6;
            case SIGN -> Double.isNaN(x) ? x : x >= 0 ? 1 : -1;
            case LEAKY_RELU -> x > 0 ? x : p * x;
            case ELU -> x > 0 ? x : p * Math.expm1(x);
            case POW -> Math.pow(x, p);
            case CLAMP -> Math.max(p, Math.min(q, x));
        };
    }

    /** The derivative at {@code x}, where {@code y} is the function's value. */
    public double derivative(double x, double y, double p, double q) {
        return switch (this) {
            case NEG -> -1;
            case ABS -> Math.signum(x);
            case SQUARE -> 2 * x;
            case EXP -> y;
            case LOG -> 1 / x;
            case LOG1P -> 1 / (1 + x);
            case SQRT -> 0.5 / y;
            case RSQRT -> -0.5 * y / x;
            case RECIPROCAL -> -y * y;
            case SIN -> Math.cos(x);
            case COS -> -Math.sin(x);
            case TANH -> 1 - y * y;
            case SIGMOID -> y * (1 - y);
            case ERF -> 2 / Math.sqrt(Math.PI) * Math.exp(-x * x);
            case GELU -> 0.5 * ErrorFunction.erfc(-x * SQRT_HALF) + x * INV_SQRT_2PI * Math.exp(-0.5 * x * x);
            case GELU_TANH -> geluTanhDerivative(x);
            case SILU -> sigmoid(x) * (1 + x * (1 - sigmoid(x)));
            case RELU -> x > 0 ? 1 : 0;
            case SOFTPLUS -> x > 20 ? 1 : sigmoid(x);
            case LOG_SIGMOID -> sigmoid(-x);
            case HARDSWISH -> x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6;
            case SIGN -> 0;
            case LEAKY_RELU -> x > 0 ? 1 : p;
            case ELU -> x > 0 ? 1 : p * Math.exp(x);
            case POW -> p == 0 ? 0 : p * Math.pow(x, p - 1);
            case CLAMP -> x >= p && x <= q ? 1 : 0;
        };
    }

    private static double sigmoid(double x) {
        if (x >= 0) {
            return 1 / (1 + Math.exp(-x));
        }
        double e = Math.exp(x);
        return e / (1 + e);
    }

    private static double geluTanhDerivative(double x) {
        double t = Math.tanh(SQRT_2_OVER_PI * (x + GELU_CUBIC * x * x * x));
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * SQRT_2_OVER_PI * (1 + 3 * GELU_CUBIC * x * x);
    }
}
