package org.unmute.benchmark.protocol;

import java.util.List;
import org.unmute.metrics.PrimaryMetric;
import org.unmute.probes.pool.ClassNames;
import org.unmute.probes.train.Objective;

/**
 * The tokens of a data set from one encoder.
 *
 * @param folds at least one
 * @param classes class names in the order of the targets
 * @param objective the loss; cross-entropy for sets whose clips have exactly one class
 * @param metric the metric that selects settings and is reported
 * @param encoderHash hash of the encoder's weights and settings, for saved probes
 * @param frontEndHash hash of the encoder's front end, for saved probes
 */
public record CellData(
        List<Fold> folds,
        List<String> classes,
        Objective objective,
        PrimaryMetric metric,
        String encoderHash,
        String frontEndHash) {
    /**
     * @throws IllegalArgumentException if there is no fold, the number of classes differs or a name is not valid for a
     *     probe
     */
    public CellData {
        folds = List.copyOf(folds);
        classes = List.copyOf(classes);
        if (folds.isEmpty() || folds.getFirst().train().classes() != classes.size()) {
            throw new IllegalArgumentException("cell: " + folds.size() + " folds with "
                    + (folds.isEmpty() ? 0 : folds.getFirst().train().classes()) + " classes, but " + classes.size()
                    + " class names");
        }
        ClassNames.require("cell: ", classes);
    }
}
