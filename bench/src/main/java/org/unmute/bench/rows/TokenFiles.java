package org.unmute.bench.rows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.tensor.DType;

/** Token caches of synthetic tokens. */
public final class TokenFiles {
    private TokenFiles() {}

    /**
     * Sizes of a cache.
     *
     * @param clips in the cache
     * @param time token rows per clip
     * @param freq token columns per clip
     * @param dim of a token
     */
    record Size(int clips, int time, int freq, int dim) {}

    /**
     * Writes a cache in float16 as {@code unmute embed} does, with clips {@code clip0}, {@code clip1}, …
     *
     * @param tokens {@code [clips, time * freq, dim]}
     * @param suffix of the clips' names, such as {@code .wav}
     */
    static void cache(Path folder, float[] tokens, Size size, String suffix) throws IOException {
        int each = size.time() * size.freq() * size.dim();
        CacheKey key = new CacheKey("made up", "made up", "none", "none", DType.F16);
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT)) {
            for (int c = 0; c < size.clips(); c++) {
                writer.append(
                        "clip" + c + suffix,
                        String.format("%064x", c),
                        new Features(new TokenMap(
                                size.time(),
                                size.freq(),
                                size.dim(),
                                Arrays.copyOfRange(tokens, c * each, (c + 1) * each),
                                null)));
            }
        }
    }
}
