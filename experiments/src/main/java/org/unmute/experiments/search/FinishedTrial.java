package org.unmute.experiments.search;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A trial and what came of it; all that a study needs to go on from there.
 *
 * @param number from 0
 * @param stage where the values came from
 * @param values by name of their range; not modifiable
 * @param epochs what was reported, by rising epoch; not modifiable
 * @param value the trial's result; not finite for one that diverged
 * @param pruned whether it was stopped early
 */
public record FinishedTrial(
        int number, Stage stage, Map<String, Double> values, List<EpochValue> epochs, double value, boolean pruned) {
    public FinishedTrial {
        Objects.requireNonNull(stage, "stage");
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        epochs = List.copyOf(epochs);
    }

    /** The epochs done as far as they were reported; 0 if none was. */
    public int lastEpoch() {
        return epochs.isEmpty() ? 0 : epochs.getLast().epoch();
    }

    /** Whether it gave no number. */
    public boolean diverged() {
        return !Double.isFinite(value);
    }
}
