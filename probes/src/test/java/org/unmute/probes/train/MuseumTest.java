package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.ShardContents;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.probes.cache.files.FolderFiles;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.decision.ThresholdRule;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.DType;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Optimizer;
import org.unmute.tensor.optim.ParameterGroup;
import org.unmute.tensor.optim.Schedule;

/**
 * Files of every version of the formats can be opened and keep their meaning. Writing them again reproduces the stored
 * file of the current version byte for byte. A format that changes gets a new version, and its old files stay; {@code
 * museum/README.md} explains how files are added.
 */
class MuseumTest {
    private static final int DIM = 12;
    private static final List<String> CLASSES = List.of("crow", "Größe, \"laut\"", "rain");
    private static final Decisions DECISIONS = new Decisions(
            ThresholdRule.MAX_F1,
            "split 'val'",
            9,
            new int[] {5, 4, 0},
            new double[] {0.25, 0.5, Double.NaN},
            new ScoreCalibration(new double[] {1.5, 1, 1}, new double[] {-0.25, 0, 0}));

    private final Backend scalar = Backends.open("scalar", 1).backend();

    @TempDir
    Path folder;

    private static Path museum(String name) {
        try {
            return Path.of(MuseumTest.class.getResource("/museum").toURI()).resolve(name);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The tokens in the stored files: binary fractions that float16 represents exactly. */
    private static TokenMap map(int k, int time, int freq, int dim, boolean cls) {
        float[] tokens = new float[time * freq * dim];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = ((i * 37 + k * 11) % 101 - 50) / 16f;
        }
        float[] own = cls ? new float[dim] : null;
        for (int i = 0; cls && i < dim; i++) {
            own[i] = ((i * 29 + k * 7) % 53 - 26) / 16f;
        }
        return new TokenMap(time, freq, dim, tokens, own);
    }

    private static Features features() {
        TokenMap last = map(1, 3, 2, DIM, true);
        return new Features(last, List.of(map(0, 3, 2, DIM, true), last), null);
    }

    /** The scores of a probe, computed by the program version that wrote the files. */
    private static float[] scores(String probe) throws IOException {
        for (String line : Files.readAllLines(museum("scores.txt"))) {
            String[] words = line.split(" ");
            if (words[0].equals(probe)) {
                float[] scores = new float[words.length - 1];
                for (int i = 0; i < scores.length; i++) {
                    scores[i] = Float.parseFloat(words[i + 1]);
                }
                return scores;
            }
        }
        throw new AssertionError("no scores of " + probe);
    }

    /**
     * Compares with the stored file. Keeps the new one, so that a maintainer can add it if the format has a new
     * version.
     */
    private static void assertKept(Path written, String name) throws IOException {
        Path kept = museum(name);
        Path made = Path.of("target", "museum").resolve(name);
        Files.createDirectories(made.getParent());
        Files.write(made, Files.readAllBytes(written));
        assertThat(kept)
                .as("the format changed: give it a new version and add %s to the museum", made)
                .exists()
                .hasSameBinaryContentAs(written);
    }

    static Stream<String> probes() throws IOException {
        try (Stream<Path> files = Files.list(museum("probe-1"))) {
            return files.map(f -> f.getFileName().toString().replace(".safetensors", "")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("probes")
    void probesScoreAsTheyDid(String name) throws IOException {
        for (int version = 1; version <= 2; version++) {
            Path file = museum("probe-" + version + "/" + name + ".safetensors");
            try (SafetensorsFile content = SafetensorsFile.open(file)) {
                assertThat(content.metadata()).containsEntry("format", "unmute-probe-" + version);
                assertThat(content.hasDigest()).isEqualTo(version > 1);
            }
            TrainedProbe probe = TrainedProbe.load(file, scalar);
            assertThat(probe.probe().name()).isEqualTo(name);
            assertThat(probe.classes()).isEqualTo(CLASSES);
            assertThat(probe.singleLabel()).isEqualTo(name.equals("mhca"));
            assertThat(probe.soundOnly()).isFalse();
            assertThat(probe.encoderHash()).isEqualTo("encoder hash");
            assertThat(probe.frontEndHash()).isEqualTo("front end hash");
            assertThat(probe.decisions()).isEqualTo(name.startsWith("proto") ? DECISIONS : null);
            assertThat(probe.standardization() == null).isEqualTo(probe.probe().layers() > 0);
            assertThat(probe.rawScores(features())).containsExactly(scores(name), within(1e-6f));
            probe.save(folder.resolve("again"));
            assertKept(folder.resolve("again"), "probe-2/" + name + ".safetensors");
        }
    }

    @Test
    void noProbeWasTakenAway() throws IOException {
        assertThat(Probes.names()).containsAll(probes().toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void packedProbesScoreAsTheyDid(int version) throws IOException {
        Path file = museum("packed-protobin-" + version + ".safetensors");
        assertThat(PackedProtobin.isPacked(file)).isTrue();
        PackedProtobin packed = PackedProtobin.load(file);
        assertThat(packed.classes()).isEqualTo(CLASSES);
        assertThat(packed.decisions()).isEqualTo(DECISIONS);
        assertThat(packed.soundOnly()).isFalse();
        assertThat(packed.rawScores(features().tokens())).containsExactly(scores("packed"), within(1e-6f));
        packed.save(folder.resolve("again"));
        assertKept(folder.resolve("again"), "packed-protobin-2.safetensors");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void checkpointsRestoreTheirTraining(int version) throws IOException {
        Path file = Files.copy(
                museum("checkpoint-" + version + ".safetensors"), folder.resolve("c" + version + ".safetensors"));
        Map<String, Tensor> parameters =
                Map.of("w", Tensor.of(scalar, new float[3], 3).parameter());
        Optimizer optimizer = new AdamW(List.of(new ParameterGroup(parameters, 0.1, 0)), Schedule.constant());
        TrainingCheckpoint checkpoint = new TrainingCheckpoint(file, Map.of("probe", "linear", "seed", "7"));
        double[] losses = checkpoint.restore(parameters, optimizer);
        assertThat(losses).containsExactly(14);
        assertThat(optimizer.steps()).isEqualTo(1);
        assertThat(parameters.get("w").toFloats()).containsExactly(new float[] {0.9f, 1.9f, 2.9f}, within(1e-6f));
        checkpoint.save(parameters, optimizer, losses);
        assertKept(file, "checkpoint-2.safetensors");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void cachesHoldTheirTokens(int version) throws IOException {
        int layers = version == 1 ? 0 : 2;
        CacheKey key = new CacheKey(
                "EAT base",
                "encoder hash",
                "fbank, 128 bins",
                "front end hash",
                version == 1 ? DType.F16 : DType.F32,
                layers);
        List<Features> all = new ArrayList<>();
        try (TokenCache cache = TokenCache.open(museum("cache-" + version), key)) {
            assertThat(cache.key()).isEqualTo(key);
            assertThat(cache.verify()).isEmpty();
            assertThat(cache.clips()).hasSize(3);
            for (int c = 0; c < 3; c++) {
                CachedClip clip = cache.clips().get(c);
                assertThat(clip.id()).isEqualTo("folder/clip " + c + " ü.wav");
                assertThat(clip.audioSha256()).isEqualTo(String.format("%064x", 0xABCDL + c));
                assertThat(clip.isSoundKnown()).isFalse();
                assertThat(clip.sound()).isEqualTo(clip.time());
                Features features = cache.readFeatures(clip.id());
                all.add(features);
                assertSame(features.tokens(), map(10 * c + 2, 2 + c, 2, 4, c != 1));
                assertThat(features.layers()).hasSize(layers);
                for (int l = 0; l < layers; l++) {
                    assertSame(features.layers().get(l), map(10 * c + l, 2 + c, 2, 4, c != 1));
                }
            }
        }
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT)) {
            for (int c = 0; c < 3; c++) {
                writer.append("folder/clip " + c + " ü.wav", String.format("%064x", 0xABCDL + c), all.get(c));
            }
        }
        assertKept(folder.resolve("shard-00000.tok"), "cache-" + version + "/shard-00000.tok");
    }

    /** Records with known and with unknown padding, in the same version of the format. */
    @Test
    void paddedClipsHoldTheirSound() throws IOException {
        CacheKey key = new CacheKey("EAT base", "encoder hash", "fbank, 128 bins", "front end hash", DType.F16);
        List<TokenMap> maps = List.of(
                map(0, 4, 2, 4, true).withSound(1), map(1, 4, 2, 4, false).withSound(4), map(2, 4, 2, 4, true));
        try (TokenCache cache = TokenCache.open(museum("cache-padded-1"), key)) {
            assertThat(cache.verify()).isEmpty();
            assertThat(cache.clips()).extracting(CachedClip::padding).containsExactly(3, 0, -1);
            for (int c = 0; c < 3; c++) {
                TokenMap read = cache.read("clip " + c);
                assertSame(read, maps.get(c));
                assertThat(read.padding()).isEqualTo(maps.get(c).padding());
            }
        }
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT)) {
            for (int c = 0; c < 3; c++) {
                writer.append("clip " + c, String.format("%064x", 0xABCDL + c), new Features(maps.get(c)));
            }
        }
        assertKept(folder.resolve("shard-00000.tok"), "cache-padded-1/shard-00000.tok");
    }

    /** Probes that leave padding out; their scores are those of the rows of sound. */
    @Test
    void probesLeavePaddingOut() throws IOException {
        TrainedProbe asSound = TrainedProbe.load(museum("probe-2/protobin.safetensors"), scalar);
        TokenMap padded = features().tokens().withSound(2);
        float[] expected = asSound.rawScores(padded.rows(0, 2));
        Path file = folder.resolve("protobin-sound-only-2.safetensors");
        asSound.withSoundOnly(true).save(file);
        assertKept(file, "probe-sound-only-2/protobin.safetensors");
        TrainedProbe only = TrainedProbe.load(museum("probe-sound-only-2/protobin.safetensors"), scalar);
        assertThat(only.soundOnly()).isTrue();
        assertThat(only.rawScores(padded)).isEqualTo(expected).isNotEqualTo(asSound.rawScores(padded));
        PackedProtobin.pack(only).save(file);
        assertKept(file, "packed-sound-only-2.safetensors");
        PackedProtobin packed = PackedProtobin.load(museum("packed-sound-only-2.safetensors"));
        assertThat(packed.soundOnly()).isTrue();
        assertThat(packed.rawScores(padded)).containsExactly(expected, within(1e-6f));
    }

    /** A cache filled by many machines: read by its manifest, and by the table of contents beside its shard. */
    @Test
    void gatheredCachesHoldTheirTokens() throws IOException {
        Path gathered = museum("gathered-1");
        try (TokenCache cache = TokenCache.open(gathered);
                TokenCache byContents = TokenCache.open(new FolderFiles(gathered, Arena.ofShared()), cache.key());
                TokenCache before = TokenCache.open(museum("cache-2"))) {
            assertThat(byContents.clips()).hasSize(3).isEqualTo(cache.clips());
            assertThat(byContents.verify()).isEmpty();
            for (CachedClip clip : before.clips()) {
                assertSame(byContents.read(clip.id()), before.read(clip.id()));
                assertSame(cache.read(clip.id()), before.read(clip.id()));
            }
        }
        Path table = gathered.resolve("shard-00000-1f0c4a77-3.toc");
        assertThat(ShardContents.of(gathered.resolve("shard-00000-1f0c4a77-3.tok")))
                .isEqualTo(Files.readAllBytes(table));
        byte[] manifest = Files.readAllBytes(gathered.resolve(FileManifest.FILE));
        FileManifest read = FileManifest.parse(manifest, "manifest");
        assertThat(FileManifest.isSealed(manifest)).isFalse();
        assertThat(FileManifest.parse(read.encode(), "manifest")).isEqualTo(read);
    }

    private static void assertSame(TokenMap actual, TokenMap expected) {
        assertThat(new int[] {actual.time(), actual.freq(), actual.dim()})
                .isEqualTo(new int[] {expected.time(), expected.freq(), expected.dim()});
        assertThat(actual.tokens()).isEqualTo(expected.tokens());
        assertThat(actual.cls()).isEqualTo(expected.cls());
    }
}
