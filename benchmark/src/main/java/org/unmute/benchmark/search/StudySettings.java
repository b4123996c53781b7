package org.unmute.benchmark.search;

import java.util.Objects;
import java.util.Optional;

/**
 * The settings of a study.
 *
 * @param sobolTrials number of first trials, from the Sobol sequence; at least 0
 * @param tpeTrials number of following trials, from the tree-structured Parzen estimator; at least 0, both together at
 *     least 1
 * @param seed shifts the Sobol points and draws the estimator's candidates
 * @param halving rule that stops poor trials; empty to complete every trial
 * @param maximise whether larger values are better
 */
public record StudySettings(int sobolTrials, int tpeTrials, long seed, Optional<Halving> halving, boolean maximise) {
    /** @throws IllegalArgumentException if there is no trial */
    public StudySettings {
        Objects.requireNonNull(halving, "halving");
        if (sobolTrials < 0
                || tpeTrials < 0
                || (long) sobolTrials + tpeTrials < 1
                || (long) sobolTrials + tpeTrials > 1 << 20) {
            throw new IllegalArgumentException(
                    "search: the numbers of Sobol and TPE trials are at least 0, together 1 to " + (1 << 20) + ": "
                            + sobolTrials + ", " + tpeTrials);
        }
    }

    /** Total number of trials. */
    public int trials() {
        return sobolTrials + tpeTrials;
    }
}
