package org.unmute.experiments.search;

import java.util.Comparator;

/**
 * Best trial first, as Optuna's estimator sorts them: ended before pruned before diverged; ended ones by value, pruned
 * ones by how far they came and then by value; what is equal by number.
 */
final class TrialOrder {
    private TrialOrder() {}

    static Comparator<FinishedTrial> bestFirst(boolean maximise) {
        Comparator<FinishedTrial> byValue = Comparator.comparingDouble(t -> loss(t, maximise));
        Comparator<FinishedTrial> byLength = Comparator.comparingInt(t -> t.pruned() ? -t.lastEpoch() : 0);
        return Comparator.comparingInt(TrialOrder::group)
                .thenComparing(byLength)
                .thenComparing(byValue)
                .thenComparingInt(FinishedTrial::number);
    }

    private static int group(FinishedTrial trial) {
        return trial.diverged() ? 2 : trial.pruned() ? 1 : 0;
    }

    private static double loss(FinishedTrial trial, boolean maximise) {
        if (trial.diverged()) {
            return 0; // all alike, told apart by number
        }
        return (maximise ? -trial.value() : trial.value()) + 0.0; // +0.0: comparing must not part -0 from 0
    }
}
