package org.unmute.data.set;

/**
 * How a few training clips per class are drawn from long recordings, as Bird-MAE's script for the same data does (paper
 * section 7: 64 shots).
 *
 * @param shots maximum number of clips per class; 0 for one clip of every recording
 * @param condition which recordings are drawn from
 * @param fillUp whether classes with too few clips are filled up from recordings that do not meet the condition
 * @param seed of every draw
 */
public record FewShot(int shots, Condition condition, boolean fillUp, long seed) {
    /** 64 shots, lenient, not filled up, seed 0. */
    public static final FewShot PAPER = new FewShot(64, Condition.LENIENT, false, 0);

    /** Which recordings are drawn from. */
    public enum Condition {
        /** At most 20 s long and no second species noted. */
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

    /** @throws IllegalArgumentException for a negative number of shots */
    public FewShot {
        if (shots < 0) {
            throw new IllegalArgumentException("few-shot: shots must not be negative: " + shots);
        }
    }
}
