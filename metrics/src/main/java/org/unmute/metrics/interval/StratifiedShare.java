package org.unmute.metrics.interval;

import java.util.List;
import java.util.Locale;

/**
 * A share of a finite population that was sampled at random within strata, with its interval. The strata's shares are
 * weighted by their sizes. The interval is that of binomial tests for the effective sample size (Korn and Graubard
 * 1998, "Confidence intervals for proportions with small expected number of positive counts estimated from survey
 * data"), half way between Clopper and Pearson's and mid-p: of the probability of exactly so many successes {@value
 * #OWN} is counted. The effective size is the number of independent trials that would have the variance of the weighted
 * share; it includes the finite-population correction. Ends are rounded to the next whole number of members inside,
 * and account for those that were examined.
 *
 * <p>In this variance the share of a stratum is moved by {@value #PRIOR} trials toward that of its neighbours: a
 * stratum in which all trials agree would otherwise count as known. Neighbours count less with distance, and the fewer
 * trials there are, the more of them count. Their share is moved by {@value #ALL} trials toward that of all.
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
    private static final double OWN = 0.75;
    private static final double PRIOR = 2.5;
    private static final double ALL = 2;
    /** Trials within the distance at which neighbours count 1/e. */
    private static final double REACH = 8;

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
        low = Math.max(least, Math.ceil(low * size - ROUNDING) / size);
        high = Math.min(most, Math.floor(high * size + ROUNDING) / size);
        return new StratifiedShare(
                size, trials, effective, estimate, Math.min(low, estimate), Math.max(high, estimate), level);
    }

    private static double lowerEnd(double successes, double trials, double tail) {
        return successes <= 1e-9 ? 0 : BinomialEnd.lowerShare(successes, Math.max(trials, successes), tail, OWN);
    }

    private static double effective(List<Stratum> all, long size, long trials, double estimate) {
        double variance = 0;
        double simple = 0;
        double center = (estimate * trials + 0.5) / (trials + 1);
        double reach = Math.max(1, REACH * all.size() / trials);
        for (int i = 0; i < all.size(); i++) {
            Stratum s = all.get(i);
            double weight = (double) s.size / size;
            double share = (s.successes + PRIOR * around(all, i, reach, center)) / (s.trials + PRIOR);
            double correction = s.size == 1 ? 0 : (double) (s.size - s.trials) / (s.size - 1);
            variance += weight * weight * share * (1 - share) / s.trials * correction;
            simple += weight * share;
        }
        return variance == 0 ? Double.POSITIVE_INFINITY : simple * (1 - simple) / variance;
    }

    /** The share of a stratum and its neighbours. */
    private static double around(List<Stratum> all, int stratum, double reach, double center) {
        double successes = ALL * center;
        double trials = ALL;
        for (int i = 0; i < all.size(); i++) {
            double weight = Math.exp(-Math.abs(i - stratum) / reach);
            successes += weight * all.get(i).successes;
            trials += weight * all.get(i).trials;
        }
        return successes / trials;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", estimate, low, high);
    }
}
