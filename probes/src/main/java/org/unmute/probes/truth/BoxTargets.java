package org.unmute.probes.truth;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Where the classes sound in clips, in time and frequency, as bags of tokens. They are made when a batch needs them, so
 * that memory does not depend on how many boxes there are. Thread-safe.
 */
public interface BoxTargets {
    /** Instead of a number: only the classes of the clip are known. */
    int WEAK = -1;

    /**
     * The bags of a clip.
     *
     * @param clip its number, or {@link #WEAK}
     * @param targets of the clip as a whole, {@code [classes]}, NaN where not known; they count if it is not known of
     *     any class where it sounds
     * @param time rows of its token map
     * @param freq columns
     */
    TokenBags bags(int clip, float[] targets, int time, int freq);

    /** A text that differs if bags differ; a resumed run compares it. */
    String fingerprint();

    /** The bags of some of the clips, in this order. */
    default BoxTargets subset(int... clips) {
        return numbered(clip -> clips[clip], "-" + Arrays.hashCode(clips));
    }

    /** The same for the first {@code clips} clips; of those that follow, only the classes are known. */
    default BoxTargets ofFirst(int clips) {
        return numbered(clip -> clip < clips ? clip : WEAK, "");
    }

    private BoxTargets numbered(IntUnaryOperator number, String suffix) {
        BoxTargets all = this;
        return new BoxTargets() {
            @Override
            public TokenBags bags(int clip, float[] targets, int time, int freq) {
                return all.bags(clip == WEAK ? WEAK : number.applyAsInt(clip), targets, time, freq);
            }

            @Override
            public String fingerprint() {
                return all.fingerprint() + suffix;
            }
        };
    }
}
