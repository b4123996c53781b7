package org.unmute.metrics.interval;

import java.util.List;
import java.util.Locale;

/**
 * A share of a finite population that was sampled at random within strata, with its interval. The strata's shares are
 * weighted by their sizes. The interval is that of Clopper and Pearson for the effective sample size (Korn and Graubard
 * 1998, "Confidence intervals for proportions with small expected number of positive counts estimated from survey
 * data"), moved toward the one of Jeffreys by {@value #TOWARD_JEFFREYS} successes. The effective size is the number of
 * independent trials that would have the variance of the weighted share; it includes the finite-population correction.
 * Ends are rounded to a whole number of members, and account for those that were examined. In this variance each
 * stratum's share is moved toward the share of all by {@value #PRIOR} trials, since a stratum in which all trials agree
 * would otherwise count as known.
 *
 * @param population number of members of all strata
 * @param trials     number of them that were examined
 * @param effective  effective sample size; infinite if all were examined
 * @param estimate   NaN without trials
 * @param low        lower end, in [0, 1]; 0 without trials
 * @param high       upper end, in [0, 1]; 1 without trials
 * @param level      share of intervals that contain the true share
 */
public record StratifiedShare(
        long population, long trials, double effective, double estimate, double low, double high, double level) {
    private static final double TOWARD_JEFFREYS = 0.1;
    private static final double PRIOR = 2;
    private static final double ROUNDING = 1e-9;

    /**
     * A stratum.
     *
     * @param size      number of its members
     * @param trials    number of members that were drawn at random and examined, at most {@code size}
     * @param successes number of these that succeeded
     */
    public record Stratum(long size, long trials, long successes) {
        /** @throws IllegalArgumentException if the numbers contradict each other */
        public Stratum {
            if (successes < 0 || trials < successes || size < trials) {
                throw new IllegalArgumentException("stratified share: successes, trials and size of a stratum must be"
                        + " in order: " + successes + ", " + trials + ", " + size);
            }
        }
    }

    /** The share with its interval at 95 %. */
    public static StratifiedShare of(List<Stratum> strata) {
        return of(strata, 0.95);
    }

    /**
     * The share with its two-sided interval. A stratum without trials is taken together with the one after it, the last
     * with the one before it.
     *
     * @param strata in order of what they are made by, such as scores
     * @param level  in (0, 1)
     */
    public static StratifiedShare of(List<Stratum> strata, double level) {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("stratified share: the level must be within (0, 1): " + level);
        }
        List<Stratum> all = Collapsed.of(strata);
        long size = all.stream().mapToLong(Stratum::size).sum();
        long trials = all.stream().mapToLong(Stratum::trials).sum();
        if (trials == 0) {
            return new StratifiedShare(size, 0, 0, Double.NaN, 0, 1, level);
        }
        long successes = all.stream().mapToLong(Stratum::successes).sum();
        double estimate = 0;
        for (Stratum s : all) {
            estimate += (double) s.size / size * s.successes / s.trials;
        }
        double effective = effective(all, size, trials, estimate);
        double least = (double) successes / size;
        double most = (double) (size - trials + successes) / size;
        if (Double.isInfinite(effective)) {
            double known = (double) successes / size;
            return new StratifiedShare(size, trials, effective, known, known, known, level);
        }
        double found = estimate * effective;
        double low = lowerEnd(found, effective, (1 - level) / 2);
        double high = 1 - lowerEnd(effective - found, effective, (1 - level) / 2);
        // The true share is a whole number of members.
        low = Math.max(least, Math.floor(low * size + 0.5 + ROUNDING) / size);
        high = Math.min(most, Math.ceil(high * size - 0.5 - ROUNDING) / size);
        return new StratifiedShare(
                size, trials, effective, estimate, Math.min(low, estimate), Math.max(high, estimate), level);
    }

    private static double lowerEnd(double successes, double trials, double tail) {
        double failures = Math.max(0, trials - successes);
        return successes <= 1e-9
                ? 0
                : BetaQuantile.of(tail, successes + TOWARD_JEFFREYS, failures + 1 - TOWARD_JEFFREYS);
    }

    private static double effective(List<Stratum> all, long size, long trials, double estimate) {
        double variance = 0;
        double simple = 0;
        double center = (estimate * trials + 0.5) / (trials + 1);
        for (Stratum s : all) {
            double weight = (double) s.size / size;
            double share = (s.successes + PRIOR * center) / (s.trials + PRIOR);
            double correction = s.size == 1 ? 0 : (double) (s.size - s.trials) / (s.size - 1);
            variance += weight * weight * share * (1 - share) / s.trials * correction;
            simple += weight * share;
        }
        return variance == 0 ? Double.POSITIVE_INFINITY : simple * (1 - simple) / variance;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", estimate, low, high);
    }
}
