package org.unmute.probes.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.DType;

/** Deterministic token maps and helpers for whole caches. */
final class CacheSamples {
    static final CacheKey F16 = key("eat-1", DType.F16);
    static final CacheKey F32 = key("eat-1", DType.F32);

    private CacheSamples() {}

    static CacheKey key(String encoderHash, DType dtype) {
        return new CacheKey("EAT base", encoderHash, "kaldi fbank 128", "fbank-1", dtype);
    }

    static String id(int clip) {
        return "folder/clip" + clip + ".wav";
    }

    static String hash(int clip) {
        return String.format("%064x", 0xABCD_0000L + clip);
    }

    /** Sizes and values depend on the clip's number only; every third clip has no cls token. */
    static Features tokens(int clip) {
        Random random = new Random(clip);
        int time = 1 + random.nextInt(4);
        int freq = 1 + random.nextInt(3);
        int dim = 1 + random.nextInt(8);
        float[] tokens = new float[time * freq * dim];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) random.nextGaussian();
        }
        float[] cls = clip % 3 == 0 ? null : new float[dim];
        for (int i = 0; cls != null && i < dim; i++) {
            cls[i] = (float) random.nextGaussian();
        }
        return new Features(new TokenMap(time, freq, dim, tokens, cls));
    }

    /** Stores all missing clips in order, as an embedding run does. */
    static void fill(Path folder, CacheKey key, CacheOptions options, int clips) throws IOException {
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, options)) {
            fill(writer, clips);
        }
    }

    static void fill(TokenCacheWriter writer, int clips) throws IOException {
        for (int c = 0; c < clips; c++) {
            if (writer.status(id(c), hash(c)) != ClipStatus.PRESENT) {
                writer.append(id(c), hash(c), tokens(c));
            }
        }
    }

    /** All shards by name. */
    static Map<String, byte[]> shards(Path folder) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path f : files.filter(f -> f.toString().endsWith(".tok")).toList()) {
                contents.put(f.getFileName().toString(), Files.readAllBytes(f));
            }
        }
        return contents;
    }

    static void assertSameShards(Path actual, Path expected) throws IOException {
        Map<String, byte[]> a = shards(actual);
        Map<String, byte[]> e = shards(expected);
        assertThat(a.keySet()).isEqualTo(e.keySet());
        for (String name : e.keySet()) {
            assertThat(a.get(name)).as(name).isEqualTo(e.get(name));
        }
    }

    /** Asserts that every clip is stored with its tokens, up to the precision of the dtype. */
    static void assertHolds(Path folder, int clips) throws IOException {
        try (TokenCache cache = TokenCache.open(folder)) {
            assertThat(cache.clips()).hasSize(clips);
            assertThat(cache.verify()).isEmpty();
            for (int c = 0; c < clips; c++) {
                assertTokens(cache, c);
            }
        }
    }

    static void assertTokens(TokenCache cache, int clip) throws IOException {
        TokenMap expected = tokens(clip).tokens();
        TokenMap actual = cache.read(id(clip));
        assertThat(cache.find(id(clip)).orElseThrow().audioSha256()).isEqualTo(hash(clip));
        assertThat(new int[] {actual.time(), actual.freq(), actual.dim()})
                .isEqualTo(new int[] {expected.time(), expected.freq(), expected.dim()});
        boolean half = cache.key().dtype() == DType.F16;
        assertThat(actual.tokens()).isEqualTo(half ? rounded(expected.tokens()) : expected.tokens());
        assertThat(actual.cls()).isEqualTo(half && expected.cls() != null ? rounded(expected.cls()) : expected.cls());
    }

    private static float[] rounded(float[] values) {
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
        }
        return out;
    }

    /** The default options with shards of this size. */
    static CacheOptions shards(long bytes) {
        return new CacheOptions(bytes, 64, 64L << 20, true);
    }
}
