package org.unmute.bench.table;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Statistics for the table. */
public final class Statistics {
    private Statistics() {}

    /**
     * The median; for an even number of values, the mean of the middle two.
     *
     * @throws IllegalArgumentException if there are no values
     */
    public static double median(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("median: there is no value");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** The median of a function over elements. */
    static <T> double median(List<T> elements, ToDoubleFunction<T> value) {
        return median(elements.stream().mapToDouble(value).toArray());
    }

    /** The max divided by the min. */
    static double spread(double... values) {
        return Arrays.stream(values).max().orElseThrow()
                / Arrays.stream(values).min().orElseThrow();
    }

    /** The max ratio of a value to an earlier one; 1 or less if values never rise. */
    static double rise(double... values) {
        double min = values[0];
        double rise = 0;
        for (int i = 1; i < values.length; i++) {
            rise = Math.max(rise, values[i] / min);
            min = Math.min(min, values[i]);
        }
        return rise;
    }
}
