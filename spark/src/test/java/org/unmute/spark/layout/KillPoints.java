package org.unmute.spark.layout;

import java.util.SplittableRandom;

/**
 * The operations at which tests kill a driver. The full build tries the first and a random quarter of the others;
 * {@code -Dunmute.faults=all} tries all.
 */
final class KillPoints {
    /** Whether campaigns on the folders of jobs try every point. */
    static final boolean ALL = !System.getProperty("unmute.faults", "").isEmpty();

    private static final int SEED = 1;
    /** Steps between 1 and this: 4 in the mean. */
    private static final int MAX_STEP = 7;

    private final SplittableRandom random = new SplittableRandom(SEED);

    /** Returns the number of the operation to try after this one. */
    int after(int operation) {
        return operation + (ALL ? 1 : random.nextInt(1, MAX_STEP + 1));
    }
}
