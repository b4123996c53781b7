package org.unmute.probes.train;

import java.io.IOException;
import java.util.List;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.TokenCache;

/** Where training reads token maps from: clips of one grid, by number. Any number of threads may read. */
public interface TokenSource {
    /** Number of clips. */
    int clips();

    /** What all clips have in common. */
    TokenGrid grid();

    /**
     * Reads one clip.
     *
     * @param tokens {@code [time * freq, dim]} from {@code tokensAt} on. Modified.
     * @param cls {@code [dim]} from {@code clsAt} on; ignored without cls tokens. Modified.
     * @throws IOException if it cannot be read
     */
    void read(int clip, float[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException;

    /** A text that differs where clips differ; a resumed run compares it. */
    String fingerprint();

    /**
     * Token maps in memory.
     *
     * @throws IllegalArgumentException if there are none, or they differ in grid, dim or having a cls token
     */
    static TokenSource of(List<TokenMap> maps) {
        return new MemorySource(maps);
    }

    /**
     * Clips of a cache, read from its memory-mapped shards each time.
     *
     * @param clipIds which clips, in order
     * @throws IllegalArgumentException if there are none, one is not in the cache, or they differ in grid, dim or having a
     *     cls token
     */
    static TokenSource of(TokenCache cache, List<String> clipIds) {
        return new CacheSource(cache, clipIds);
    }
}
