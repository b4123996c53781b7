package org.unmute.bench.table;

import java.util.Arrays;

/** The little arithmetic of the table. */
final class Statistics {
    private Statistics() {}

    /**
     * The middle value; of an even number of values the mean of the two in the middle.
     *
     * @throws IllegalArgumentException if there is none
     */
    static double median(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("median: there is no value");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** The greatest value divided by the smallest. */
    static double spread(double... values) {
        return Arrays.stream(values).max().orElseThrow()
                / Arrays.stream(values).min().orElseThrow();
    }

    /** The greatest of the quotients of a value and one before it: 1 or less where values never rise. */
    static double rise(double... values) {
        double least = values[0];
        double rise = 0;
        for (int i = 1; i < values.length; i++) {
            rise = Math.max(rise, values[i] / least);
            least = Math.min(least, values[i]);
        }
        return rise;
    }
}
