package org.unmute.metrics.interval;

/** The inverse of the standard normal distribution function, to about 1e-14. */
public final class NormalQuantile {
    private static final double SQRT_2PI = Math.sqrt(2 * Math.PI);

    private NormalQuantile() {}

    /**
     * The quantile x with P(X ≤ x) = p.
     *
     * @param p in [0, 1]; 0 gives negative infinity, 1 positive infinity, NaN gives NaN
     */
    public static double of(double p) {
        if (Double.isNaN(p)) {
            return Double.NaN;
        }
        if (p < 0 || p > 1) {
            throw new IllegalArgumentException("normal quantile: not a probability: " + p);
        }
        // 1 - p is exact for p in [0.5, 1], so both halves keep their precision.
        return p < 0.5 ? -upper(p) : upper(1 - p);
    }

    /**
     * The x ≥ 0 with Q(x) = 1 - Φ(x) = q, for q in [0, 0.5], by Newton's method on log Q. This function is concave and
     * decreasing, so from the second step the iterates approach the root from the right and cannot overshoot.
     */
    private static double upper(double q) {
        if (q == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double target = Math.log(q);
        double x = 0;
        for (int step = 0; step < 100; step++) {
            double mills = mills(x);
            double logTail = Math.log(mills / SQRT_2PI) - 0.5 * x * x;
            double next = x + (logTail - target) * mills;
            if (Math.abs(next - x) <= 1e-15 * Math.max(1, Math.abs(next))) {
                return Math.max(0, next);
            }
            x = next;
        }
        return x;
    }

    /**
     * Mills' ratio Q(x) / φ(x) for x ≥ 0: computed from the power series of Φ about 0 where it converges fast, else
     * from the continued fraction of the tail. The ratio stays in range even where Q and φ underflow.
     */
    private static double mills(double x) {
        if (x < 3) {
            double term = x;
            double sum = x;
            for (int k = 3; term > 1e-18 * sum; k += 2) {
                term *= x * x / k;
                sum += term;
            }
            return 0.5 * SQRT_2PI * Math.exp(0.5 * x * x) - sum;
        }
        double fraction = x;
        for (int k = 200; k >= 1; k--) {
            fraction = x + k / fraction;
        }
        return 1 / fraction;
    }
}
