package org.unmute.probes.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;
import static org.unmute.probes.cache.CacheSamples.F16;
import static org.unmute.probes.cache.CacheSamples.F32;
import static org.unmute.probes.cache.CacheSamples.fill;
import static org.unmute.probes.cache.CacheSamples.hash;
import static org.unmute.probes.cache.CacheSamples.id;
import static org.unmute.probes.cache.CacheSamples.key;
import static org.unmute.probes.cache.CacheSamples.tokens;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.DType;

class TokenCacheTest {
    private static final CacheOptions SMALL_SHARDS = CacheSamples.shards(1200);

    @Test
    void givesBackWhatWasStored(@TempDir Path temp) throws IOException {
        for (CacheKey key : List.of(F16, F32)) {
            Path folder = temp.resolve(key.dtype().name());
            fill(folder, key, SMALL_SHARDS, 40);
            assertThat(CacheSamples.shards(folder)).hasSizeGreaterThan(3);
            CacheSamples.shards(folder)
                    .values()
                    .forEach(shard -> assertThat(shard.length).isLessThanOrEqualTo(1200));
            CacheSamples.assertHolds(folder, 40);
            try (TokenCache cache = TokenCache.open(folder, key)) {
                assertThat(cache.key()).isEqualTo(key);
                assertThat(cache.clips().stream().map(CachedClip::id)).startsWith(id(0), id(1), id(2));
                float[] wide = new float[1000];
                float[] wideCls = new float[20];
                CachedClip clip = cache.readInto(id(7), wide, 100, wideCls, 1);
                assertThat(wide[100]).isEqualTo(cache.read(id(7)).tokens()[0]);
                assertThat(wide[99]).isZero();
                assertThat(wide[100 + clip.tokenValues()]).isZero();
                assertThat(wideCls[0]).isZero();
                assertThat(wideCls[1]).isEqualTo(cache.read(id(7)).cls()[0]);
                assertThat(cache.readInto(id(6), wide, 100, null, 0).hasCls()).isFalse();
                assertThatThrownBy(() -> cache.readInto(id(7), wide, 999, wideCls, 0))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertFails(() -> cache.read("no.wav"), "clip 'no.wav' is not in", "embed it first");
            }
        }
    }

    @Test
    void anotherEncoderFrontEndOrDtypeIsRefusedNamingBoth(@TempDir Path folder) throws IOException {
        fill(folder, F16, CacheOptions.DEFAULT, 2);
        CacheKey otherFrontEnd = new CacheKey("EAT base", "eat-1", "kaldi fbank 64", "fbank-2", DType.F16);
        for (CacheKey other : List.of(key("beats-9", DType.F16), otherFrontEnd, F32)) {
            assertThatThrownBy(() -> TokenCacheWriter.open(folder, other, CacheOptions.DEFAULT))
                    .isInstanceOf(TokenCacheException.class)
                    .hasMessageContaining(F16.toString())
                    .hasMessageContaining(other.toString())
                    .hasMessageContaining("choose another folder");
            assertFails(TokenCacheException.class, () -> TokenCache.open(folder, other), other.toString());
        }
        CacheKey otherWords = new CacheKey("EAT", "eat-1", "fbank", "fbank-1", DType.F16);
        fill(folder, otherWords, CacheOptions.DEFAULT, 3);
        CacheSamples.assertHolds(folder, 3);
    }

