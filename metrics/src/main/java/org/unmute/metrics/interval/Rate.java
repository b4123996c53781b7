package org.unmute.metrics.interval;

import java.util.Locale;

/**
 * Events per hour, with Garwood's exact interval for a Poisson count: whatever the true rate, at least {@code level} of
 * the intervals contain it. Events must be independent of each other; false alarms that occur in bursts are not, and
 * their interval is too narrow.
 *
 * @param count    number of events counted
 * @param hours    number of hours in which they were counted
 * @param estimate {@code count / hours}
 * @param low      lower end, per hour; 0 for a count of 0
 * @param high     upper end, per hour
 * @param level    minimum share of intervals that contain the true rate, in (0, 1)
 */
public record Rate(long count, double hours, double estimate, double low, double high, double level) {
    private static final long MAX_COUNT = 1_000_000_000_000L;

    /** The rate with its two-sided interval at 95 %. */
    public static Rate poisson(long count, double hours) {
        return poisson(count, hours, 0.95);
    }

    /**
     * The rate with its two-sided interval; each tail has half of {@code 1 - level}.
     *
     * @param count 0 to 10^12
     * @param hours finite, above 0
     * @param level in (0, 1)
     * @throws IllegalArgumentException if an argument is outside its range
     */
    public static Rate poisson(long count, double hours, double level) {
        check(count, hours, level);
        double tail = (1 - level) / 2;
        return new Rate(
                count,
                hours,
                count / hours,
                count == 0 ? 0 : GammaQuantile.lower(count, tail) / hours,
                GammaQuantile.upper(count + 1, tail) / hours,
                level);
    }

    /**
     * The same rate with an interval that is {@code factor} times as wide, and not below 0: for events in bursts.
     *
     * @param factor at least 1
     */
    public Rate widened(double factor) {
        double from = Math.max(0, estimate - factor * (estimate - low));
        return factor == 1
                ? this
                : new Rate(count, hours, estimate, from, estimate + factor * (high - estimate), level);
    }

    /**
     * The exact one-sided upper confidence bound of a rate, per hour, at confidence {@code level}. For a count of 0 at
     * 95 % it is 2.996 / {@code hours} (the rule of three).
     *
     * @param count 0 to 10^12
     * @param hours finite, above 0
     * @param level in (0, 1)
     * @throws IllegalArgumentException if an argument is outside its range
     */
    public static double upper(long count, double hours, double level) {
        check(count, hours, level);
        return GammaQuantile.upper(count + 1, 1 - level) / hours;
    }

