package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/** A source without padding equals a source of trimmed clips, however the clips are stored. */
class SoundOnlySourceTest {
    private static final int DIM = 4;
    private static final int CLASSES = 2;
    private static final List<String> NAMES = List.of("bee", "crow");

    private final Backend scalar = Backends.open("scalar", 1).backend();

    /** Binary fractions, which float16 represents exactly. */
    private static TokenMap map(SplittableRandom random, int time, int freq, boolean cls) {
        float[] tokens = new float[time * freq * DIM];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = random.nextInt(-64, 65) / 16f;
        }
        float[] own = cls ? new float[DIM] : null;
        for (int i = 0; cls && i < DIM; i++) {
            own[i] = random.nextInt(-64, 65) / 16f;
        }
        return new TokenMap(time, freq, DIM, tokens, own);
    }

    /** Clips of random sizes: with padding, without padding, or with unknown padding. */
    private static List<Features> clips(long seed, int count, boolean cls, int layers) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Features> all = new ArrayList<>();
        for (int c = 0; c < count; c++) {
            int time = 1 + random.nextInt(5);
            int freq = 1 + random.nextInt(2);
            int sound = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(time);
            List<TokenMap> maps = new ArrayList<>();
            for (int l = 0; l <= layers; l++) {
                TokenMap map = map(random, time, freq, cls);
                maps.add(sound == 0 ? map : map.withSound(sound));
            }
            all.add(new Features(maps.getFirst(), maps.subList(1, maps.size()), null));
        }
        return all;
    }

    private static List<Features> trimmed(List<Features> clips) {
        return clips.stream().map(Features::soundOnly).toList();
    }

    private static TokenSource inMemory(List<Features> clips) {
        return new MemorySource(clips);
    }

    private static void assertSame(TokenSource actual, TokenSource expected) throws IOException {
        assertThat(actual.clips()).isEqualTo(expected.clips());
        assertThat(actual.layers()).isEqualTo(expected.layers());
        assertThat(actual.layout()).isEqualTo(expected.layout());
        for (int i = 0; i < actual.clips(); i++) {
            TokenGrid grid = actual.grid(i);
            assertThat(grid).isEqualTo(expected.grid(i));
            assertThat(actual.sound(i)).isEqualTo(grid.time());
            // One extra element on each side, which must not change.
            float[][] a = {new float[grid.tokens() * DIM + 2], new float[DIM + 2]};
            float[][] e = {new float[grid.tokens() * DIM + 2], new float[DIM + 2]};
            actual.read(i, a[0], 1, a[1], 1);
            expected.read(i, e[0], 1, e[1], 1);
            assertThat(a).isDeepEqualTo(e);
            if (actual.stored() == DType.F16) {
                short[] halves = new short[a[0].length];
                actual.readHalves(i, halves, 1, a[1], 1);
                for (int n = 0; n < halves.length; n++) {
                    assertThat(Float.float16ToFloat(halves[n])).isEqualTo(e[0][n]);
                }
                assertThat(a[1]).isEqualTo(e[1]);
            }
            if (actual.layers() > 0) {
                assertSameLayers(actual, expected, i);
            }
        }
        if (actual.layers() == 0) {
            assertThat(actual.statistics().tokenMean())
                    .isEqualTo(expected.statistics().tokenMean());
            assertThat(actual.statistics().tokenDeviation())
                    .isEqualTo(expected.statistics().tokenDeviation());
        }
    }

    private static void assertSameLayers(TokenSource actual, TokenSource expected, int i) throws IOException {
        int step = actual.grid(i).tokens() * DIM + 3;
        float[][] a = {new float[step * actual.layers() + 1], new float[(DIM + 2) * actual.layers() + 1]};
        float[][] e = {new float[a[0].length], new float[a[1].length]};
        actual.readLayers(i, a[0], 1, step, a[1], 1, DIM + 2);
        expected.readLayers(i, e[0], 1, step, e[1], 1, DIM + 2);
        assertThat(a).isDeepEqualTo(e);
    }

    @Property
    void readsAreThoseOfTrimmedClips(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 6) int count,
            @ForAll boolean cls,
            @ForAll @IntRange(min = 0, max = 2) int layers)
            throws IOException {
        List<Features> clips = clips(seed, count, cls, layers);
        TokenSource source = inMemory(clips);
        TokenSource expected = inMemory(trimmed(clips));
        assertSame(source.soundOnly(), expected);
        int[] some = IntStream.range(0, count).map(i -> count - 1 - i).toArray();
        float[] targets = new float[count];
        TokenSource subset =
                new TokenSet(source.soundOnly(), targets, 1).subset(some).tokens();
        TokenSource expectedSubset =
                new TokenSet(expected, targets, 1).subset(some).tokens();
        assertSame(subset, expectedSubset);
        assertSame(new TokenSet(source, targets, 1).subset(some).tokens().soundOnly(), expectedSubset);
        if (layers == 0) {
            var by = expected.statistics();
            assertSame(source.soundOnly().standardized(by), expected.standardized(by));
            assertSame(source.standardized(by).soundOnly(), expected.standardized(by));
        }
    }

    @Property(tries = 20)
    void readsFromACacheAreThoseOfTrimmedClips(
            @ForAll long seed, @ForAll boolean half, @ForAll @IntRange(min = 0, max = 2) int layers)
            throws IOException {
        List<Features> clips = clips(seed, 5, true, layers);
        Path folder = Files.createTempDirectory("cache");
        try (TokenCache cache = cache(folder, clips, half ? DType.F16 : DType.F32)) {
            TokenSource source = TokenSource.of(cache, List.of("0", "1", "2", "3", "4"));
            assertThat(source.stored()).isEqualTo(half ? DType.F16 : DType.F32);
            assertSame(source.soundOnly(), inMemory(trimmed(clips)));
        }
    }

    private static TokenCache cache(Path folder, List<Features> clips, DType dtype) throws IOException {
        CacheKey key = new CacheKey(
                "e", "e1", "f", "f1", dtype, clips.getFirst().layers().size());
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT)) {
            for (int i = 0; i < clips.size(); i++) {
                writer.append(Integer.toString(i), String.format("%064x", i), clips.get(i));
            }
        }
        return TokenCache.open(folder, key);
    }

    @Test
    void aViewIsItsOwnKindOfSource() {
        TokenSource source = inMemory(clips(3, 6, true, 0));
        TokenSource only = source.soundOnly();
        assertThat(source.isSoundOnly()).isFalse();
        assertThat(only.isSoundOnly()).isTrue();
        assertThat(only.soundOnly()).isSameAs(only);
        assertThat(new TokenSet(only, new float[6], 1).subset(1, 2).tokens().isSoundOnly())
                .isTrue();
        assertThat(only.fingerprint()).isNotEqualTo(source.fingerprint()).startsWith(source.fingerprint());
        List<Features> other = new ArrayList<>(clips(3, 6, true, 0));
        int time = other.getFirst().tokens().time();
        TokenMap map = other.getFirst().tokens();
        other.set(0, new Features(map.withSound(map.sound() == 1 && time > 1 ? 2 : 1)));
        assertThat(inMemory(other).soundOnly().fingerprint())
                .as("other sound of the same tokens")
                .isNotEqualTo(only.fingerprint());
    }

    private Probe trained(String name, TokenSource tokens, float[] targets, boolean standardize) throws IOException {
        Probe probe = Probes.create(scalar, name, tokens.layout(), CLASSES, ProbeOptions.DEFAULTS, 1);
        TrainingSettings settings =
                TrainingSettings.paper(name).withEpochs(2).withBatch(4).withStandardize(standardize);
        ProbeTrainer.Result result = ProbeTrainer.train(probe, new TokenSet(tokens, targets, CLASSES), settings);
        assertThat(result.soundOnly()).isEqualTo(tokens.isSoundOnly());
        TrainedProbe saved = result.trained(probe, NAMES, true, Objective.ASL, "", "");
        assertThat(saved.soundOnly()).isEqualTo(tokens.isSoundOnly());
        return probe;
    }

    private static void assertSameParameters(Probe actual, Probe expected) {
        expected.parameters()
                .forEach((name, p) -> assertThat(actual.parameters().get(name).toFloats())
                        .as(name)
                        .isEqualTo(p.toFloats()));
    }

    /** With pooling once and in every step, in float32 and in float16, with padding and without. */
    @Test
    void trainingIsThatOfTrimmedClips(@TempDir Path folder) throws IOException {
        List<Features> clips = clips(5, 12, true, 0);
        List<Features> whole = trimmed(clips);
        float[] targets = new float[12 * CLASSES];
        for (int i = 0; i < 12; i++) {
            targets[i * CLASSES + i % CLASSES] = 1;
        }
        List<String> ids = IntStream.range(0, 12).mapToObj(Integer::toString).toList();
        try (TokenCache cache = cache(folder, clips, DType.F16)) {
            for (String name : List.of("linear-mean", "mhca", "protobin")) {
                for (boolean standardize : new boolean[] {false, true}) {
                    Probe expected = trained(name, inMemory(whole), targets, standardize);
                    assertSameParameters(trained(name, inMemory(clips).soundOnly(), targets, standardize), expected);
                    assertSameParameters(
                            trained(name, TokenSource.of(cache, ids).soundOnly(), targets, standardize), expected);
                    assertSameParameters(trained(name, inMemory(whole).soundOnly(), targets, standardize), expected);
                }
            }
        }
    }
}
