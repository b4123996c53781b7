package org.unmute.spark.plan;

import java.nio.charset.StandardCharsets;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.TokenCache;
import org.unmute.tensor.DType;

/**
 * Estimates the cost of a clip and its size in bytes from its length.
 *
 * @param spec spec of the encoder
 * @param dtype type in which tokens are stored; null if they are not stored
 * @param layers how many layers are stored in addition to the last
 */
public record ClipSize(EncoderSpec spec, DType dtype, int layers) {
    /** Fixed cost of a clip, in seconds of sound: opening its file and writing a row of the index. */
    private static final double EACH = 0.1;
    /**
     * Bytes that {@link TokenCache#estimate} includes for a shard's header; the next constant is its allowance for an
     * id.
     */
    private static final int ESTIMATED_HEADER = 256;

    private static final int ESTIMATED_ID = 64;

    /** Max number of token rows; for a clip of unknown length, the rows of one window. */
    private long rows(PlannedClip clip) {
        double samples = spec.samples(clip.seconds());
        return samples > 0 ? spec.rows((long) Math.ceil(samples) + 1) : spec.time();
    }

    /**
     * Seconds of sound that the encoder computes, plus a small fixed cost for each clip. Counts whole windows, so that
     * overlaps count repeatedly.
     */
    public double cost(PlannedClip clip) {
        double rate = spec.sampleRate();
        double computed = spec.isWhole()
                ? (double) rows(clip) * spec.grid().rowSamples() / rate
                : (double) windows(clip) * spec.windowSamples() / rate;
        return computed + EACH;
    }

    /** Number of windows that the encoder computes; 1 for an encoder that takes recordings in one piece. */
    public long windows(PlannedClip clip) {
        return spec.isWhole() ? 1 : 1 + Math.ceilDiv(rows(clip) - spec.time(), spec.hopRows());
    }

    /** Bytes of a clip's record in a shard, an upper bound if the clip's length is known; 0 if no tokens are stored. */
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
