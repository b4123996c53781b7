package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.score.FrameScorer;
import org.unmute.probes.train.Scorer;
import org.unmute.probes.train.TokenSource;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

/** A probe that was trained without padding scores exactly as an ordinary probe scores the rows of sound alone. */
class SoundOnlyProbesTest {
    private static final int DIM = 12;
    private static final int TIME = 7;
    /** The number of layers that the variants of cgp pool. */
    private static final int LAYERS = 3;

    private static final List<String> CLASSES = List.of("crow", "bee", "rain");

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private static TokenMap map(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] tokens = new float[TIME * 2 * DIM];
        float[] cls = new float[DIM];
        for (int i = 0; i < tokens.length; i++) {
            // The end is louder, so that reading it by mistake changes the results.
            tokens[i] = (float) ((1 + 3 * i / tokens.length) * random.nextGaussian());
        }
        for (int i = 0; i < DIM; i++) {
            cls[i] = (float) random.nextGaussian();
        }
        return new TokenMap(TIME, 2, DIM, tokens, cls);
    }

    /** A clip with the tokens of {@link #LAYERS} layers. */
    private static Features features(long seed, int sound) {
        List<TokenMap> layers = new ArrayList<>();
        for (int l = 1; l < LAYERS; l++) {
            layers.add(map(seed + 100 * l).withSound(sound));
        }
        layers.add(map(seed).withSound(sound));
        return new Features(layers.getLast(), layers, null);
    }

    /** The clip without the information where its sound ends. */
    private static Features unknown(Features f) {
        return new Features(
                unknown(f.tokens()),
                f.layers().stream().map(SoundOnlyProbesTest::unknown).toList(),
                null);
    }

    private static TokenMap unknown(TokenMap map) {
        return new TokenMap(map.time(), map.freq(), map.dim(), map.tokens(), map.cls());
    }

    /** The rows of sound as a separate recording, without further information. */
    private static TokenMap cut(TokenMap map) {
        return unknown(map.rows(0, map.sound()));
    }

    private static Features cut(Features f) {
        return new Features(
                cut(f.tokens()),
                f.layers().stream().map(SoundOnlyProbesTest::cut).toList(),
                null);
    }

    private static Standardization standardization() {
        Standardization.Statistics tokens = new Standardization.Statistics(DIM);
        Standardization.Statistics cls = new Standardization.Statistics(DIM);
        for (int i = 0; i < 3; i++) {
            tokens.add(map(i).tokens(), 0, TIME * 2);
            cls.add(map(i).cls(), 0, 1);
        }
        return new Standardization(tokens.mean(), tokens.deviation(), cls.mean(), cls.deviation());
    }

    private TrainedProbe trained(String name, String options) {
        Probe probe = Probes.create(
                scalar,
                name,
                new TokenLayout(DIM, 2, true, Probes.type(name).needsLayers() ? LAYERS : 0),
                3,
                ProbeChecks.parse(options),
                4);
        Standardization by = Probes.type(name).needsLayers() ? null : standardization();
        return new TrainedProbe(probe, CLASSES, true, name.equals("mhca"), by, "e", "f");
    }

    static Stream<Arguments> probes() {
        return ProbeChecks.probesAndVariants();
    }

    @ParameterizedTest
    @MethodSource("probes")
    void paddingHasNoPartInAnyScore(String name, String options, @TempDir Path folder) throws IOException {
        TrainedProbe asSound = trained(name, options);
        TrainedProbe only = asSound.withSoundOnly(true);
        only.save(folder.resolve("p"));
        TrainedProbe saved = TrainedProbe.load(folder.resolve("p"), scalar);
        assertThat(saved.soundOnly()).isTrue();
        List<Features> clips = List.of(features(1, 3), features(2, TIME), features(3, 1), features(4, 3));
        for (TrainedProbe probe : List.of(only, saved)) {
            for (Features clip : clips) {
                float[] expected = asSound.rawScores(cut(clip));
                assertThat(probe.rawScores(clip)).isEqualTo(expected);
                assertThat(probe.logits(clip)).isEqualTo(asSound.logits(cut(clip)));
            }
            float[] whole = asSound.rawScores(clips.get(1));
            assertThat(probe.rawScores(clips.get(1))).as("no padding").isEqualTo(whole);
            Features unknown = unknown(clips.getFirst());
            assertThat(probe.rawScores(unknown)).isEqualTo(asSound.rawScores(unknown));
        }
        assertThat(asSound.rawScores(clips.getFirst()))
                .as("padding as sound")
                .isEqualTo(asSound.rawScores(unknown(clips.getFirst())));
        if (!Probes.type(name).needsLayers()) {
            assertSameOfMaps(only, asSound, clips.stream().map(Features::tokens).toList());
        }
        assertSameOfSource(only, asSound, clips);
    }

    private static void assertSameOfMaps(TrainedProbe only, TrainedProbe asSound, List<TokenMap> maps) {
        assertThat(only.rawScores(maps))
                .isDeepEqualTo(asSound.rawScores(
                        maps.stream().map(SoundOnlyProbesTest::cut).toList()));
    }

    private static void assertSameOfSource(TrainedProbe only, TrainedProbe asSound, List<Features> clips)
            throws IOException {
        float[][] scores = Scorer.rawScores(only, TokenSource.ofFeatures(clips), 3);
        float[][] expected = Scorer.rawScores(
                asSound,
                TokenSource.ofFeatures(
                        clips.stream().map(SoundOnlyProbesTest::cut).toList()),
                3);
        assertThat(scores).isDeepEqualTo(expected);
        assertThat(Scorer.rawScores(only, TokenSource.ofFeatures(clips).soundOnly(), 3))
                .isDeepEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("probes")
    void similarityMapsAreOfSound(String name, String options) {
        TrainedProbe asSound = trained(name, options);
        if (asSound.probe().layers() > 0 || ProbeChecks.of(name).map() == ProbeChecks.MapKind.NONE) {
            return;
        }
        try (TensorScope _ = new TensorScope()) {
            TokenMap clip = map(1).withSound(3);
            Tensor expected = asSound.similarityMap(cut(clip));
            Tensor actual = asSound.withSoundOnly(true).similarityMap(clip);
            assertThat(actual.shape()).isEqualTo(expected.shape());
            assertThat(actual.toFloats()).isEqualTo(expected.toFloats());
        }
    }

    @Test
    void packedProbesLeavePaddingOut(@TempDir Path folder) throws IOException {
        PackedProtobin asSound = PackedProtobin.pack(trained("protobin", ""));
        PackedProtobin only = PackedProtobin.pack(trained("protobin", "").withSoundOnly(true));
        only.save(folder.resolve("p"));
        TokenMap clip = map(1).withSound(3);
        for (PackedProtobin packed : List.of(only, PackedProtobin.load(folder.resolve("p")))) {
            assertThat(packed.soundOnly()).isTrue();
            assertThat(packed.logits(clip)).isEqualTo(asSound.logits(cut(clip)));
            assertThat(packed.rawScores(clip)).isEqualTo(asSound.rawScores(cut(clip)));
            assertThat(packed.similarityMap(clip, new int[] {0, 4}))
                    .isDeepEqualTo(asSound.similarityMap(cut(clip), new int[] {0, 4}));
            assertThat(packed.contributions(clip, 1).sum())
                    .isEqualTo(asSound.contributions(cut(clip), 1).sum());
            assertThat(packed.unpacked(scalar).soundOnly()).isTrue();
            assertThat(packed.logits(map(1))).isEqualTo(asSound.logits(map(1)));
        }
        assertThat(asSound.logits(clip)).isNotEqualTo(only.logits(clip));
    }

    /** A frame scorer scores the rows that it gets; its callers choose them. */
    @Test
    void frameScoresDoNotDependOnIt() {
        TrainedProbe asSound = trained("protobin", "");
        Features clip = new Features(map(1).withSound(3));
        for (int context : new int[] {1, 3}) {
            assertThat(new FrameScorer(asSound.withSoundOnly(true), context, 1, null).scores(clip))
                    .isDeepEqualTo(new FrameScorer(asSound, context, 1, null).scores(clip));
        }
        Features layered = features(1, 3);
        TrainedProbe cgp = trained("cgp", "total=6 dropout=0");
        assertThat(new FrameScorer(cgp.withSoundOnly(true), 3, 1, null).scores(layered))
                .isDeepEqualTo(new FrameScorer(cgp, 3, 1, null).scores(layered));
    }

    @Test
    void clipsOfDifferentSoundAreNoBatch() {
        TrainedProbe only = trained("linear-mean", "").withSoundOnly(true);
        try (TensorScope _ = new TensorScope()) {
            assertThat(only.batch(List.of(features(1, 3), features(2, 3))).time())
                    .isEqualTo(3);
            assertThatThrownBy(() -> only.batch(List.of(features(1, 3), features(2, 4))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("batch equal ones only");
            assertThat(only.batchOfRows(List.of(features(1, 3), features(2, 4))).time())
                    .isEqualTo(TIME);
        }
    }

    /** One line of metadata marks the file; files of probes to which padding is sound have none. */
    @Test
    void theFileSaysWhatPaddingIs(@TempDir Path folder) throws IOException {
        TrainedProbe asSound = trained("linear-mean", "");
        Path sound = folder.resolve("sound");
        Path only = folder.resolve("only");
        asSound.save(sound);
        asSound.withSoundOnly(true).save(only);
        try (SafetensorsFile a = SafetensorsFile.open(sound);
                SafetensorsFile b = SafetensorsFile.open(only)) {
            assertThat(a.metadata()).doesNotContainKey("padding");
            assertThat(b.metadata()).containsEntry("padding", "left out");
            assertThat(b.names()).isEqualTo(a.names());
        }
        TrainedProbe.load(only, scalar).withSoundOnly(false).save(folder.resolve("again"));
        assertThat(folder.resolve("again")).hasSameBinaryContentAs(sound);
        SafetensorsWriter other = new SafetensorsWriter().metadata("padding", "kept");
        try (SafetensorsFile a = SafetensorsFile.open(sound)) {
            a.metadata().entrySet().stream()
                    .filter(e -> !e.getKey().equals("digest"))
                    .forEach(e ->
                            other.metadata(e.getKey(), e.getKey().equals("format") ? "unmute-probe-1" : e.getValue()));
            a.names().forEach(name -> other.add(name, a.shape(name), a.floats(name)));
        }
        other.write(folder.resolve("other"));
        assertThatThrownBy(() -> TrainedProbe.load(folder.resolve("other"), scalar))
                .hasMessageContaining("padding is not 'left out': 'kept'");
    }

    @Test
    void decisionsLeaveItAlone() {
        assertThat(trained("protobin", "").withSoundOnly(true).with(null).soundOnly())
                .isTrue();
        assertThat(trained("protobin", "").with(null).soundOnly()).isFalse();
    }
}