    private static void check(long count, double hours, double level) {
        if (count < 0 || count > MAX_COUNT) {
            throw new IllegalArgumentException("rate: the count must be 0 to " + MAX_COUNT + ": " + count);
        }
        if (!(hours > 0 && hours < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("rate: hours must be finite and above 0: " + hours);
        }
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("rate: the level must be within (0, 1): " + level);
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.4g per hour [%.4g, %.4g]", estimate, low, high);
    }

    /**
     * Quantiles of the gamma distribution with integer shape and scale 1, to a relative error of about 1e-13. Each is
     * half a chi-square quantile with twice as many degrees of freedom.
     */
    private static final class GammaQuantile {
        /** From here on, the error of Stirling's series is below 1e-16. */
        private static final int STIRLING_FROM = 16;

        private GammaQuantile() {}

        /**
         * The quantile x with P(X ≤ x) = p.
         *
         * @param shape at least 1
         * @param p     in (0, 1)
         */
        static double lower(long shape, double p) {
            // 1 - p is exact for p in [0.5, 1], and using the smaller tail preserves precision.
            return p <= 0.5 ? solve(shape, p, true) : solve(shape, 1 - p, false);
        }

        /**
         * The quantile x with P(X > x) = q.
         *
         * @param shape at least 1
         * @param q     in (0, 1)
         */
        static double upper(long shape, double q) {
            return q <= 0.5 ? solve(shape, q, false) : solve(shape, 1 - q, true);
        }

        /**
         * Newton's method on the logarithm of a tail as a function of log x. The density of log X is log-concave, and
         * so are both tails; from the second step, the iterates therefore approach the root from one side.
         */
        private static double solve(long a, double tail, boolean lower) {
            double target = Math.log(tail);
            double t = Math.log(start(a, tail, lower));
            for (int step = 0; step < 100; step++) {
                double x = Math.exp(t);
                double density = x * term(a - 1, x);
                double share = lower ? lowerTail(a, x) : upperTail(a, x);
                double change = (target - Math.log(share)) * share / (lower ? density : -density);
                t += change;
                if (Math.abs(change) <= 1e-15 * Math.max(1, Math.abs(t))) {
                    break;
                }
            }
            return Math.exp(t);
        }

        /** Initial value: Wilson and Hilferty's approximation, or for small x the bound P ≤ x^a / a!. */
        private static double start(long a, double tail, boolean lower) {
            double normal = lower ? NormalQuantile.of(tail) : -NormalQuantile.of(tail);
            double root = 1 - 1 / (9.0 * a) + normal / (3 * Math.sqrt(a));
            if (root > 0.3) {
                return a * root * root * root;
            }
            return Math.exp((Math.log(tail) - Math.log(term(a, a)) + a * (Math.log(a) - 1)) / a);
        }

        /** P(X ≤ x) by its power series, whose terms are positive. Takes about 10 √a terms if x is near a. */
        private static double lowerTail(long a, double x) {
            if (x > a + 1) {
                return 1 - upperTail(a, x);
            }
            double term = 1;
            double sum = 1;
            for (double n = a + 1.0; term > 1e-18 * sum; n++) {
                term *= x / n;
                sum += term;
            }
            return term(a, x) * sum;
        }

        /**
         * P(X > x) by Lentz's method for the continued fraction, or as the complement of the series where the latter
         * converges.
         */
        private static double upperTail(long a, double x) {
            if (x <= a + 1) {
                return 1 - lowerTail(a, x);
            }
            double b = x + 1 - a;
            double c = Double.POSITIVE_INFINITY;
            double d = 1 / b;
            double fraction = d;
            for (double i = 1; i < 1e8; i++) {
                double numerator = -i * (i - a);
                b += 2;
                d = 1 / (numerator * d + b);
                c = b + numerator / c;
                double factor = c * d;
                fraction *= factor;
                if (Math.abs(factor - 1) < 1e-16) {
                    break;
                }
            }
            return x * term(a - 1, x) * fraction;
        }

        /**
         * The Poisson probability x^n e^-x / n!. Loader's form, -n h(x / n - 1) with h(u) = u - log(1 + u), preserves
         * the digits that n log x - x would lose for large n.
         */
        private static double term(long n, double x) {
            if (n == 0) {
                return Math.exp(-x);
            }
            if (n < STIRLING_FROM) {
                double product = Math.exp(-x);
                for (int k = 1; k <= n; k++) {
                    product *= x / k;
                }
                if (product > 1e-290) {
                    return product;
                }
            }
            double u = (x - n) / n;
            return Math.exp(-n * h(u) - stirlingError(n)) / Math.sqrt(2 * Math.PI * n);
        }

        /** h(u) = u - log(1 + u) ≥ 0. */
        private static double h(double u) {
            if (Math.abs(u) > 0.1) {
                return u - Math.log1p(u);
            }
            double power = u;
            double sum = 0;
            for (int k = 2; k < 30; k++) {
                power *= -u;
                sum -= power / k;
            }
            return sum;
        }

        /** log(n!) - log(√(2πn) (n/e)^n). */
        private static double stirlingError(long n) {
            if (n < STIRLING_FROM) {
                double log = 0;
                for (int k = 2; k <= n; k++) {
                    log += Math.log(k);
                }
                return log - 0.5 * Math.log(2 * Math.PI * n) - n * (Math.log(n) - 1);
            }
            double s = 1.0 / n / n;
            return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s * (1.0 / 1188))))) / n;
        }
    }
}
