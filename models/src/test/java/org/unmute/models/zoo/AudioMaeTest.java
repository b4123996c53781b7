package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMatch;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.AudioSetLabels;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.SinCosPositions;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;

/** Audio-MAE and Bird-MAE: names, positions, and how they are distinguished. */
class AudioMaeTest {
    private static final EncoderSettings SMALL = EncoderSettings.AUTHORS.withHeads(2);

    private static MadeCheckpoint vit(int positions) {
        return MadeCheckpoint.vit(16, 2, 32, positions);
    }

    private static MadeCheckpoint fineTuned(int classes) {
        return vit(33).without("norm.weight")
                .without("norm.bias")
                .norm("fc_norm", 16)
                .linear("head", classes, 16);
    }

    @Test
    void aFileOfTheAuthorsHasADecoderThatIsLeftOut() {
        MadeCheckpoint file = vit(33).add("mask_token", 1, 1, 8)
                .add("decoder_pos_embed", 1, 33, 8)
                .linear("decoder_embed", 8, 16)
                .linear("decoder_blocks.0.attn.qkv", 24, 8)
                .norm("decoder_norm", 8)
                .linear("decoder_pred", 256, 8)
                .under("model.");
        Encoders.Recognized known = Encoders.recognize(file, "");
        assertThat(known.provider().name()).isEqualTo("audiomae");
        assertThat(known.match().missing()).isEmpty();
        assertThat(known.match().dropped())
                .hasSize(10)
                .containsEntry("model.decoder_blocks.0.attn.qkv.weight", "decoder of pre-training")
                .hasEntrySatisfying(
                        "model.mask_token", reason -> assertThat(reason).contains("hidden patches"));
        TokenMap map = Encoders.build(file, SMALL).encode(VitTest.noise(9000, 1));
        for (String prefix : List.of("", "encoder.")) {
            assertThat(Encoders.build(vit(33).under(prefix), SMALL)
                            .encode(VitTest.noise(9000, 1))
                            .tokens())
                    .isEqualTo(map.tokens());
        }
    }

    @Test
    void birdMaeIsToldByItsPrefixOrAskedFor() {
        assertThat(Encoders.build(
                                vit(257).under("state_dict.encoder.")
                                        .and(new MadeCheckpoint().norm("state_dict.decoder.norm", 8)),
                                SMALL)
                        .describe())
                .satisfies(spec -> {
                    assertThat(spec.name()).isEqualTo("birdmae");
                    assertThat(spec.description()).startsWith("Bird-MAE");
                    assertThat(spec.sampleRate()).isEqualTo(32_000);
                    assertThat(spec.frontEnd())
                            .contains("512 frames (the clip's minimum at the end)", "(x - -7.2) / (2 * 4.43)");
                });
        assertThat(Encoders.build(vit(257), SMALL.withModel("birdmae"))
                        .describe()
                        .name())
                .isEqualTo("birdmae");
        assertThat(Encoders.build(vit(257), SMALL.withModel("audiomae"))
                        .describe()
                        .description())
                .startsWith("Audio-MAE")
                .doesNotContain("birdmae");
        assertThat(Encoders.build(vit(257), SMALL).describe()).satisfies(spec -> {
            assertThat(spec.name()).isEqualTo("audiomae");
            assertThat(spec.description()).contains("512 frames: ask for birdmae if it is Bird-MAE");
        });
        assertThat(Encoders.build(vit(513), SMALL).describe().description()).doesNotContain("birdmae");
        assertThat(Encoders.build(vit(257).stating(KeyMatch.ENCODER, "birdmae"), SMALL)
                        .describe()
                        .name())
                .as("converted")
                .isEqualTo("birdmae");
        KeyMatch match = Encoders.recognize(
                        vit(33).under("state_dict.encoder.")
                                .and(new MadeCheckpoint().norm("state_dict.decoder.norm", 8)),
                        "")
                .match();
        assertThat(match.dropped()).containsEntry("state_dict.decoder.norm.weight", "decoder of pre-training");
    }

    @Test
    void birdMaeSaysWhenTheNormIsMissing() {
        assertThat(Encoders.recognize(vit(33).without("norm.bias").under("state_dict.encoder."), "")
                        .match()
                        .missing())
                .containsExactly("norm.bias");
    }

