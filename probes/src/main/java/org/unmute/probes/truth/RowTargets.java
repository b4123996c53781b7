package org.unmute.probes.truth;

import java.util.Arrays;

/**
 * Targets of the rows of clips, which are made when a batch needs them, so that memory does not depend on how many
 * events there are. Thread-safe.
 */
public interface RowTargets {
    /**
     * Writes the targets of the rows of a clip.
     *
     * @param clip its number
     * @param rows of its token map
     * @param to {@code [rows, classes]} from index {@code at}: 1 where the class is present in a row, 0 where it is
     *     absent, in between where it is in a part of the row, NaN where that is not known
     * @return whether it is known of any class when it sounds; if not, nothing is written, and only the targets of the
     *     clip count
     */
    boolean read(int clip, int rows, float[] to, int at);

    /** A text that differs if targets differ; a resumed run compares it. */
    String fingerprint();

    /** The targets of some of the clips, in this order. */
    default RowTargets subset(int... clips) {
        RowTargets all = this;
        return new RowTargets() {
            @Override
            public boolean read(int clip, int rows, float[] to, int at) {
                return all.read(clips[clip], rows, to, at);
            }

            @Override
            public String fingerprint() {
                return all.fingerprint() + "-" + Arrays.hashCode(clips);
            }
        };
    }

    /** The same for the first {@code clips} clips; nothing is known of those that follow. */
    default RowTargets ofFirst(int clips) {
        RowTargets all = this;
        return new RowTargets() {
            @Override
            public boolean read(int clip, int rows, float[] to, int at) {
                return clip < clips && all.read(clip, rows, to, at);
            }

            @Override
            public String fingerprint() {
                return all.fingerprint();
            }
        };
    }
}
