package org.unmute.data.set;

/**
 * Settings for drawing a few training clips per class from long recordings, as in Bird-MAE's script for the same data
 * (paper section 7: 64 shots).
 *
 * @param shots maximum number of clips per class; 0 for one clip from every recording
 * @param condition the recordings to draw from
 * @param fillUp whether classes with too few clips are filled up from recordings that do not meet the condition
 * @param seed seed of every draw
 */
public record FewShot(int shots, Condition condition, boolean fillUp, long seed) {
    /** 64 shots, lenient, not filled up, seed 0. */
    public static final FewShot PAPER = new FewShot(64, Condition.LENIENT, false, 0);

    /** The recordings to draw from. */
    public enum Condition {
        /** At most 20 s long and without a second species in the metadata. */
        LENIENT,
        /** At most 5 s long. */
        STRICT,
        /** Every recording. */
        ANY;

        boolean meets(double seconds, boolean secondary) {
            return switch (this) {
                case LENIENT -> seconds <= 20 && !secondary;
                case STRICT -> seconds <= 5;
                case ANY -> true;
            };
        }
    }

    /** @throws IllegalArgumentException if the number of shots is negative */
    public FewShot {
        if (shots < 0) {
            throw new IllegalArgumentException("few-shot: shots must not be negative: " + shots);
        }
    }
}
