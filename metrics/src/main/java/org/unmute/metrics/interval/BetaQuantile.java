package org.unmute.metrics.interval;

/** Quantiles of the beta distribution, to about 1e-12: the ends of exact intervals of shares. */
final class BetaQuantile {
    private static final int MAX_TERMS = 10_000;
    private static final double TINY = 1e-300;

    private BetaQuantile() {}

    /**
     * The x with P(X ≤ x) = p, by Newton's method within a bracket that shrinks.
     *
     * @param a positive
     * @param b positive
     * @param p in (0, 1)
     */
    static double of(double p, double a, double b) {
        double logBeta = logGamma(a) + logGamma(b) - logGamma(a + b);
        double low = 0;
        double high = 1;
        double x = a / (a + b);
        while (high - low > 1e-13 * high && high > TINY) {
            double excess = distribution(x, a, b, logBeta) - p;
            if (excess < 0) {
                low = x;
            } else {
                high = x;
            }
            double density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logBeta);
            double next = x - excess / density;
            if (Math.abs(next - x) <= 1e-14 * x) {
                return x;
            }
            x = next > low && next < high ? next : (low + high) / 2;
        }
        return (low + high) / 2;
    }

    /** The regularized incomplete beta function. */
    private static double distribution(double x, double a, double b, double logBeta) {
        double front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta);
        return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b;
    }

    /** Its continued fraction (DLMF 8.17.22), by Lentz's method. */
    private static double fraction(double x, double a, double b) {
        double c = 1;
        double d = inverse(1 - (a + b) * x / (a + 1));
        double value = d;
        for (int m = 1; m <= MAX_TERMS; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = inverse(1 + even * d);
            c = nonZero(1 + even / c);
            value *= c * d;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = inverse(1 + odd * d);
            c = nonZero(1 + odd / c);
            double step = c * d;
            value *= step;
            if (Math.abs(step - 1) < 1e-15) {
                break;
            }
        }
        return value;
    }

    private static double inverse(double x) {
        return 1 / nonZero(x);
    }

    private static double nonZero(double x) {
        return Math.abs(x) < TINY ? TINY : x;
    }

    /** The logarithm of the gamma function, by Stirling's series after shifting the argument to 10 and above. */
    private static double logGamma(double x) {
        double product = 1;
        double y = x;
        while (y < 10) {
            product *= y;
            y++;
        }
        double r = 1 / (y * y);
        double series = (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / y;
        return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
    }
}