    @Test
    void aFineTunedFileGivesTheLastBlockAndItsHeadTakesTheMeanOfThePatches() {
        MadeCheckpoint file = fineTuned(5);
        Encoder encoder = Encoders.build(file.under("model."), SMALL);
        assertThat(encoder.describe().description()).contains("fine-tuned: tokens of the last block, no final norm");
        assertThat(encoder.describe().classes()).containsExactly("class_0", "class_1", "class_2", "class_3", "class_4");
        float[] samples = VitTest.noise(9000, 2);
        Features features = encoder.features(samples, new Features.Request(List.of(1), false));
        assertThat(features.tokens().tokens())
                .isEqualTo(features.layers().getLast().tokens());
        double[] mean = new double[16];
        float[] tokens = features.tokens().tokens();
        for (int i = 0; i < tokens.length; i++) {
            mean[i % 16] += tokens[i] / (tokens.length / 16.0);
        }
        float[] pooled = new float[16];
        for (int i = 0; i < 16; i++) {
            pooled[i] = (float) mean[i];
        }
        CheckpointWeights w = new CheckpointWeights(file);
        Tensor logits = Linear.read(w, "head", 5, 16)
                .apply(LayerNorm.read(w, "fc_norm", 16, 1e-6).apply(Tensor.of(pooled, 1, 16)));
        Golden.assertClose("logits", logits.toFloats(), encoder.scores(samples), 1e-5, 0);
        assertThat(Encoders.build(fineTuned(527), SMALL).describe().classes()).isEqualTo(AudioSetLabels.names());
    }

    @Test
    void aPretrainedFileHasNoHead() {
        Encoder encoder = Encoders.build(vit(33), SMALL);
        assertThatThrownBy(() -> encoder.scores(VitTest.noise(9000, 2)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("audiomae: this checkpoint has no classification head");
    }

    @Test
    void shorterWindowsTakeTheFirstPositionsOfEachOfTheEightRows() {
        MadeCheckpoint file = MadeCheckpoint.vit(16, 1, 32, 513)
                .put("pos_embed", SinCosPositions.audioMae(64, 8, 16), org.unmute.tensor.Shape.of(1, 513, 16));
        Tensor half = Vit.transposedPositions(new CheckpointWeights(file), "made", 32);
        assertThat(half.shape().toArray()).containsExactly(1, 257, 16);
        // What Bird-MAE's fine-tuning code computes for (8, 32).
        assertThat(half.toFloats()).isEqualTo(SinCosPositions.audioMae(32, 8, 16));
        assertThat(Encoders.build(file, EncoderSettings.AUTHORS.withHeads(2).withFrames(512))
                        .describe()
                        .time())
                .isEqualTo(32);
    }

    @Test
    void longerWindowsThanPositionsAreRefused() {
        assertThatThrownBy(() -> Encoders.build(vit(257), SMALL.withFrames(528)))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("a window of 528 frames is asked for, the stored positions are for 512");
    }

    @Test
    void positionsOfAnotherGridAreRefused() {
        assertThatThrownBy(() -> Encoders.build(vit(192), SMALL))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("there are 192 positions, expected is one and a multiple of 8");
    }

    @Test
    void anotherSampleRateIsRefused() {
        assertThatThrownBy(() -> Encoders.build(vit(33), SMALL.withSampleRate(32_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("audiomae: the sample rate is always 16000 Hz, it is set to 32000: leave it out");
    }

    @Test
    void theHeadsFollowFromTheWidth() {
        MadeCheckpoint file = MadeCheckpoint.vit(128, 1, 256, 33);
        assertThat(Encoders.build(file, EncoderSettings.AUTHORS).describe().description())
                .contains("ViT 128 x 1, 2 heads");
    }

    @Tag("golden")
    @Test
    void theStoredTableIsTheAuthors() throws IOException {
        try (SafetensorsFile expected = SafetensorsFile.open(Golden.require("tiny/audiomae/expected.safetensors"))) {
            int steps = expected.shape("sincos_pos_embed").dim(1) / 8;
            float[] table = SinCosPositions.audioMae(
                    steps, 8, expected.shape("sincos_pos_embed").dim(2));
            Golden.assertClose("sincos_pos_embed", expected.floats("sincos_pos_embed"), table, 1e-6, 0);
        }
        RecipeCheckpoint full = GoldenRecipe.read(Golden.require("full_small/audiomae"));
        float[] stored = Grad.withoutRecording(() -> Tensor.of(
                        full.floats("pos_embed"), full.shape("pos_embed").toArray()))
                .toFloats();
        try (SafetensorsFile expected =
                SafetensorsFile.open(Golden.require("full_small/audiomae/expected_small.safetensors"))) {
            float[] first = expected.floats("pos_embed_first_20_rows");
            float[] last = expected.floats("pos_embed_last_row");
            Golden.assertClose("first rows", first, Arrays.copyOf(stored, first.length), 1e-6, 0);
            Golden.assertClose(
                    "last row", last, Arrays.copyOfRange(stored, stored.length - last.length, stored.length), 1e-6, 0);
        }
    }
}
