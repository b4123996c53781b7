package org.unmute.metrics;

import java.util.Arrays;
import java.util.Locale;

/**
 * A percentile bootstrap interval.
 *
 * <p>Average precision is biased upwards under resampling: a positive clip that is drawn twice supports itself in the
 * ranking, especially in classes with few positives. Compare {@code mean} with the score itself; if they differ by more
 * than the width of the interval, the score can lie outside it.
 *
 * @param low lower end; NaN if the metric was undefined in every resample
 * @param high upper end
 * @param mean mean over the resamples; {@code mean} minus the score estimates the bias of resampling
 * @param level share of resamples inside the interval, in (0, 1)
 * @param resamples number of resamples drawn
 * @param undefined number of resamples left out because the metric is undefined (for example, no positive was drawn)
 */
public record Interval(double low, double high, double mean, double level, int resamples, int undefined) {

    /**
     * The interval of the defined values among {@code values}, with ends interpolated linearly between order
     * statistics.
     */
    public static Interval of(double[] values, double level) {
        double[] sorted =
                Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
        double tail = (1 - level) / 2;
        return new Interval(
                percentile(sorted, tail),
                percentile(sorted, 1 - tail),
                Arrays.stream(sorted).average().orElse(Double.NaN),
                level,
                values.length,
                values.length - sorted.length);
    }

    private static double percentile(double[] sorted, double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double position = share * (sorted.length - 1);
        int below = (int) position;
        double rest = position - below;
        // The difference between two equal infinities would be NaN.
        return rest == 0 || sorted[below] == sorted[below + 1]
                ? sorted[below]
                : sorted[below] + rest * (sorted[below + 1] - sorted[below]);
    }

    /**
     * This interval shifted by the resampling bias, so that the mean over the resamples equals the score. The width
     * does not change.
     *
     * @param score the metric on the whole set
     */
    public Interval centredOn(double score) {
        double shift = score - mean;
        return Double.isFinite(shift)
                ? new Interval(low + shift, high + shift, score, level, resamples, undefined)
                : this;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "[%.4f, %.4f]", low, high);
    }
}
