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
}
