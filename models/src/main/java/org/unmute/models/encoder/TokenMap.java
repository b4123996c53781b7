package org.unmute.models.encoder;

import java.util.List;

/**
 * What an encoder makes of a recording: a token for each patch of the time-frequency grid.
 *
 * @param time grid rows, in time order
 * @param freq grid columns, low to high frequency; 1 for encoders whose patches span all frequencies
 * @param dim numbers a token
 * @param tokens {@code [time, freq, dim]}, row-major
 * @param cls {@code [dim]}, or null where the model has no class token
 */
public record TokenMap(int time, int freq, int dim, float[] tokens, float[] cls) {
    /** Checks the lengths. */
    public TokenMap {
        if (time < 1 || freq < 1 || dim < 1 || tokens.length != Math.multiplyExact(Math.multiplyExact(time, freq), dim)) {
            throw new IllegalArgumentException("token map: " + tokens.length + " numbers for [" + time + ", " + freq + ", " + dim + "]");
        }
        if (cls != null && cls.length != dim) {
            throw new IllegalArgumentException("token map: cls has " + cls.length + " numbers, dim is " + dim);
        }
    }

    /** Number of patch tokens. */
    public int count() {
        return time * freq;
    }

    /**
     * The maps of consecutive windows as one: joined in time. The cls token is the mean of the windows', each with the same
     * weight, also that of a last window that was padded.
     *
     * @throws IllegalArgumentException if the list is empty or grids differ in freq or dim
     */
    public static TokenMap join(List<TokenMap> windows) {
        if (windows.isEmpty()) {
            throw new IllegalArgumentException("token map: nothing to join");
        }
        TokenMap first = windows.getFirst();
        if (windows.size() == 1) {
            return first;
        }
        int rows = 0;
        for (TokenMap w : windows) {
            if (w.freq != first.freq || w.dim != first.dim || (w.cls == null) != (first.cls == null)) {
                throw new IllegalArgumentException("token map: windows differ: [.., " + first.freq + ", " + first.dim
                        + "] and [.., " + w.freq + ", " + w.dim + "]");
            }
            rows += w.time;
        }
        float[] all = new float[Math.multiplyExact(rows, first.freq * first.dim)];
        double[] cls = first.cls == null ? null : new double[first.dim];
        int at = 0;
        for (TokenMap w : windows) {
            System.arraycopy(w.tokens, 0, all, at, w.tokens.length);
            at += w.tokens.length;
            for (int i = 0; cls != null && i < cls.length; i++) {
                cls[i] += w.cls[i];
            }
        }
        float[] mean = null;
        if (cls != null) {
            mean = new float[cls.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = (float) (cls[i] / windows.size());
            }
        }
        return new TokenMap(rows, first.freq, first.dim, all, mean);
    }
}
