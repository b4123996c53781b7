package org.unmute.probes.train;

import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CachedClip;

/**
 * The size of a token map.
 *
 * @param time grid rows
 * @param freq grid columns
 * @param dim values per token
 * @param cls whether there are cls tokens
 */
public record TokenGrid(int time, int freq, int dim, boolean cls) {
    static TokenGrid of(TokenMap map) {
        return new TokenGrid(map.time(), map.freq(), map.dim(), map.cls() != null);
    }

    static TokenGrid of(CachedClip clip) {
        return new TokenGrid(clip.time(), clip.freq(), clip.dim(), clip.hasCls());
    }

    /** The size of a map with the same columns and another number of rows. */
    TokenGrid ofRows(int rows) {
        return new TokenGrid(rows, freq, dim, cls);
    }

    /** Number of tokens per clip. */
    public int tokens() {
        return time * freq;
    }

    /**
     * @throws IllegalArgumentException if the tokens of another clip differ in length, or only one of the two has a cls
     *     token
     */
    void requireSameTokens(String clip, TokenGrid other) {
        if (dim != other.dim || cls != other.cls) {
            throw new IllegalArgumentException("token source: " + clip + " is " + other + ", the first is " + this
                    + ": clips of one training set need tokens of one encoder");
        }
    }

    @Override
    public String toString() {
        return "[" + time + ", " + freq + ", " + dim + "] " + (cls ? "with" : "without") + " cls";
    }
}
