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
 * The source of token maps for training: clips by index. All clips have the same token length, and either all or none
 * have a cls token; their grids may differ. Thread-safe.
 */
public interface TokenSource {
    /** Number of clips. */
    int clips();

    /** The size of the first clip's token map. All clips share its {@code dim} and {@code cls}. */
    default TokenGrid grid() {
        return grid(0);
    }

    /** The size of a clip's token map. */
    TokenGrid grid(int clip);

    /** Number of leading rows of a clip that are not padding: at least 1; all rows if the padding is not known. */
    default int sound(int clip) {
        return grid(clip).time();
    }

    /** Whether padding rows are left out; see {@link #soundOnly}. */
    default boolean isSoundOnly() {
        return false;
    }

    /** The same clips without their padding rows. Rows that are not known to be padding stay. */
    default TokenSource soundOnly() {
        return isSoundOnly() ? this : new SoundOnlySource(this);
    }

    /**
     * Reads one clip.
     *
     * @param tokens {@code [time * freq, dim]}, written from index {@code tokensAt}
     * @param cls {@code [dim]}, written from index {@code clsAt}; ignored for clips without cls tokens
     * @throws IOException if it cannot be read
     */
    void read(int clip, float[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException;

    /** The storage type of tokens: {@code F16} if {@link #readHalves} is supported, otherwise {@code F32}. */
    default DType stored() {
        return DType.F32;
    }

    /**
     * Reads one clip like {@link #read}, but without converting its float16 tokens.
     *
     * @param tokens float16, {@code [time * freq, dim]}, written from index {@code tokensAt}
     * @throws UnsupportedOperationException if tokens are not stored in float16
     * @throws IOException if it cannot be read
     */
    default void readHalves(int clip, short[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        throw new UnsupportedOperationException("token source: tokens are stored as " + stored() + ", not as F16");
    }

    /** Number of available layers, for probes that read several; 0 if only the last layer is available. */
    default int layers() {
        return 0;
    }

    /**
     * Reads all layers of one clip, each like {@link #read}. Layer l is written {@code l * tokensStep} and {@code l *
     * clsStep} values after the first.
     *
     * @throws UnsupportedOperationException if only the last layer's tokens are available
     * @throws IOException if it cannot be read
     */
    default void readLayers(int clip, float[] tokens, int tokensAt, int tokensStep, float[] cls, int clsAt, int clsStep)
            throws IOException {
        throw new UnsupportedOperationException("token source: it holds the tokens of the last layer only");
    }

    /**
     * The layout with which to create a probe for these clips. The number of columns is unknown if it differs between
     * clips.
     */
    default TokenLayout layout() {
        int freq = grid().freq();
        for (int i = 1; i < clips() && freq > 0; i++) {
            freq = grid(i).freq() == freq ? freq : 0;
        }
        return new TokenLayout(grid().dim(), freq, grid().cls(), layers());
    }

    /** A text that differs if the clips differ, compared when a run is resumed. */
    String fingerprint();

    /**
     * Mean and standard deviation of each dimension of the last layer's tokens over all clips. One clip is in memory at
     * a time.
     *
     * @throws IOException if a clip cannot be read
     */
    default Standardization statistics() throws IOException {
        int dim = grid().dim();
        boolean hasCls = grid().cls();
        float[] tokens = {};
        float[] cls = new float[dim];
        Standardization.Statistics ofTokens = new Standardization.Statistics(dim);
        Standardization.Statistics ofCls = new Standardization.Statistics(dim);
        for (int i = 0; i < clips(); i++) {
            int values = Math.multiplyExact(grid(i).tokens(), dim);
            tokens = tokens.length < values ? new float[values] : tokens;
            read(i, tokens, 0, cls, 0);
            ofTokens.add(tokens, 0, grid(i).tokens());
            if (hasCls) {
                ofCls.add(cls, 0, 1);
            }
        }
        return new Standardization(
                ofTokens.mean(), ofTokens.deviation(), hasCls ? ofCls.mean() : null, hasCls ? ofCls.deviation() : null);
    }

    /**
     * The same clips, standardized as they are read; last layer only.
     *
     * @throws IllegalArgumentException if the statistics have another dimension, or include a cls token that these
     *     clips do not have
     */
    default TokenSource standardized(Standardization by) {
        return new StandardizedSource(this, by);
    }

    /**
     * A source of token maps in memory.
     *
     * @throws IllegalArgumentException if there are none, they differ in dim, or only some have a cls token
     */
    static TokenSource of(List<TokenMap> maps) {
        return new MemorySource(maps.stream().map(Features::new).toList());
    }

    /**
     * A source of encoder features in memory, with the tokens of the requested layers.
     *
     * @throws IllegalArgumentException if there are none, they have no layers, they differ in dim or number of layers,
     *     only some have a cls token, or the layers of a clip differ in grid
     */
    static TokenSource ofFeatures(List<Features> clips) {
        if (clips.stream().anyMatch(f -> f.layers().isEmpty())) {
            throw new IllegalArgumentException("token source: a clip has no layers: ask the encoder for its layers");
        }
        return new MemorySource(clips);
    }

    /**
     * A source of the clips of a cache, read from its memory-mapped shards on every call.
     *
     * @param clipIds ids of the clips, in order
     * @throws IllegalArgumentException if there are none, one is not in the cache, they differ in dim, or only some
     *     have a cls token
     */
    static TokenSource of(TokenCache cache, List<String> clipIds) {
        return new CacheSource(cache, clipIds);
    }

    /**
     * The clips of several sources, concatenated.
     *
     * @throws IllegalArgumentException if they differ in dim, cls tokens, element type or layers
     */
    static TokenSource joined(List<TokenSource> parts) {
        return parts.size() == 1 ? parts.getFirst() : new JoinedSource(parts);
    }
}
