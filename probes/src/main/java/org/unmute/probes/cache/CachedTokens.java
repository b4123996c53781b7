package org.unmute.probes.cache;

/**
 * The token map of one clip as the cache takes and gives it. The arrays are shared, not copied.
 *
 * @param time steps in time
 * @param freq steps in frequency
 * @param dim numbers per token
 * @param tokens {@code [time*freq, dim]}, token n = t*freq + f
 * @param clsOrNull {@code [dim]}, or null for an encoder without a cls token
 */
public record CachedTokens(int time, int freq, int dim, float[] tokens, float[] clsOrNull) {
    /** @throws IllegalArgumentException for a size below 1 or arrays of another length */
    public CachedTokens {
        if (time < 1 || freq < 1 || dim < 1) {
            throw new IllegalArgumentException("token map: sizes must be at least 1: time " + time + ", freq " + freq + ", dim " + dim);
        }
        if (tokens.length != (double) time * freq * dim) {
            throw new IllegalArgumentException("token map: [" + time + " * " + freq + ", " + dim + "] does not have " + tokens.length + " values");
        }
        if (clsOrNull != null && clsOrNull.length != dim) {
            throw new IllegalArgumentException("token map: cls has " + clsOrNull.length + " values, tokens have dim " + dim);
        }
    }
}
