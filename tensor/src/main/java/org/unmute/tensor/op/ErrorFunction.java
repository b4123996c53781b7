package org.unmute.tensor.op;

/**
 * The error function in double precision: a Taylor series near 0, a continued fraction in the tails.
 * Absolute error below 1e-15.
 */
public final class ErrorFunction {
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
    private static final double INV_SQRT_PI = 1 / Math.sqrt(Math.PI);
    private static final double SERIES_LIMIT = 2.0;

    private ErrorFunction() {}

    /** erf(x) = 2/√π ∫₀ˣ exp(-t²) dt */
    public static double erf(double x) {
        double a = Math.abs(x);
        if (a < SERIES_LIMIT) {
            return series(x);
        }
        return x > 0 ? 1 - tail(a) : x < 0 ? tail(a) - 1 : x;
    }

    /** erfc(x) = 1 - erf(x), without loss of precision in the right tail. */
    public static double erfc(double x) {
        if (Math.abs(x) < 0.5) {
            return 1 - series(x);
        }
        return x > 0 ? tail(x) : x < 0 ? 2 - tail(-x) : Double.NaN;
    }

    /** erf as 2/√π · exp(-x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!. All terms have the same sign, so nothing cancels. */
    private static double series(double x) {
        double xx = x * x;
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * xx / (2 * n + 1);
            sum += term;
        }
        return TWO_OVER_SQRT_PI * Math.exp(-xx) * sum;
    }

    /** erfc for x ≥ 0.5. */
    private static double tail(double x) {
        if (x < SERIES_LIMIT) {
            return 1 - series(x);
        }
        if (x > 27.3) {
            return 0;
        }
        // erfc(x) = exp(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), evaluated from the bottom.
        int terms = (int) (30 + 300 / x);
        double f = x;
        for (int k = terms; k >= 1; k--) {
            f = x + 0.5 * k / f;
        }
        return INV_SQRT_PI * Math.exp(-x * x) / f;
    }
}
