package org.unmute.data.set;

/**
 * Options for reading a data set.
 *
 * @param fold the test fold, from 1, in sets with folds; 0 if none is chosen
 * @param maxMissing share of listed clips that may be missing or unusable, from 0 to 1; NaN for the set's own limit
 *
 * @param fewShot settings for drawing the training clips of few-shot sets; ignored by other sets
 */
public record ReadOptions(int fold, double maxMissing, FewShot fewShot) {
    /** No fold, the set's own limit, 64 shots with seed 0. */
    public static final ReadOptions DEFAULT = new ReadOptions(0, Double.NaN, FewShot.PAPER);

    /** @throws IllegalArgumentException if a value is out of range */
    public ReadOptions {
        if (fold < 0) {
            throw new IllegalArgumentException("dataset: folds count from 1: " + fold);
        }
        if (maxMissing < 0 || maxMissing > 1) {
            throw new IllegalArgumentException(
                    "dataset: the share of clips that may be missing lies from 0 to 1: " + maxMissing);
        }
    }

    /** These options with another fold. */
    public ReadOptions withFold(int other) {
        return new ReadOptions(other, maxMissing, fewShot);
    }

    /** These options with another share of clips that may be missing. */
    public ReadOptions withMaxMissing(double share) {
        return new ReadOptions(fold, share, fewShot);
    }
}
