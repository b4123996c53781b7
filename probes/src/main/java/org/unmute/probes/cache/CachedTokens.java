package org.unmute.probes.cache;

import java.util.List;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;

/**
 * The token map of one clip as the cache takes and gives it. The arrays are shared, not copied.
 *
 * @param time steps in time
 * @param freq steps in frequency
 * @param dim numbers per token
 * @param tokens {@code [time*freq, dim]}, token n = t*freq + f
 * @param clsOrNull {@code [dim]}, or null for an encoder without a cls token
 * @param layers token maps of all blocks of the encoder, of the same size, for a cache that holds them; else empty
 */
public record CachedTokens(int time, int freq, int dim, float[] tokens, float[] clsOrNull, List<TokenMap> layers) {
    /** @throws IllegalArgumentException for a size below 1, arrays of another length, or a layer of another size */
    public CachedTokens {
        if (time < 1 || freq < 1 || dim < 1) {
            throw new IllegalArgumentException(
                    "token map: sizes must be at least 1: time " + time + ", freq " + freq + ", dim " + dim);
        }
        if (tokens.length != (double) time * freq * dim) {
            throw new IllegalArgumentException(
                    "token map: [" + time + " * " + freq + ", " + dim + "] does not have " + tokens.length + " values");
        }
        if (clsOrNull != null && clsOrNull.length != dim) {
            throw new IllegalArgumentException(
                    "token map: cls has " + clsOrNull.length + " values, tokens have dim " + dim);
        }
        layers = List.copyOf(layers);
        for (TokenMap l : layers) {
            if (l.time() != time || l.freq() != freq || l.dim() != dim || (l.cls() == null) != (clsOrNull == null)) {
                throw new IllegalArgumentException(
                        "token map: a layer is [" + l.time() + ", " + l.freq() + ", " + l.dim() + "]"
                                + (l.cls() == null ? " without cls" : " with cls") + ", the last is [" + time + ", "
                                + freq + ", " + dim + "]"
                                + (clsOrNull == null ? " without cls" : " with cls"));
            }
        }
    }

    /** Tokens of the last layer only. */
    public CachedTokens(int time, int freq, int dim, float[] tokens, float[] clsOrNull) {
        this(time, freq, dim, tokens, clsOrNull, List.of());
    }

    /** What an encoder gave. */
    static CachedTokens of(Features features) {
        TokenMap m = features.tokens();
        return new CachedTokens(m.time(), m.freq(), m.dim(), m.tokens(), m.cls(), features.layers());
    }
}
