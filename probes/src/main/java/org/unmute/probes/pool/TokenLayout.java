package org.unmute.probes.pool;

/**
 * The layout of the tokens that a fresh probe will receive.
 *
 * @param dim values per token
 * @param freq grid columns, or 0 if unknown
 * @param cls whether there are cls tokens
 * @param layers number of layers with tokens, or 0 for the last layer only
 */
public record TokenLayout(int dim, int freq, boolean cls, int layers) {
    /** @throws IllegalArgumentException if a number is out of range */
    public TokenLayout {
        if (dim < 1 || freq < 0 || layers < 0) {
            throw new IllegalArgumentException("token layout: dim must be at least 1, freq and layers at least 0: "
                    + dim + ", " + freq + ", " + layers);
        }
    }

    /** Tokens of the last layer only. */
    public TokenLayout(int dim, int freq, boolean cls) {
        this(dim, freq, cls, 0);
    }
}
