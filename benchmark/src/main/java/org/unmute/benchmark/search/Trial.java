package org.unmute.benchmark.search;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Values to try.
 *
 * @param number from 0
 * @param stage origin of the values
 * @param values by name of their range, in the ranges' order; not modifiable
 */
public record Trial(int number, Stage stage, Map<String, Double> values) {
    public Trial {
        Objects.requireNonNull(stage, "stage");
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
