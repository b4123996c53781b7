package org.unmute.probes.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Backends;

/** Caches with the tokens of all layers, which must never be mistaken for caches without them. */
class LayersInCacheTest {
    private static final int LAYERS = 3;
    private static final int DIM = 6;
    private static final CacheKey WITH = CacheSamples.F32.withLayers(LAYERS);
    private static final CacheOptions SMALL_SHARDS = CacheSamples.shards(4000);

    @TempDir
    Path folder;

    private static Features features(int clip, boolean cls) {
        Random random = new Random(clip);
        int time = 1 + clip % 4;
        List<TokenMap> maps = new ArrayList<>();
        for (int l = 0; l <= LAYERS; l++) {
            maps.add(new TokenMap(time, 2, DIM, numbers(random, time * 2 * DIM), cls ? numbers(random, DIM) : null));
        }
        return new Features(maps.get(LAYERS), maps.subList(0, LAYERS), null);
    }

    private static float[] numbers(Random random, int count) {
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static void fill(Path folder, CacheKey key, int clips, boolean cls) throws IOException {
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, SMALL_SHARDS)) {
            assertThat(writer.key()).isEqualTo(key);
            for (int c = 0; c < clips; c++) {
                if (writer.status(CacheSamples.id(c), CacheSamples.hash(c)) != ClipStatus.PRESENT) {
                    writer.append(CacheSamples.id(c), CacheSamples.hash(c), features(c, cls));
                }
            }
        }
    }

    private static void assertSame(TokenMap actual, TokenMap expected) {
        assertThat(actual.tokens()).isEqualTo(expected.tokens());
        assertThat(actual.cls()).isEqualTo(expected.cls());
        assertThat(actual.time()).isEqualTo(expected.time());
    }

    private static void assertHolds(Path folder, int clips, boolean cls) throws IOException {
        try (TokenCache cache = TokenCache.open(folder)) {
            assertThat(cache.key().layers()).isEqualTo(LAYERS);
            assertThat(cache.verify()).isEmpty();
            assertThat(cache.clips()).hasSize(clips);
            for (int c = 0; c < clips; c++) {
                Features expected = features(c, cls);
                Features actual = cache.readFeatures(CacheSamples.id(c));
                assertSame(actual.tokens(), expected.tokens());
                assertThat(actual.layers()).hasSize(LAYERS);
                for (int l = 0; l < LAYERS; l++) {
                    assertSame(actual.layers().get(l), expected.layers().get(l));
                }
                assertSame(cache.read(CacheSamples.id(c)), expected.tokens());
            }
        }
    }

    @Test
    void givesBackWhatWasStored() throws IOException {
        for (boolean cls : new boolean[] {true, false}) {
            Path own = folder.resolve("cls-" + cls);
            fill(own, WITH, 20, cls);
            assertThat(CacheSamples.shards(own)).hasSizeGreaterThan(2);
            assertHolds(own, 20, cls);
        }
        try (TokenCache cache = TokenCache.open(folder.resolve("cls-true"))) {
            float[] tokens = new float[500];
            float[] cls = new float[100];
            CachedClip clip = cache.readLayersInto(
                    CacheSamples.id(2),
                    cache.find(CacheSamples.id(2)).orElseThrow().time(),
                    tokens,
                    10,
                    100,
                    cls,
                    1,
                    20);
            TokenMap second = features(2, true).layers().get(1);
            assertThat(tokens[110]).isEqualTo(second.tokens()[0]);
            assertThat(tokens[110 + clip.tokenValues() - 1]).isEqualTo(second.tokens()[clip.tokenValues() - 1]);
            assertThat(tokens[110 + clip.tokenValues()]).isZero();
            assertThat(cls[21 + DIM - 1]).isEqualTo(second.cls()[DIM - 1]);
            assertThat(cls[21 + DIM]).isZero();
        }
    }

    @Test
    void cachesWithAndWithoutLayersAreNeverTakenForEachOther() throws IOException {
        Path with = folder.resolve("with");
        Path without = folder.resolve("without");
        fill(with, WITH, 2, true);
        CacheSamples.fill(without, CacheSamples.F32, SMALL_SHARDS, 2);
        for (CacheKey other : List.of(CacheSamples.F32, CacheSamples.F32.withLayers(LAYERS + 1))) {
            assertThatThrownBy(() -> TokenCacheWriter.open(with, other, SMALL_SHARDS))
                    .isInstanceOf(TokenCacheException.class)
                    .hasMessageContaining("last layer and all 3 blocks")
                    .hasMessageContaining(other.toString());
            assertThatThrownBy(() -> TokenCache.open(with, other)).isInstanceOf(TokenCacheException.class);
        }
        assertThatThrownBy(() -> TokenCacheWriter.open(without, WITH, SMALL_SHARDS))
                .isInstanceOf(TokenCacheException.class)
                .hasMessageContainingAll(", last layer;", "all 3 blocks");
        try (TokenCache cache = TokenCache.open(without)) {
            assertThatThrownBy(() -> cache.readLayersInto(CacheSamples.id(0), 1, new float[99], 0, 0, null, 0, 0))
                    .isInstanceOf(TokenCacheException.class)
                    .hasMessageContaining("last layer only");
            assertThat(cache.readFeatures(CacheSamples.id(0)).layers()).isEmpty();
        }
        // a shard moved from one folder to the other is detected by its records alone
        Files.move(with.resolve("shard-00000.tok"), without.resolve("shard-00001.tok"));
        assertThatThrownBy(() -> TokenCache.open(without)).isInstanceOf(TokenCacheException.class);
    }

    @Test
    void theFormatWithoutLayersIsTheOldOne() throws IOException {
        fill(folder.resolve("with"), WITH, 1, true);
        CacheSamples.fill(folder.resolve("without"), CacheSamples.F32, SMALL_SHARDS, 1);
        assertThat(version(folder.resolve("with"))).isEqualTo(2);
        assertThat(version(folder.resolve("without"))).isEqualTo(1);
        assertThat(CacheSamples.F32.withLayers(0).fingerprint())
                .isEqualTo(CacheSamples.F32.fingerprint())
                .isNotEqualTo(WITH.fingerprint());
    }

    private static int version(Path cache) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(cache.resolve("shard-00000.tok")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt(8);
    }

    @Test
    void anotherNumberOfLayersIsNotStored() throws IOException {
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, WITH, SMALL_SHARDS)) {
            Features f = features(1, true);
            Features two = new Features(f.tokens(), f.layers().subList(0, 2), null);
            assertThatThrownBy(() -> writer.append("a", CacheSamples.hash(1), two))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("clip 'a' comes with tokens of 2 layers", "stores 3 in addition");
            f.layers().get(1).tokens()[4] = Float.NaN;
            assertThatThrownBy(() -> writer.append("a", CacheSamples.hash(1), f))
                    .hasMessageContaining("layer 1, token 0, dim 4");
            assertThat(writer.clips()).isZero();
        }
        assertThatThrownBy(() -> new Features(
                        new TokenMap(1, 1, 2, new float[2], null),
                        List.of(new TokenMap(2, 1, 2, new float[4], null)),
                        null))
                .hasMessageContaining("a layer is [2, 1, 2] without cls");
    }

    @Test
    void damageIsFoundAndRebuilt() throws IOException {
        fill(folder, WITH, 20, true);
        Path shard = folder.resolve("shard-00001.tok");
        byte[] bytes = Files.readAllBytes(shard);
        bytes[bytes.length - 30] ^= 1;
        Files.write(shard, bytes);
        try (TokenCache cache = TokenCache.open(folder)) {
            assertThat(cache.verify()).hasSize(1);
        }
        fill(folder, WITH, 20, true);
        assertHolds(folder, 20, true);
    }

    /** A record header with another number of layers and a matching checksum. */
    @Test
    void aRecordOfAnotherNumberOfLayersIsDamage() throws IOException {
        fill(folder, WITH, 1, true);
        Path shard = folder.resolve("shard-00000.tok");
        byte[] bytes = Files.readAllBytes(shard);
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = file.getInt(12);
        int header = file.getInt(at + 8);
        file.putInt(at + 12, 1 | 200 << 16);
        CRC32C crc = new CRC32C();
        crc.update(bytes, at, header - 4);
        file.putInt(at + header - 4, (int) crc.getValue());
        Files.write(shard, bytes);
        try (TokenCache cache = TokenCache.open(folder)) {
            assertThat(cache.damage()).hasSize(1);
            assertThat(cache.damage().getFirst().reason()).contains("layers 200");
            assertThat(cache.clips()).isEmpty();
        }
    }

    @Test
    void cgpTrainsFromTheCacheAsFromMemory() throws IOException {
        int clips = 10;
        fill(folder, WITH, clips, true);
        float[] targets = new float[clips * 2];
        List<Features> memory = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (int c = 0; c < clips; c++) {
            targets[2 * c + c % 2] = 1;
            memory.add(features(c, true));
            ids.add(CacheSamples.id(c));
        }
        TrainingSettings settings = TrainingSettings.paper("cgp").withEpochs(3).withBatch(4);
        try (TokenCache cache = TokenCache.open(folder)) {
            Probe cached = trained(TokenSource.of(cache, ids), targets, settings);
            Probe expected = trained(TokenSource.ofFeatures(memory), targets, settings);
            expected.parameters()
                    .forEach((name, p) -> assertThat(
                                    cached.parameters().get(name).toFloats())
                            .as(name)
                            .isEqualTo(p.toFloats()));
        }
        Path last = folder.resolve("last");
        CacheSamples.fill(last, CacheSamples.F32, CacheOptions.DEFAULT, 1);
        try (TokenCache cache = TokenCache.open(last)) {
            assertThatThrownBy(() -> trained(TokenSource.of(cache, ids.subList(0, 1)), new float[2], settings))
                    .hasMessageContainingAll("tokens of all layers", "last only");
        }
    }

    private static Probe trained(TokenSource source, float[] targets, TrainingSettings settings) throws IOException {
        Probe probe = Probes.create(Backends.current(), "cgp", source.layout(), 2, ProbeOptions.parse("total=5"), 1);
        assertThat(probe.layers()).isEqualTo(LAYERS);
        ProbeTrainer.train(probe, new TokenSet(source, targets, 2), settings);
        return probe;
    }

    @Test
    void estimateCountsThem() {
        long one = TokenCache.estimate(1000, 64, 8, 768, true, 0, DType.F16);
        assertThat(TokenCache.estimate(1000, 64, 8, 768, true, 12, DType.F16))
                .isBetween(13 * one - 3_000_000, 13 * one);
    }
}
