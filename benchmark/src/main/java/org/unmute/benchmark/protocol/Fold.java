package org.unmute.benchmark.protocol;

import java.io.IOException;
import java.util.Optional;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.train.TokenSet;

/**
 * One division of a data set into clips to train on, clips to select settings by, and clips to test on once. Most sets
 * have one division; a set with folds has one per fold. Cells with the same encoder and data set share it, so that the
 * statistics of the training clips are computed once.
 */
public final class Fold {
    private final int number;
    private final TokenSet train;
    private final TokenSet validation;
    private final TokenSet test;
    private final boolean standardize;
    private Standardization figures;

    /**
     * @param number number of the test fold, from 1; 0 for a set without folds
     * @param standardize whether tokens are standardized by the mean and deviation of the training clips
     * @throws IllegalArgumentException if the parts differ in their number of classes
     */
    public Fold(int number, TokenSet train, TokenSet validation, TokenSet test, boolean standardize) {
        if (train.classes() != validation.classes() || train.classes() != test.classes()) {
            throw new IllegalArgumentException("fold " + number + ": parts have " + train.classes() + ", "
                    + validation.classes() + " and " + test.classes() + " classes: read all with one list of classes");
        }
        this.number = number;
        this.train = train;
        this.validation = validation;
        this.test = test;
        this.standardize = standardize;
    }

    /** Number of the test fold, from 1; 0 for a set without folds. */
    public int number() {
        return number;
    }

    /** Clips to train on. */
    public TokenSet train() {
        return train;
    }

    /** Clips to select settings by. */
    public TokenSet validation() {
        return validation;
    }

    /** Clips to test on once. */
    public TokenSet test() {
        return test;
    }

    /** Whether tokens are standardized. */
    public boolean standardizes() {
        return standardize;
    }

    /**
     * The statistics for standardizing tokens; empty if tokens are not standardized. Thread-safe: only the first call
     * computes them.
     *
     * @throws IOException if a training clip cannot be read
     */
    public synchronized Optional<Standardization> standardization() throws IOException {
        if (standardize && figures == null) {
            figures = train.tokens().statistics();
        }
        return Optional.ofNullable(figures);
    }
}
