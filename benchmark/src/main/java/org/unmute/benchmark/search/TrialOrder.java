package org.unmute.benchmark.search;

import java.util.Comparator;

/**
 * Orders trials best first, as Optuna's estimator does: complete before pruned before diverged. Complete trials are
 * sorted by value, pruned ones by last epoch and then by value; ties by number.
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
            return 0; // all equal; the number decides
        }
        return (maximise ? -trial.value() : trial.value()) + 0.0; // +0.0: -0 and 0 must compare as equal
    }
}
