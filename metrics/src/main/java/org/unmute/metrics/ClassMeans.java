package org.unmute.metrics;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** Means over the items, such as classes, for which a value is defined; NaN if there are none. */
public final class ClassMeans {
    private ClassMeans() {}

    /** Mean of the values that are not NaN. */
    public static <T> double defined(List<T> items, ToDoubleFunction<T> value) {
        return items.stream()
                .mapToDouble(value)
                .filter(v -> !Double.isNaN(v))
                .average()
                .orElse(Double.NaN);
    }

    static <T> double finite(List<T> items, ToDoubleFunction<T> value) {
        return items.stream()
                .mapToDouble(value)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }
}
