package org.unmute.probes.train;

import java.io.IOException;
import java.util.List;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.tensor.DType;

/**
 * Where training reads token maps from: clips by number, all with tokens of one length and with or without cls token;
 * their grids may differ. Any number of threads may read.
 */
public interface TokenSource {
    /** Number of clips. */
    int clips();

    /** The size of the first clip's token map; {@code dim} and {@code cls} are those of all clips. */
    default TokenGrid grid() {
        return grid(0);
    }

    /** The size of a clip's token map. */
    TokenGrid grid(int clip);

    /**
     * Reads one clip.
     *
     * @param tokens {@code [time * freq, dim]} from {@code tokensAt} on. Modified.
     * @param cls {@code [dim]} from {@code clsAt} on; ignored without cls tokens. Modified.
     * @throws IOException if it cannot be read
     */
    void read(int clip, float[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException;

    /** How tokens are stored: {@code F16} where {@link #readHalves} can be called, else {@code F32}. */
    default DType stored() {
        return DType.F32;
    }

    /**
     * Reads one clip as {@link #read} does, its tokens as they are stored.
     *
     * @param tokens float16, {@code [time * freq, dim]} from {@code tokensAt} on. Modified.
     * @throws UnsupportedOperationException if tokens are not stored in float16
     * @throws IOException if it cannot be read
     */
    default void readHalves(int clip, short[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        throw new UnsupportedOperationException("token source: tokens are stored as " + stored() + ", not as F16");
    }

    /** Layers whose tokens come along, for probes that look at several; 0 for the last only. */
    default int layers() {
        return 0;
    }

    /**
     * Reads all layers of one clip: layer l, as {@link #read} reads the last, {@code l * tokensStep} and {@code l *
     * clsStep} numbers after the first one.
     *
     * @throws UnsupportedOperationException if only the last layer's tokens are there
     * @throws IOException if it cannot be read
     */
    default void readLayers(int clip, float[] tokens, int tokensAt, int tokensStep, float[] cls, int clsAt, int clsStep)
            throws IOException {
        throw new UnsupportedOperationException("token source: it holds the tokens of the last layer only");
    }

    /** What a fresh probe for these clips has to know; columns that differ from clip to clip are not known. */
    default TokenLayout layout() {
        int freq = grid().freq();
        for (int i = 1; i < clips() && freq > 0; i++) {
            freq = grid(i).freq() == freq ? freq : 0;
        }
        return new TokenLayout(grid().dim(), freq, grid().cls(), layers());
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
     * @throws IllegalArgumentException if the figures are of another dimension, or of clips with a cls token where
     *     these have none
     */
    default TokenSource standardized(Standardization by) {
        return new StandardizedSource(this, by);
    }

    /**
     * Token maps in memory.
     *
     * @throws IllegalArgumentException if there are none, or they differ in dim or having a cls token
     */
    static TokenSource of(List<TokenMap> maps) {
        return new MemorySource(maps);
    }

    /**
     * What an encoder gave for clips, in memory, with the tokens of the layers it was asked for.
     *
     * @throws IllegalArgumentException if there are none, they have no layers, or they differ in dim, number of layers
     *     or having a cls token, or a clip's layers in grid
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
     * @throws IllegalArgumentException if there are none, one is not in the cache, or they differ in dim or having a
     *     cls token
     */
    static TokenSource of(TokenCache cache, List<String> clipIds) {
        return new CacheSource(cache, clipIds);
    }
}
