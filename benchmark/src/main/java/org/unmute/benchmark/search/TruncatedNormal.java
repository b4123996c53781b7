package org.unmute.benchmark.search;

import java.util.SplittableRandom;

/**
 * A normal distribution truncated to [0, 1]. It uses StrictMath only, so it gives the same numbers on every machine.
 */
record TruncatedNormal(double mean, double deviation) {
    private static final double LOG_SQRT_2PI = 0.5 * StrictMath.log(2 * Math.PI);

    /** @throws IllegalArgumentException for a mean outside [0, 1] or a deviation not above 0 */
    TruncatedNormal {
        if (!(mean >= 0 && mean <= 1 && deviation > 0)) {
            throw new IllegalArgumentException(
                    "truncated normal: mean in 0 to 1, deviation above 0: " + mean + ", " + deviation);
        }
    }

    /** The logarithm of the density at a point of [0, 1]. */
    double logDensity(double x) {
        double z = (x - mean) / deviation;
        double mass = half(mean / deviation) + half((1 - mean) / deviation);
        return -0.5 * z * z - LOG_SQRT_2PI - StrictMath.log(deviation * mass);
    }

    /**
     * One draw, by rejection. With the mean in [0, 1] and a deviation of at most 1, at least one draw in three is
     * accepted on average.
     */
    double draw(SplittableRandom random) {
        while (true) {
            double x = mean + deviation * gaussian(random);
            if (x >= 0 && x <= 1) {
                return x;
            }
        }
    }

    /** A standard normal draw: Marsaglia's polar method. */
    private static double gaussian(SplittableRandom random) {
        while (true) {
            double u = 2 * random.nextDouble() - 1;
            double v = 2 * random.nextDouble() - 1;
            double s = u * u + v * v;
            if (s > 0 && s < 1) {
                return u * StrictMath.sqrt(-2 * StrictMath.log(s) / s);
            }
        }
    }

    /** P(0 ≤ X ≤ x) of a standard normal X: φ(x) (x + x³/3 + x⁵/(3·5) + …), whose terms are all positive. */
    static double half(double x) {
        if (x > 9) {
            return 0.5; // the remainder is below 2e-19
        }
        double term = x;
        double sum = x;
        for (int k = 3; term > 1e-18 * sum; k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return sum * StrictMath.exp(-0.5 * x * x - LOG_SQRT_2PI);
    }
}
