package org.unmute.benchmark.results;

/**
 * A metric over the seeds of a cell.
 *
 * @param mean a fraction in [0, 1]; NaN if undefined
 * @param sd    sample standard deviation (n - 1); NaN for a single seed
 * @param seeds number of seeds
 */
public record Score(double mean, double sd, int seeds) {
    /** The score of the given values, one per seed. */
    public static Score of(double... values) {
        if (values.length == 0) {
            return new Score(Double.NaN, Double.NaN, 0);
        }
        double mean = 0;
        for (double v : values) {
            mean += v / values.length;
        }
        double squares = 0;
        for (double v : values) {
            squares += (v - mean) * (v - mean);
        }
        return new Score(
                mean, values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : Double.NaN, values.length);
    }

    /** Whether the mean is defined. */
    public boolean defined() {
        return Double.isFinite(mean);
    }
}
