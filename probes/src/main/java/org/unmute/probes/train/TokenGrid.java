package org.unmute.probes.train;

import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CachedClip;

/**
 * What the token maps of one training set have in common.
 *
 * @param time grid rows
 * @param freq grid columns
 * @param dim numbers a token
 * @param cls whether there are cls tokens
 */
public record TokenGrid(int time, int freq, int dim, boolean cls) {
    static TokenGrid of(TokenMap map) {
        return new TokenGrid(map.time(), map.freq(), map.dim(), map.cls() != null);
    }

    static TokenGrid of(CachedClip clip) {
        return new TokenGrid(clip.time(), clip.freq(), clip.dim(), clip.hasCls());
    }

    /** Tokens a clip. */
    public int tokens() {
        return time * freq;
    }

    /** @throws IllegalArgumentException if another clip's grid differs */
    void requireSame(String clip, TokenGrid other) {
        if (!equals(other)) {
            throw new IllegalArgumentException("token source: " + clip + " is " + other + ", the first is " + this
                    + ": clips of one training set need one grid");
        }
    }

    @Override
    public String toString() {
        return "[" + time + ", " + freq + ", " + dim + "] " + (cls ? "with" : "without") + " cls";
    }
}
