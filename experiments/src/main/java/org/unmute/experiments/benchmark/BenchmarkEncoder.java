package org.unmute.experiments.benchmark;

import java.util.Map;
import org.unmute.experiments.provenance.RunRecord;
import org.unmute.models.encoder.Encoder;
import org.unmute.probes.cache.CacheKey;
import org.unmute.tensor.DType;

/** An opened encoder of a grid. */
public interface BenchmarkEncoder {
    /** The encoder. */
    Encoder encoder();

    /** SHA-256 of its file, in hexadecimal. */
    String hash();

    /** The file it came from, or the name of an embedded encoder. */
    String origin();

    /** Every setting in effect, by name. */
    Map<String, Object> settings();

    /** The cache key of its tokens. */
    CacheKey key(String resampling, DType dtype);

    /** Adds the encoder and its settings to {@code record} and returns it. */
    RunRecord note(RunRecord record, String resampling);
}
