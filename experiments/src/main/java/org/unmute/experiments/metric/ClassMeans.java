package org.unmute.experiments.metric;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** Means over the classes for which a value is defined; NaN if there are none. */
final class ClassMeans {
    private ClassMeans() {}

    static <T> double defined(List<T> items, ToDoubleFunction<T> value) {
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
