package org.unmute.probes.event;

import java.util.Arrays;

/** Running median over an odd number of frames: element {@code (w - 1) / 2} of the sorted window. */
public final class MedianFilter {
    /** How frames before the first and after the last are filled in. */
    public enum Edges {
        /** Mirrored about the edge, which is repeated: frame -1 is frame 0, frame -2 is frame 1. Used by DCASE. */
        REFLECT,
        /** The edge frame repeated. */
        NEAREST,
        /** Zero. */
        ZERO
    }

    private static final int MAX_FRAMES = 1 << 20;

    private final int frames;
    private final Edges edges;

    /**
     * @param frames width of the window, odd
     * @throws IllegalArgumentException if it is even or not positive
     */
    public MedianFilter(int frames, Edges edges) {
        if (frames < 1 || frames % 2 == 0) {
            throw new IllegalArgumentException("median filter: the window must be an odd number of frames: " + frames);
        }
        this.frames = frames;
        this.edges = edges;
    }

    /** The largest odd number of frames that fits into the given seconds, at least 1. */
    public static int framesIn(double seconds, double frameSeconds) {
        int fit = (int) Math.min(MAX_FRAMES, Math.floor(seconds / frameSeconds + 1e-9));
        return Math.max(1, fit % 2 == 0 ? fit - 1 : fit);
    }

    /**
     * Filters one class.
     *
     * @param scores {@code [frames]}. Not modified.
     * @return {@code [frames]}
     */
    public float[] apply(float[] scores) {
        float[] out = new float[scores.length];
        float[] window = new float[frames];
        int half = frames / 2;
        for (int k = 0; k < frames && out.length > 0; k++) {
            window[k] = at(scores, k - half);
        }
        Arrays.sort(window);
        for (int i = 0; i < out.length; i++) {
            out[i] = window[half];
            if (i + 1 < out.length) {
                replace(window, at(scores, i - half), at(scores, i + 1 + half));
            }
        }
        return out;
    }

    /** Replaces a value of a sorted window, which stays sorted: cheaper than to sort each window anew. */
    private static void replace(float[] window, float old, float added) {
        int from = Arrays.binarySearch(window, old);
        int to = Arrays.binarySearch(window, added);
        to = to < 0 ? -to - 1 : to;
        if (to > from) {
            to--;
            System.arraycopy(window, from + 1, window, from, to - from);
        } else {
            System.arraycopy(window, to, window, to + 1, from - to);
        }
        window[to] = added;
    }

    private float at(float[] scores, int i) {
        int n = scores.length;
        if (i >= 0 && i < n) {
            return scores[i];
        }
        return switch (edges) {
            case ZERO -> 0;
            case NEAREST -> scores[i < 0 ? 0 : n - 1];
            case REFLECT -> {
                int period = Math.floorMod(i, 2 * n);
                yield scores[period < n ? period : 2 * n - 1 - period];
            }
        };
    }
}
