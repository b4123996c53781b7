package org.unmute.probes.train;

import java.io.IOException;
import java.util.List;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.TokenLayout;

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

    /** Layers whose tokens come along, for probes that look at several; 0 for the last only. */
    default int layers() {
        return 0;
    }

    /**
     * Reads one layer of one clip, as {@link #read} reads the last.
     *
     * @param layer from 0 to below {@link #layers()}
     * @throws UnsupportedOperationException if only the last layer's tokens are there
     * @throws IOException if it cannot be read
     */
    default void readLayer(int clip, int layer, float[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        throw new UnsupportedOperationException("token source: it holds the tokens of the last layer only");
    }

    /** What a fresh probe for these clips has to know. */
    default TokenLayout layout() {
        return new TokenLayout(grid().dim(), grid().freq(), grid().cls(), layers());
    }

    /** A text that differs where clips differ; a resumed run compares it. */
    String fingerprint();

    /**
     * Mean and deviation of each dimension over all clips, of the last layer.
     *
     * @throws IOException if a clip cannot be read
     */
    default Standardization statistics() throws IOException {
        return BatchReader.standardization(this);
    }

    /**
     * The same clips, standardized as they are read; of the last layer only.
     *
     * @throws IllegalArgumentException if the figures are of another dimension, or of clips with a cls token where these have none
     */
    default TokenSource standardized(Standardization by) {
        return new StandardizedSource(this, by);
    }

    /**
     * Token maps in memory.
     *
     * @throws IllegalArgumentException if there are none, or they differ in grid, dim or having a cls token
     */
    static TokenSource of(List<TokenMap> maps) {
        return new MemorySource(maps);
    }

    /**
     * What an encoder gave for clips, in memory, with the tokens of the layers it was asked for.
     *
     * @throws IllegalArgumentException if there are none, they have no layers, or they differ in grid, dim, number of layers
     *     or having a cls token
     */
    static TokenSource ofFeatures(List<Features> clips) {
        if (clips.isEmpty()) {
            throw new IllegalArgumentException("token source: no clips");
        }
        return new LayerSource(clips);
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
