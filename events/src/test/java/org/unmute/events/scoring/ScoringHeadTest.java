package org.unmute.events.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.scene.Split;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.files.InputException;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.Probabilities;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Backends;

/** The embedded encoder and probes with random weights on 3 s of sound. */
class ScoringHeadTest {
    private static final List<String> CLASSES = List.of("a", "b", "c");

    @TempDir
    private Path folder;

    private final OpenEncoder encoder = OpenEncoder.embedded();
    private final EncoderSpec spec = encoder.encoder().describe();
    private final CacheKey key = encoder.key("hann", DType.F16);
    private float[] sound;

    @BeforeEach
    void makeSound() {
        sound = new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(3), 3)
                .clip(Split.TEST, 0)
                .samples();
    }

    private TrainedProbe probe(String name, int layers, boolean exclusive, String encoderHash) {
        return new TrainedProbe(
                Probes.create(
                        Backends.current(),
                        name,
                        new TokenLayout(spec.dim(), spec.freq(), spec.hasCls(), layers),
                        CLASSES.size(),
                        ProbeOptions.DEFAULTS,
                        11),
                CLASSES,
                spec.hasCls(),
                exclusive,
                null,
                encoderHash,
                key.frontEndHash());
    }

    private Path saved(TrainedProbe probe) throws IOException {
        Path file = folder.resolve("probe-" + probe.probe().name() + ".safetensors");
        probe.save(file);
        return file;
    }

    @Test
    void aProbeScoresSamplesAndFeaturesAlike() throws IOException {
        for (String name : List.of("linear", "linear-mean", "protobin", "cgp", "linear-layers", "head2toe")) {
            int layers = Probes.type(name).needsLayers() ? spec.depth() : 0;
            TrainedProbe probe = probe(name, layers, false, key.encoderHash());
            ScoringHead head = ScoringHead.ofProbe(saved(probe), encoder, key);
            Features features =
                    encoder.encoder().features(List.of(sound), head.request()).getFirst();
            assertThat(features.layers()).as(name).hasSize(layers);
            assertThat(head.logits(sound)).as(name).containsExactly(head.logits(features));
            assertThat(head.logits(sound)).as(name).containsExactly(probe.logits(features));
            assertThat(head.classes()).isEqualTo(CLASSES);
            assertThat(head.about()).isEqualTo(name + " " + saved(probe));
            assertThat(Activation.trained(head)).isEqualTo(Activation.sigmoid);
        }
    }

    /** A window of 3 s, of which one second is sound. */
    @Test
    void aProbeTrainedWithoutPaddingScoresTheSoundAlone() throws IOException {
        float[] second = Arrays.copyOf(sound, 16_000);
        for (String name : List.of("linear-mean", "protobin", "cgp")) {
            int layers = Probes.type(name).needsLayers() ? spec.depth() : 0;
            TrainedProbe asSound = probe(name, layers, false, key.encoderHash());
            ScoringHead head = ScoringHead.ofProbe(saved(asSound.withSoundOnly(true)), encoder, key);
            Features features = encoder.encoder().features(second, head.request());
            assertThat(features.tokens().sound()).isEqualTo(13);
            float[] expected = asSound.logits(features.rows(0, 13));
            assertThat(head.logits(second)).as(name).containsExactly(expected);
            assertThat(head.logits(features)).as(name).containsExactly(expected);
            assertThat(head.logits(features)).as(name).isNotEqualTo(asSound.logits(features));
        }
        TrainedProbe protobin = probe("protobin", 0, false, key.encoderHash());
        Path file = folder.resolve("packed-sound.safetensors");
        PackedProtobin.pack(protobin.withSoundOnly(true)).save(file);
        Features features = encoder.encoder().features(second, Features.Request.TOKENS);
        double[] expected =
                PackedProtobin.pack(protobin).logits(features.tokens().rows(0, 13));
        float[] actual = ScoringHead.ofProbe(file, encoder, key).logits(second);
        for (int c = 0; c < expected.length; c++) {
            assertThat(actual[c]).isEqualTo((float) expected[c]);
        }
    }

    @Test
    void aPackedProbeScoresSamplesAndFeaturesAlike() throws IOException {
        PackedProtobin packed = PackedProtobin.pack(probe("protobin", 0, true, key.encoderHash()));
        Path file = folder.resolve("packed.safetensors");
        packed.save(file);
        ScoringHead head = ScoringHead.ofProbe(file, encoder, key);
        Features features = encoder.encoder().features(sound, head.request());
        double[] logits = packed.logits(features.tokens());
        assertThat(head.logits(sound)).hasSize(3).containsExactly(head.logits(features));
        for (int c = 0; c < logits.length; c++) {
            assertThat(head.logits(features)[c]).isEqualTo((float) logits[c]);
        }
        assertThat(head.about()).isEqualTo("protobin, packed " + file);
        assertThat(Activation.trained(head)).isEqualTo(Activation.softmax);
        assertThat(Activation.softmax.of(head, head.logits(features))).isEqualTo(head.rawScores(head.logits(sound)));
    }

    @Test
    void aProbeOfOtherTokensIsRefused() throws IOException {
        Path file = saved(probe("linear", 0, false, "0".repeat(64)));
        assertFails(InputException.class, () -> ScoringHead.ofProbe(file, encoder, key), "linear");
        Path layers = saved(probe("cgp", spec.depth() + 1, false, key.encoderHash()));
        assertThatThrownBy(() -> ScoringHead.ofProbe(layers, encoder, key))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the encoder has " + spec.depth() + " blocks");
        Path text = Files.writeString(folder.resolve("probe.safetensors"), "no probe");
        assertFails(InputException.class, () -> ScoringHead.ofProbe(text, encoder, key), "probe.safetensors");
        assertThatThrownBy(() -> ScoringHead.ofProbe(folder.resolve("missing"), encoder, key))
                .isInstanceOf(InputException.class)
                .hasMessage("no such file or folder: " + folder.resolve("missing"));
    }

    @Test
    void anEncoderWithoutHeadIsRefused() {
        assertThatThrownBy(() -> ScoringHead.ofEncoder(encoder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("encoder embedded has no classification head");
    }

    @Test
    void activationsAreThoseOfTheirNames() {
        assertThat(Probabilities.sigmoid(new float[] {0, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}))
                .containsExactly(0.5f, 1, 0);
        assertThat(Probabilities.softmax(new float[] {1000, 1000, -1000})).containsExactly(0.5f, 0.5f, 0);
    }
}
