package org.unmute.metrics.interval;

import java.util.Locale;

/**
 * A share of independent trials, with Wilson's score interval. Its coverage is about {@code level} on average over true
 * shares. For individual true shares it can be lower: at 95 %, down to 93 % for 50 or more trials and a true share of
 * 0.1 to 0.9, and lower still with fewer trials or closer to 0 and 1.
 *
 * @param successes number of trials that succeeded
 * @param trials    number of trials
 * @param estimate  {@code successes / trials}; NaN without trials
 * @param low       lower end, in [0, 1]; NaN without trials
 * @param high      upper end, in [0, 1]; NaN without trials
 * @param level     share of intervals that contain the true share, on average; in (0, 1)
 */
public record Proportion(long successes, long trials, double estimate, double low, double high, double level) {

    /** The share with its interval at 95 %. */
    public static Proportion wilson(long successes, long trials) {
        return wilson(successes, trials, 0.95);
    }

    /**
     * The share with its two-sided interval. Without trials, the estimate and the interval are NaN.
     *
     * @param successes 0 to {@code trials}
     * @param trials    at least 0
     * @param level     in (0, 1)
     * @throws IllegalArgumentException if an argument is outside its range
     */
    public static Proportion wilson(long successes, long trials, double level) {
        if (successes < 0 || successes > trials) {
            throw new IllegalArgumentException(
                    "proportion: successes must be 0 to the number of trials: " + successes + " of " + trials);
        }
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("proportion: the level must be within (0, 1): " + level);
        }
        if (trials == 0) {
            return new Proportion(0, 0, Double.NaN, Double.NaN, Double.NaN, level);
        }
        return new Proportion(
                successes,
                trials,
                (double) successes / trials,
                lowerEnd(successes, trials, level),
                1 - lowerEnd(trials - successes, trials, level),
                level);
    }

    /**
     * The same share with an interval that is {@code factor} times as wide, within [0, 1]: for trials that depend on
     * each other.
     *
     * @param factor at least 1
     */
    public Proportion widened(double factor) {
        return factor == 1
                ? this
                : new Proportion(
                        successes,
                        trials,
                        estimate,
                        Math.max(0, estimate - factor * (estimate - low)),
                        Math.min(1, estimate + factor * (high - estimate)),
                        level);
    }

    /** The lower end, computed without cancellation from the product of both ends, p² / (1 + z² / n). */
    private static double lowerEnd(long successes, long trials, double level) {
        double n = trials;
        double p = successes / n;
        double z2 = Math.pow(NormalQuantile.of((1 - level) / 2), 2);
        double spread = Math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n)));
        return p * p / (p + z2 / (2 * n) + spread);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.4f [%.4f, %.4f]", estimate, low, high);
    }
}
