package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.audio.ClipTooShortException;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.MelOptions;
import org.unmute.models.frontend.MelSpectrogram;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

class DashengTest {
    private static final EncoderSettings NONE = EncoderSettings.AUTHORS;

    private static ShapedCheckpoint made(String prefix, int dim, int depth, int hidden, int rows, int mel, int time) {
        ShapedCheckpoint c = new ShapedCheckpoint()
                .with(prefix + "time_pos_embed", 1, dim, 1, rows)
                .with(prefix + "freq_pos_embed", 1, dim, 1, 1)
                .with(prefix + "patch_embed.proj.weight", dim, 1, mel, time)
                .with(prefix + "patch_embed.proj.bias", dim)
                .with(prefix + "norm.weight", dim)
                .with(prefix + "norm.bias", dim);
        for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
            c.with(prefix + "init_bn.1." + part, mel);
        }
        for (int i = 0; i < depth; i++) {
            String b = prefix + "blocks." + i + ".";
            c.with(b + "attn.qkv.weight", 3 * dim, dim)
                    .with(b + "attn.qkv.bias", 3 * dim)
                    .with(b + "attn.proj.weight", dim, dim)
                    .with(b + "attn.proj.bias", dim)
                    .with(b + "mlp.fc1.weight", hidden, dim)
                    .with(b + "mlp.fc1.bias", hidden)
                    .with(b + "mlp.fc2.weight", dim, hidden)
                    .with(b + "mlp.fc2.bias", dim);
            for (String norm : List.of("norm1", "norm2")) {
                c.with(b + norm + ".weight", dim).with(b + norm + ".bias", dim);
            }
        }
        return c;
    }

    private static ShapedCheckpoint small() {
        return made("", 8, 2, 20, 5, 64, 4);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 8, 2, 20, 5, 64, 4",
        "encoder., 12, 1, 12, 252, 64, 4",
        "model., 6, 3, 30, 1, 64, 4",
        "dashengmodel., 4, 1, 8, 7, 32, 2"
    })
    void sizesFollowFromTheTensors(String prefix, int dim, int depth, int hidden, int rows, int mel, int time) {
        Encoder encoder = Encoders.build(made(prefix, dim, depth, hidden, rows, mel, time), NONE.withHeads(2));
        EncoderSpec spec = encoder.describe();
        assertThat(List.of(spec.name(), spec.dim(), spec.depth(), spec.time(), spec.isWhole()))
                .containsExactly("dasheng", dim, depth, rows, true);
        TokenMap map = encoder.encode(BeatsTest.noise(16_000, 1));
        assertThat(List.of(map.time(), map.freq(), map.dim())).containsExactly(101 / time, 1, dim);
        assertThat(map.tokens()).doesNotContain(Float.NaN);
        assertThat(spec.rows(16_000)).isBetween((long) map.time(), map.time() + 1L);
    }

    /** Names alone do not tell Dasheng from CED, whose patches span some of the mel bins: shapes do. */
    @Test
    void filesOfTheSameNamesAndOtherShapesAreNotTakenForIt() {
        ShapedCheckpoint several = small().with("freq_pos_embed", 1, 8, 4, 1);
        assertThatThrownBy(() -> Encoders.recognize(several, ""))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining(
                        "made.pt: no known encoder is in this file: it has the names, but not the tensors of"
                                + " dasheng/authors (tensor 'freq_pos_embed' is [1, 8, 4, 1]: Dasheng's patches span"
                                + " all mel bins")
                .hasMessageContaining("ced/authors (tensor 'freq_pos_embed' is [1, 8, 4, 1]: CED has a row for each")
                .hasMessageContaining("UNMUTE_CLASSPATH");
        assertThatThrownBy(() -> Encoders.recognize(small().with("freq_pos_embed", 8), ""))
                .hasMessageContaining("dasheng/authors (tensor 'freq_pos_embed' is [8], expected are 4 axes");
        assertThat(Encoders.recognize(small(), "").provider().name()).isEqualTo("dasheng");
        assertThatThrownBy(() -> Encoders.build(several, NONE.withModel("dasheng")))
                .as("who asks for it gets the reason")
                .hasMessageContaining("'freq_pos_embed' is [1, 8, 4, 1]: Dasheng's patches span all mel bins");
        assertFails(() -> Encoders.recognize(small(), "cedar"), "no encoder is called 'cedar'", "UNMUTE_CLASSPATH");
    }

    @Test
    void chunksDoNotSeeEachOther() {
        Encoder encoder = Encoders.build(small(), NONE);
        Tensor input =
                Tensor.of(BeatsTest.noise(2 * 59 * 64, 3), 2, 59, 64).times(30).minus(40);
        try (TensorScope _ = new TensorScope()) {
            Tensor all = encoder.network().forward(input, Trace.NONE);
            assertThat(all.shape().toArray()).containsExactly(2, 14, 8);
            for (int at = 0; at < 14; at += 5) {
                int own = Math.min(5, 14 - at);
                Tensor alone = encoder.network()
                        .forward(input.slice(1, at * 4, own * 4).copy(), Trace.NONE);
                assertThat(all.slice(1, at, own).toFloats())
                        .as("chunk at " + at)
                        .isEqualTo(alone.toFloats());
            }
        }
    }

    @Test
    void layersComeJoinedOverTheChunks() {
        Encoder encoder = Encoders.build(small(), NONE);
        Features f = encoder.features(BeatsTest.noise(8000, 1), new Features.Request(List.of(1, 0), false));
        assertThat(f.tokens().time()).isEqualTo(12);
        assertThat(f.layers()).hasSize(2).allMatch(m -> m.time() == 12 && m.dim() == 8);
        Spectrogram s = encoder.network().frontEnd().apply(BeatsTest.noise(8000, 1));
        encoder.network().forward(Tensor.of(s.values(), 1, s.frames(), s.bins()), (name, t) -> {
            if (name.equals("chunk1.block.0")) {
                assertThat(Arrays.copyOfRange(f.layers().get(1).tokens(), 5 * 8, 10 * 8))
                        .isEqualTo(t.toFloats());
            }
        });
    }

    @Test
    void aRecordingGivesTheSameBitsAloneAndBesideOthers() {
        Encoder encoder = Encoders.build(made("", 24, 2, 50, 20, 64, 4), NONE.withHeads(3));
        List<float[]> recordings = List.of(
                BeatsTest.noise(20_000, 1), BeatsTest.noise(20_000, 2), new float[20_000], BeatsTest.noise(31_000, 3));
        List<TokenMap> together = encoder.encode(recordings);
        for (int i = 0; i < recordings.size(); i++) {
            assertThat(encoder.encode(recordings.get(i)).tokens())
                    .as("recording " + i)
                    .isEqualTo(together.get(i).tokens());
        }
        Tensor[] inputs = recordings.subList(0, 3).stream()
                .map(encoder.network().frontEnd()::apply)
                .map(s -> Tensor.of(s.values(), 1, s.frames(), s.bins()))
                .toArray(Tensor[]::new);
        Tensor batch = encoder.network().forward(Tensor.concat(0, inputs), Trace.NONE);
        for (int i = 0; i < inputs.length; i++) {
            assertThat(batch.slice(0, i, 1).toFloats())
                    .as("batch " + i)
                    .isEqualTo(encoder.network().forward(inputs[i], Trace.NONE).toFloats());
        }
    }

    @Test
    void aLongRecordingIsOneWindow() {
        Encoder encoder = Encoders.build(small(), NONE);
        float[] long40 = BeatsTest.noise(16_000 * 40, 1);
        assertThat(encoder.encode(long40).time()).isEqualTo(1000);
        assertFails(ClipTooShortException.class, () -> encoder.encode(new float[479]), "at least 480");
        assertThat(encoder.encode(BeatsTest.noise(480, 1)).time()).isEqualTo(1);
        assertThat(encoder.describe().frameSamples()).isEqualTo(480);
    }

    @Test
    void chunksMayBeShorterThanTheTable() {
        Encoder encoder = Encoders.build(small(), NONE.withFrames(8));
        assertThat(encoder.describe().time()).isEqualTo(2);
        for (int frames : new int[] {24, 7}) {
            assertThatThrownBy(() -> Encoders.build(small(), NONE.withFrames(frames)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(frames + " frames")
                    .hasMessageContaining("up to 20");
        }
        assertFails(IllegalArgumentException.class, () -> Encoders.build(small(), NONE.withHop(1)), "hop of 1.0 s");
    }

    @Test
    void headsComeFromTheSettingsThenTheFile() {
        assertThat(Encoders.build(small().stating("config.num_heads", 4), NONE)
                        .describe()
                        .description())
                .contains("4 heads");
        assertThat(Encoders.build(small().stating("config.num_heads", 4), NONE.withHeads(2))
                        .describe()
                        .description())
                .contains("2 heads");
        assertThat(Encoders.build(small(), NONE.withConfig(Map.of("num_heads", "8")))
                        .describe()
                        .description())
                .contains("8 heads");
        assertThat(Encoders.build(made("", 128, 1, 8, 2, 64, 4), NONE)
                        .describe()
                        .description())
                .contains("2 heads");
    }

    @Test
    void aConfigurationThatContradictsTheTensorsIsRefused() {
        Map<String, Object> wrong = Map.of(
                "embed_dim",
                9,
                "depth",
                3,
                "target_length",
                1008,
                "n_mels",
                128,
                "center",
                "False",
                "win_size",
                400,
                "patch_stride.1",
                2);
        wrong.forEach((name, value) -> assertThatThrownBy(
                        () -> Encoders.build(small().stating("config." + name, value), NONE))
                .as(name)
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("made.pt: config." + name + " is " + value));
        Encoders.build(
                small().stating("config.target_length", 21)
                        .stating("config.depth", 2)
                        .stating("config.n_fft", 512),
                NONE);
    }

    @Test
    void otherModelsWithTheseNamesAreRefused() {
        Map<String, long[]> wrong = Map.of(
                "freq_pos_embed",
                new long[] {1, 8, 4, 1},
                "cls_token",
                new long[] {1, 1, 8},
                "blocks.0.ls1.gamma",
                new long[] {8},
                "norm.weight",
                new long[] {9},
                "init_bn.1.bias",
                new long[] {32},
                "blocks.1.mlp.fc2.weight",
                new long[] {8, 8},
                "front_end.0.mel_scale.fb",
                new long[] {257, 64});
        wrong.forEach((name, shape) -> assertThatThrownBy(() -> Encoders.build(small().with(name, shape), NONE))
                .as(name)
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageStartingWith("made.pt: ")
                .hasMessageContaining("tensor '" + name + "'"));
        for (String name : List.of("norm.bias", "blocks.0.attn.proj.bias", "init_bn.1.running_var")) {
            assertThatThrownBy(() -> Encoders.build(small().without(name), NONE))
                    .as(name)
                    .isInstanceOf(UnusableCheckpointException.class)
                    .hasMessageContaining("'" + name + "' is missing");
        }
    }

    @Test
    void theHeadMayLieBesideTheEncoder() {
        Encoder encoder = Encoders.build(
                made("encoder.", 8, 1, 8, 5, 64, 4)
                        .with("outputlayer.0.weight", 8)
                        .with("outputlayer.0.bias", 8)
                        .with("outputlayer.1.weight", 527, 8)
                        .with("outputlayer.1.bias", 527),
                NONE);
        assertThat(encoder.describe().classes()).hasSize(527).startsWith("Speech");
        assertThat(encoder.scores(BeatsTest.noise(9000, 1))).hasSize(527).doesNotContain(Float.NaN);
        Tensor tokens = Tensor.of(BeatsTest.noise(2 * 3 * 8, 1), 2, 3, 8);
        assertThat(encoder.network().classify(tokens).toFloats())
                .isEqualTo(encoder.network().classify(tokens.meanKeepingAxes(1)).toFloats());
        assertThatThrownBy(() -> Encoders.build(small(), NONE).network().classify(tokens))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void melWeightsHaveTheShapeOfTorchaudio() {
        float[] w = new MelSpectrogram(new MelOptions(16_000, 512, 160, 64, 0, 8000)).weights();
        assertThat(w).hasSize(257 * 64);
        // The first band's triangle begins at 0 Hz and peaks at about 29 Hz, close to transform bin 1 (31.25 Hz).
        assertThat(w[0]).isZero();
        assertThat(w[64]).isBetween(0.8f, 1f);
    }
}
