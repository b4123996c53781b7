package org.unmute.benchmark.search;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A density on [0, 1] estimated from points: one {@linkplain TruncatedNormal truncated normal} around each point, and a
 * wide one around the middle as the prior (Bergstra et al. 2011, section 4; widths and weights are Optuna's univariate
 * defaults).
 *
 * <p>The deviation of a point is the larger of the distances to its neighbors, where the middle of the prior counts as
 * a neighbor; an outermost point uses its inner neighbor only. It is clamped to [1 / min(100, 2 + points), 1]. With up
 * to 25 points, each weighs as much as the prior. With more, the newest 25 keep that weight, and the weights of older
 * ones fall linearly to 1 / points.
 */
final class ParzenMixture {
    private static final double MIDDLE = 0.5;
    /** Number of newest points that keep their full weight. */
    private static final int FRESH = 25;

    private final TruncatedNormal[] parts;
    private final double[] weights;

    /** @param points in [0, 1], oldest first; not modified */
    ParzenMixture(double[] points) {
        int n = points.length;
        double[] deviations = deviations(points);
        parts = new TruncatedNormal[n + 1];
        for (int i = 0; i < n; i++) {
            parts[i] = new TruncatedNormal(points[i], deviations[i]);
        }
        parts[n] = new TruncatedNormal(MIDDLE, 1);
        weights = weights(n);
    }

    /** Weights of the components, the prior last; they sum to 1. */
    static double[] weights(int points) {
        double[] weights = new double[points + 1];
        Arrays.fill(weights, 1);
        int fading = points - FRESH;
        for (int i = 0; i < fading; i++) {
            double from = 1.0 / points;
            weights[i] = fading == 1 ? from : from + (1 - from) * i / (fading - 1);
        }
        double sum = 0;
        for (double w : weights) {
            sum += w;
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    /** Deviation of each point, in the order given. */
    static double[] deviations(double[] points) {
        int n = points.length;
        double[] at = Arrays.copyOf(points, n + 1);
        at[n] = MIDDLE;
        int[] order = IntStream.rangeClosed(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> at[i]))
                .mapToInt(i -> i)
                .toArray();
        double least = 1 / Math.min(100.0, 2.0 + n);
        double[] deviations = new double[n];
        for (int k = 0; k <= n; k++) {
            if (order[k] < n) {
                double left = k > 0 ? at[order[k]] - at[order[k - 1]] : 0;
                double right = k < n ? at[order[k + 1]] - at[order[k]] : 0;
                deviations[order[k]] = Math.clamp(Math.max(left, right), least, 1);
            }
        }
        return deviations;
    }

    /** The logarithm of the density at a point of [0, 1]. */
    double logDensity(double x) {
        double[] logs = new double[parts.length];
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < parts.length; i++) {
            logs[i] = StrictMath.log(weights[i]) + parts[i].logDensity(x);
            max = Math.max(max, logs[i]);
        }
        double sum = 0;
        for (double log : logs) {
            sum += StrictMath.exp(log - max);
        }
        return max + StrictMath.log(sum);
    }

    /** One draw. */
    double draw(SplittableRandom random) {
        double u = random.nextDouble();
        int part = 0;
        while (part < weights.length - 1 && u >= weights[part]) {
            u -= weights[part];
            part++;
        }
        return parts[part].draw(random);
    }
}
