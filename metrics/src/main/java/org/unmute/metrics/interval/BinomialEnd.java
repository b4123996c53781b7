package org.unmute.metrics.interval;

/** Ends of exact intervals of shares, to about 1e-12, by the beta distribution. */
final class BinomialEnd {
    private static final int MAX_TERMS = 10_000;
    private static final double TINY = 1e-300;
    /** Fewer failures are none. */
    private static final double NONE = 1e-9;

    private BinomialEnd() {}

    /**
     * The share p of successes at which at least so many successes have this probability, where a share of the
     * probability of exactly so many is counted: with 1 the lower end of Clopper and Pearson, with 1/2 that of mid-p.
     * By Newton's method within a bracket that shrinks.
     *
     * @param successes positive; need not be whole
     * @param trials at least as many
     * @param tail in (0, 1)
     * @param own the share that is counted, in (0, 1]
     */
    static double lowerShare(double successes, double trials, double tail, double own) {
        double failures = trials - successes;
        if (failures < NONE) {
            return Math.pow(tail / own, 1 / trials);
        }
        double atLeast = logBeta(successes, failures + 1);
        double above = logBeta(successes + 1, failures);
        double low = 0;
        double high = 1;
        double x = successes / (trials + 1);
        while (high - low > 1e-13 * high && high > TINY) {
            double excess = own * distribution(x, successes, failures + 1, atLeast)
                    + (1 - own) * distribution(x, successes + 1, failures, above)
                    - tail;
            if (excess < 0) {
                low = x;
            } else {
                high = x;
            }
            double density = own * density(x, successes, failures + 1, atLeast)
                    + (1 - own) * density(x, successes + 1, failures, above);
            double next = x - excess / density;
            if (Math.abs(next - x) <= 1e-14 * x) {
                return x;
            }
            x = next > low && next < high ? next : (low + high) / 2;
        }
        return (low + high) / 2;
    }

    private static double density(double x, double a, double b, double logBeta) {
        return Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logBeta);
    }

    private static double logBeta(double a, double b) {
        return logGamma(a) + logGamma(b) - logGamma(a + b);
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
