package org.unmute.benchmark.search;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A trial and its result: all that a study needs to resume after it.
 *
 * @param number from 0
 * @param stage origin of the values
 * @param values by name of their range; not modifiable
 * @param epochs reported scores in order of epochs; not modifiable
 * @param value the trial's result; non-finite if it diverged
 * @param pruned whether it was stopped early
 */
public record FinishedTrial(
        int number, Stage stage, Map<String, Double> values, List<EpochValue> epochs, double value, boolean pruned) {
    public FinishedTrial {
        Objects.requireNonNull(stage, "stage");
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        epochs = List.copyOf(epochs);
    }

    /** The last reported epoch; 0 if none was reported. */
    public int lastEpoch() {
        return epochs.isEmpty() ? 0 : epochs.getLast().epoch();
    }

    /** Whether its result is non-finite. */
    public boolean diverged() {
        return !Double.isFinite(value);
    }
}
