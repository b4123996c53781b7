package org.unmute.spark.plan;

import java.nio.charset.StandardCharsets;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.TokenCache;
import org.unmute.tensor.DType;

/**
 * What a clip costs and how many bytes it becomes, by its length.
 *
 * @param spec   of the encoder
 * @param dtype  how tokens are stored; null if they are not
 * @param layers how many layers are stored in addition to the last
 */
public record ClipSize(EncoderSpec spec, DType dtype, int layers) {
    /** What a clip costs besides its sound, in seconds of it: opening its file, and a row in the index. */
    private static final double EACH = 0.1;
    /** Bytes for which {@link TokenCache#estimate} allows: a shard's header, and an id. */
    private static final int ESTIMATED_HEADER = 256;

    private static final int ESTIMATED_ID = 64;

    /** Token rows at most; of a clip of unknown length those of one window. */
    private long rows(PlannedClip clip) {
        double samples = clip.seconds() * spec.sampleRate();
        return samples > 0 ? spec.rows((long) Math.ceil(samples) + 1) : spec.time();
    }

    /**
     * Seconds of sound that the encoder computes: whole windows, overlaps each time. A small part more for each clip.
     */
    public double cost(PlannedClip clip) {
        double rate = spec.sampleRate();
        double computed = spec.isWhole()
                ? (double) rows(clip) * spec.grid().rowSamples() / rate
                : (double) windows(clip) * spec.windowSamples() / rate;
        return computed + EACH;
    }

    /** Windows that the encoder computes; 1 for an encoder that takes recordings in one piece. */
    public long windows(PlannedClip clip) {
        return spec.isWhole() ? 1 : 1 + Math.ceilDiv(rows(clip) - spec.time(), spec.hopRows());
    }

    /** Bytes of a clip's record in a shard, at most where its length is known; 0 if no tokens are stored. */
    public long bytes(PlannedClip clip) {
        if (dtype == null) {
            return 0;
        }
        int rows = Math.toIntExact(rows(clip));
        int id = clip.clip().getBytes(StandardCharsets.UTF_8).length;
        return TokenCache.estimate(1, rows, spec.freq(), spec.dim(), spec.hasCls(), layers, dtype)
                - ESTIMATED_HEADER
                + Math.max(0, id - ESTIMATED_ID);
    }
}
