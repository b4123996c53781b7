package org.unmute.benchmark.search;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The tree-structured Parzen estimator (Bergstra et al., "Algorithms for hyper-parameter optimization", 2011), one
 * dimension at a time, with Optuna's defaults: of n trials the best min(⌈n/10⌉, 25) give the density l(x), the
 * others g(x); of 24 draws from l, the one with the largest l(x) / g(x) is tried next. Both densities are {@link
 * ParzenMixture}s.
 *
 * <p>Points lie in the unit cube. In it, logarithmic ranges are already on their logarithmic scale, and so are
 * densities, widths and draws.
 */
public final class Tpe {
    /** Number of candidates from which the next point is taken. */
    public static final int CANDIDATES = 24;

    private static final int MOST_GOOD = 25;

    private final int dimensions;
    private final long seed;

    /**
     * @param dimensions at least 1
     * @param seed seed of all draws
     * @throws IllegalArgumentException for no dimension
     */
    public Tpe(int dimensions, long seed) {
        if (dimensions < 1) {
            throw new IllegalArgumentException(
                    "tree-structured Parzen estimator: at least one dimension: " + dimensions);
        }
        this.dimensions = dimensions;
        this.seed = seed;
    }

    /**
     * Number of good trials among {@code trials}.
     *
     * @return ⌈trials/10⌉, at most 25
     */
    public static int good(int trials) {
        return Math.min((trials + 9) / 10, MOST_GOOD);
    }

    /**
     * The next point, [dimensions], each in [0, 1]: a function of the arguments and the seed alone.
     *
     * @param trial number of the trial; each trial draws other candidates
     * @param good points of the good trials, oldest first; may be empty
     * @param others points of the other trials, oldest first; may be empty
     */
    public double[] suggest(int trial, List<double[]> good, List<double[]> others) {
        SplittableRandom streams = new SplittableRandom(seed ^ (trial + 1) * 0x9E3779B97F4A7C15L);
        double[] point = new double[dimensions];
        for (int d = 0; d < dimensions; d++) {
            point[d] = best(new ParzenMixture(axis(good, d)), new ParzenMixture(axis(others, d)), streams.split());
        }
        return point;
    }

    private static double best(ParzenMixture l, ParzenMixture g, SplittableRandom random) {
        double best = Double.NaN;
        double maxGain = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < CANDIDATES; i++) {
            double x = l.draw(random);
            double gain = l.logDensity(x) - g.logDensity(x);
            if (gain > maxGain) {
                maxGain = gain;
                best = x;
            }
        }
        return best;
    }

    private double[] axis(List<double[]> points, int dimension) {
        List<Double> values = new ArrayList<>();
        for (double[] point : points) {
            if (point.length != dimensions) {
                throw new IllegalArgumentException("tree-structured Parzen estimator: a point has " + point.length
                        + " numbers, not " + dimensions);
            }
            values.add(point[dimension]);
        }
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