    @Test
    void changedAndRenamedFilesAreNoticed(@TempDir Path folder) throws IOException {
        fill(folder, F16, CacheOptions.DEFAULT, 3);
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT)) {
            assertThat(writer.clips()).isEqualTo(3);
            assertThat(writer.recovered()).isEmpty();
            assertThat(writer.status(id(1), hash(1))).isEqualTo(ClipStatus.PRESENT);
            assertThat(writer.status(id(1), hash(50))).isEqualTo(ClipStatus.CHANGED);
            assertThat(writer.status("new/name.wav", hash(1))).isEqualTo(ClipStatus.RENAMED);
            assertThat(writer.status("new/name.wav", hash(51))).isEqualTo(ClipStatus.ABSENT);
            writer.append(id(1), hash(50), tokens(50));
        }
        try (TokenCache cache = TokenCache.open(folder)) {
            assertThat(cache.clips()).hasSize(3);
            assertThat(cache.find(id(1)).orElseThrow().audioSha256()).isEqualTo(hash(50));
            assertThat(cache.read(id(1)).dim()).isEqualTo(tokens(50).tokens().dim());
        }
    }

    @Test
    void oneWriterAtATime(@TempDir Path folder) throws IOException {
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT)) {
            assertThatThrownBy(() -> TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT))
                    .isInstanceOf(TokenCacheException.class)
                    .hasMessageContaining("this process is writing to " + folder)
                    .hasMessageContaining("wait until it is done");
            fill(writer, 2);
            try (TokenCache reader = TokenCache.open(folder)) {
                assertThat(reader.clips()).hasSize(2);
                writer.append(id(2), hash(2), tokens(2));
                assertThat(reader.clips()).hasSize(2);
            }
        }
        fill(folder, F16, CacheOptions.DEFAULT, 4);
        CacheSamples.assertHolds(folder, 4);
    }

    @Test
    void manyThreadsRead(@TempDir Path folder) throws Exception {
        fill(folder, F16, SMALL_SHARDS, 30);
        try (TokenCache cache = TokenCache.open(folder);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Void>> jobs = IntStream.range(0, 200)
                    .<Callable<Void>>mapToObj(i -> () -> {
                        CacheSamples.assertTokens(cache, i % 30);
                        return null;
                    })
                    .toList();
            for (Future<Void> done : threads.invokeAll(jobs)) {
                done.get();
            }
        }
    }

    @Test
    void whatFloat16CannotHoldIsRefusedAndNothingIsLost(@TempDir Path temp) throws IOException {
        float[] values = {1, 65504, -65504, 0};
        Path folder = temp.resolve("f16");
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT)) {
            writer.append("fits.wav", hash(0), new Features(new TokenMap(2, 1, 2, values, null)));
            for (float bad : new float[] {65505, -1e9f, Float.NaN, Float.POSITIVE_INFINITY}) {
                float[] tokens = values.clone();
                tokens[3] = bad;
                assertThatThrownBy(() ->
                                writer.append("loud.wav", hash(1), new Features(new TokenMap(2, 1, 2, tokens, null))))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("token cache: clip 'loud.wav', token 1, dim 1 is " + bad
                                + (Float.isFinite(bad)
                                        ? ", which float16 cannot hold (largest 65504): store this encoder's tokens as"
                                                + " float32 (--dtype f32)"
                                        : ", no finite number: the encoder makes nothing of this recording"));
                assertFails(
                        () -> writer.append(
                                "loud.wav", hash(1), new Features(new TokenMap(2, 1, 2, values, new float[] {0, bad}))),
                        "cls, dim 1 is " + bad);
            }
            assertThat(writer.status("loud.wav", hash(1))).isEqualTo(ClipStatus.ABSENT);
            writer.append("after.wav", hash(2), new Features(new TokenMap(2, 1, 2, values, null)));
        }
        try (TokenCache cache = TokenCache.open(folder)) {
            assertThat(cache.read("after.wav").tokens()).isEqualTo(values);
        }
        Path wide = temp.resolve("f32");
        float[] any = {Float.MAX_VALUE, 1e30f, -Float.MAX_VALUE, Float.MIN_VALUE};
        try (TokenCacheWriter writer = TokenCacheWriter.open(wide, F32, CacheOptions.DEFAULT)) {
            writer.append("any.wav", hash(0), new Features(new TokenMap(1, 1, 4, any, null)));
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                float[] tokens = any.clone();
                tokens[2] = bad;
                assertThatThrownBy(() ->
                                writer.append("nan.wav", hash(1), new Features(new TokenMap(2, 1, 2, tokens, null))))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("token cache: clip 'nan.wav', token 1, dim 0 is " + bad
                                + ", no finite number: the encoder makes nothing of this recording");
            }
        }
        try (TokenCache cache = TokenCache.open(wide)) {
            assertThat(cache.read("any.wav").tokens()).isEqualTo(any);
            assertThat(cache.clips()).hasSize(1);
        }
    }

    @Test
    void aClosedWriterTakesNothingAndLeavesTheNextOneAlone(@TempDir Path folder) throws IOException {
        TokenCacheWriter closed = TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT);
        closed.append(id(0), hash(0), tokens(0));
        closed.close();
        assertFails(IllegalStateException.class, () -> closed.append(id(1), hash(1), tokens(1)), "is closed", id(1));
        try (TokenCacheWriter next = TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT)) {
            closed.close();
            assertFails(() -> TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT), "is writing to");
            next.append(id(1), hash(1), tokens(1));
        }
        CacheSamples.assertHolds(folder, 2);
    }

    @Property(tries = 50)
    void float16RoundsToNearest(
            @ForAll @Size(min = 1, max = 50) List<@FloatRange(min = -65504, max = 65504) Float> list)
            throws IOException {
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i);
        }
        Path folder = Files.createTempDirectory("cache");
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT)) {
            writer.append("a", hash(0), new Features(new TokenMap(1, 1, values.length, values, values)));
        }
        try (TokenCache cache = TokenCache.open(folder)) {
            TokenMap read = cache.read("a");
            for (int i = 0; i < values.length; i++) {
                // Half a unit in the last place: 2^-11 relative among normal numbers, 2^-25 absolute below.
                assertThat(read.tokens()[i])
                        .isCloseTo(values[i], within(Math.max(Math.abs(values[i]) * 0x1p-11f, 0x1p-25f)));
                assertThat(read.cls()[i]).isEqualTo(read.tokens()[i]);
            }
        } finally {
            deleteAll(folder);
        }
    }

    static void deleteAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path f : files.toList()) {
                Files.delete(f);
            }
        }
        Files.delete(folder);
    }

    @Test
    void estimateIsTheSizeOnDisk(@TempDir Path folder) throws IOException {
        String id = "x".repeat(64);
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT)) {
            for (int c = 0; c < 100; c++) {
                writer.append(
                        id.substring(3) + String.format("%03d", c),
                        hash(c),
                        new Features(new TokenMap(8, 2, 24, new float[8 * 2 * 24], new float[24])));
            }
        }
        try (TokenCache cache = TokenCache.open(folder)) {
            long estimate = TokenCache.estimate(100, 8, 2, 24, true, 0, DType.F16);
            assertThat(cache.bytes()).isBetween(estimate - 256, estimate);
        }
        assertThat(TokenCache.estimate(40_000, 64, 8, 768, false, 0, DType.F16))
                .isBetween(31_400_000_000L, 31_600_000_000L);
        assertThatThrownBy(() -> TokenCache.estimate(Long.MAX_VALUE, 64, 8, 768, false, 0, DType.F32))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void unusableArgumentsAreNamed(@TempDir Path folder) throws IOException {
        assertFails(() -> TokenCache.open(folder.resolve("nowhere")), "no shards in", "embed recordings");
        assertThatThrownBy(() -> key("e", DType.BF16)).hasMessage("token cache: stores F16 or F32, not BF16");
        assertThatThrownBy(() -> new TokenMap(2, 2, 3, new float[11], null))
                .hasMessage("token map: [2, 2, 3] does not have 11 values");
        assertThatThrownBy(() -> new TokenMap(1 << 16, 1 << 16, 1, new float[0], null))
                .isInstanceOf(IllegalArgumentException.class);
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT)) {
            assertFails(() -> writer.append("", hash(0), tokens(0)), "clip ids hold 1 to 4096 bytes");
            assertFails(() -> writer.append("a", "12", tokens(0)), "64 lower-case hex digits: '12'");
        }
    }
}
