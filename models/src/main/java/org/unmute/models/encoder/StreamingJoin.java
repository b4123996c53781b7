package org.unmute.models.encoder;

import java.util.Arrays;

/**
 * Joins token maps with the sums of {@link TokenMap#join}, one window at a time, and returns rows as soon as no later
 * window can cover them. Their class token is that of the newest window, since the mean over all windows is not known
 * yet.
 */
final class StreamingJoin {
    private final int hop;
    /** Sums over the windows so far, for the rows from the start of the next window on: {@code [rows, freq * dim]}. */
    private double[] sums = {};
    /** Number of windows that cover each of these rows. */
    private int[] covered = {};

    /** Number of these rows that hold sound, if the windows state it. */
    private int sound;

    private TokenMap newest;

    /** @param hop rows from the start of one window to the next */
    StreamingJoin(int hop) {
        this.hop = hop;
    }

    /**
     * Adds the next window and returns the rows before the start of the window after it.
     *
     * @throws IllegalStateException if the previous window was too short to be followed by another
     */
    TokenMap add(TokenMap window) {
        if (newest != null && newest.time() < hop) {
            throw new IllegalStateException(
                    "token map: windows of " + newest.time() + " rows that start " + hop + " rows apart leave a gap");
        }
        sound = Math.max(sound, window.sound());
        newest = window;
        if (covered.length < window.time()) {
            covered = Arrays.copyOf(covered, window.time());
            sums = Arrays.copyOf(sums, window.tokens().length);
        }
        for (int i = 0; i < window.tokens().length; i++) {
            sums[i] += window.tokens()[i];
        }
        for (int t = 0; t < window.time(); t++) {
            covered[t]++;
        }
        return first(Math.min(hop, covered.length));
    }

    /** Whether any rows remain. */
    boolean hasRest() {
        return covered.length > 0;
    }

    /** The rows that remain after the last window. */
    TokenMap rest() {
        return first(covered.length);
    }

    private TokenMap first(int rows) {
        int row = newest.freq() * newest.dim();
        float[] tokens = new float[rows * row];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) (sums[i] / covered[i / row]);
        }
        sums = Arrays.copyOfRange(sums, rows * row, sums.length);
        covered = Arrays.copyOfRange(covered, rows, covered.length);
        int padding = newest.isSoundKnown() ? rows - Math.clamp(sound, 1, rows) : TokenMap.UNKNOWN;
        sound = Math.max(0, sound - rows);
        return new TokenMap(rows, newest.freq(), newest.dim(), tokens, newest.cls(), padding);
    }
}
