package org.unmute.experiments.search;

import java.util.Objects;
import java.util.Optional;

/**
 * How a study goes about its search.
 *
 * @param sobolTrials trials from the Sobol sequence, which come first; at least 0
 * @param tpeTrials trials from the tree-structured Parzen estimator after them; at least 0, and both together at least
 *     1
 * @param seed shifts the Sobol points and draws the estimator's candidates
 * @param halving when poor trials are stopped; empty to let every trial end
 * @param maximise whether greater values are better
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

    /**
     * The paper's search (section 5): 25 Sobol, then 25 TPE trials, with successive halving, for the largest
     * validation score.
     */
    public static StudySettings paper(long seed) {
        return new StudySettings(25, 25, seed, Optional.of(Halving.DEFAULT), true);
    }

    /** All trials. */
    public int trials() {
        return sobolTrials + tpeTrials;
    }
}
