package org.unmute.models.encoder;

import java.util.Arrays;

/**
 * Joins token maps with the sums of {@link TokenMap#join}, window after window, and gives rows as soon as no window to
 * come covers them. Their class token is that of the newest window: the mean over all is not known yet.
 */
final class StreamingJoin {
    private final int hop;
    /** Sums over the windows so far, of the rows from the start of the next window on: {@code [rows, freq * dim]}. */
    private double[] sums = {};
    /** How many windows cover each of these rows. */
    private int[] covered = {};

    /** How many of these rows are of sound, if the windows say. */
    private int sound;

    private TokenMap newest;

    /** @param hop rows from the start of one window to the next */
    StreamingJoin(int hop) {
        this.hop = hop;
    }

    /**
     * Adds the next window and gives the rows before the start of the window after it.
     *
     * @throws IllegalStateException if the window before was too short to have one after it
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

    /** Whether rows are left. */
    boolean hasRest() {
        return covered.length > 0;
    }

    /** The rows that are left after the last window. */
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
