package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.AudioSetLabels;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.vit.StridedPatchEmbed;
import org.unmute.tensor.Convolution;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.op.SlidingWindow;

class AstTest {
    private static final EncoderSettings SMALL = EncoderSettings.AUTHORS.withHeads(2);

    /** A checkpoint with the authors' names below {@code module.}. */
    static MadeCheckpoint checkpoint(int dim, int depth, int hidden, int patches, int classes) {
        return MadeCheckpoint.vit(dim, depth, hidden, 2 + patches)
                .add("dist_token", 1, 1, dim)
                .linear("head", 10, dim)
                .linear("head_dist", 10, dim)
                .under("v.")
                .norm("mlp_head.0", dim)
                .linear("mlp_head.1", classes, dim)
                .under("module.");
    }

    /** The same tensors, named and split as in transformers. */
    private static MadeCheckpoint port(MadeCheckpoint own, int dim) {
        MadeCheckpoint port = new MadeCheckpoint();
        String root = "audio_spectrogram_transformer.";
        for (String name : own.names()) {
            String n = name.substring("module.".length());
            if (n.startsWith("v.head")) {
                continue;
            }
            if (n.contains("attn.qkv")) {
                float[] all = own.floats(name);
                List<String> parts = List.of("query", "key", "value");
                for (int i = 0; i < 3; i++) {
                    String to = n.replace("v.blocks.", root + "encoder.layer.")
                            .replace("attn.qkv", "attention.attention." + parts.get(i));
                    port.put(
                            to,
                            Arrays.copyOfRange(all, i * all.length / 3, (i + 1) * all.length / 3),
                            n.endsWith("bias") ? Shape.of(dim) : Shape.of(dim, dim));
                }
                continue;
            }
            String to = n.replace("v.cls_token", root + "embeddings.cls_token")
                    .replace("v.dist_token", root + "embeddings.distillation_token")
                    .replace("v.pos_embed", root + "embeddings.position_embeddings")
                    .replace("v.patch_embed.proj", root + "embeddings.patch_embeddings.projection")
                    .replace("v.blocks.", root + "encoder.layer.")
                    .replace("norm1", "layernorm_before")
                    .replace("norm2", "layernorm_after")
                    .replace("attn.proj", "attention.output.dense")
                    .replace("mlp.fc1", "intermediate.dense")
                    .replace("mlp.fc2", "output.dense")
                    .replace("v.norm", root + "layernorm")
                    .replace("mlp_head.0", "classifier.layernorm")
                    .replace("mlp_head.1", "classifier.dense");
            port.put(to, own.floats(name), own.shape(name));
        }
        return port;
    }

    @Test
    void thePortGivesTheSameTokensUpToItsEps() {
        MadeCheckpoint own = checkpoint(16, 2, 32, 60, 5);
        Encoders.Recognized known = Encoders.recognize(port(own, 16), "");
        assertThat(known.match().keyMap().name()).isEqualTo("ast/hugging-face");
        assertThat(known.match().missing()).isEmpty();
        assertThat(known.match().dropped()).isEmpty();
        Encoder a = Encoders.build(own, SMALL);
        Encoder b = Encoders.build(port(own, 16), SMALL);
        assertThat(b.describe()).isEqualTo(a.describe());
        float[] samples = VitTest.noise(9000, 1);
        // The eps differs by 1e-6 at variances of about 0.1 and more.
        Golden.assertClose(
                "tokens", a.encode(samples).tokens(), b.encode(samples).tokens(), 1e-4, 0);
        Golden.assertClose("clip", a.encode(samples).cls(), b.encode(samples).cls(), 1e-4, 0);
        Golden.assertClose("logits", a.scores(samples), b.scores(samples), 1e-4, 0);
        // A converted port keeps its names, without their prefix.
        MadeCheckpoint converted = new MadeCheckpoint();
        known.match()
                .taken()
                .forEach((to, from) -> converted.put(
                        to, port(own, 16).floats(from), port(own, 16).shape(from)));
        assertThat(Encoders.build(converted, SMALL).scores(samples)).isEqualTo(b.scores(samples));
    }

    @Test
    void theImageModelsClassifiersAreLeftOut() {
        Encoders.Recognized known = Encoders.recognize(checkpoint(16, 2, 32, 60, 527), "");
        assertThat(known.provider().name()).isEqualTo("ast");
        assertThat(known.match().missing()).isEmpty();
        assertThat(known.match().dropped().keySet())
                .containsExactlyInAnyOrder(
                        "module.v.head.weight module.v.head.bias module.v.head_dist.weight module.v.head_dist.bias"
                                .split(" "));
        assertThat(Encoders.build(checkpoint(16, 2, 32, 60, 527), SMALL)
                        .describe()
                        .classes())
                .isEqualTo(AudioSetLabels.names());
    }

    @Test
    void theWindowIsThatOfTheRecipeWhosePositionsAreStored() {
        Map<Integer, Integer> frames = Map.of(101, 1024, 50, 512, 12, 128, 5, 56);
        frames.forEach((steps, expected) -> assertThat(Encoders.build(checkpoint(16, 1, 32, 12 * steps, 5), SMALL)
                        .describe()
                        .frontEnd())
                .contains(expected + " frames"));
    }

    @Test
    void stridesAreSettings() {
        MadeCheckpoint apart = checkpoint(16, 1, 32, 8 * 4, 5);
        assertThatThrownBy(() -> Encoders.build(apart, SMALL))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining(
                        "there are 34 positions, expected are 2 and a multiple of 12 bands: state fstride and tstride");
        EncoderSpec spec = Encoders.build(apart, SMALL.withConfig(Map.of("fstride", "16", "tstride", "16")))
                .describe();
        assertThat(List.of(spec.time(), spec.freq(), spec.grid().rowSamples())).containsExactly(4, 8, 2560);
        MadeCheckpoint stated =
                checkpoint(16, 1, 32, 8 * 4, 5).stating("fstride", "16").stating("tstride", "16");
        assertThat(Encoders.build(stated, SMALL).describe()).isEqualTo(spec);
        assertThat(Encoders.recognize(stated, "").match().carried(stated)).containsOnlyKeys("fstride", "tstride");
        assertThatThrownBy(() -> Encoders.build(apart, SMALL.withConfig(Map.of("fstride", "ten"))))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessage("made: fstride is ten, a number is expected");
        assertThatThrownBy(() -> Encoders.build(apart, SMALL.withConfig(Map.of("tstride", "0"))))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessage("made: tstride is 0, 1 to 128 is expected");
    }

    @Test
    void shorterWindowsTakeTheMiddleOfTheStoredTimeAxis() {
        float[] values = new float[2 + 3 * 101];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        float[] cut = Ast.positions(Tensor.of(values, 1, values.length, 1), 3, 101, 51)
                .toFloats();
        assertThat(cut).hasSize(2 + 3 * 51).startsWith(0, 1, 2 + 25, 2 + 26).endsWith(2 + 202 + 25 + 50);
        assertThat(cut[2 + 51]).isEqualTo(2 + 101 + 25);
        // An even number: the authors compute 50 - 25, with both halves rounded down.
        assertThat(Ast.positions(Tensor.of(values, 1, values.length, 1), 3, 101, 50)
                        .toFloats())
                .startsWith(0, 1, 2 + 25);
    }

    @Tag("golden")
    @Test
    void longerWindowsInterpolateAsTorchDoes() throws IOException {
        try (SafetensorsFile tables = SafetensorsFile.open(Golden.require("tables/pos_interpolation.safetensors"))) {
            Tensor grid = AsitTest.rows(tables, "grid_12x101");
            Tensor extra = Tensor.of(new float[] {9, 9, 9, 8, 8, 8}, 1, 2, 3);
            Tensor expected = AsitTest.rows(tables, "12x101_to_12x120/bilinear");
            Tensor resized = Ast.positions(Tensor.concat(1, extra, grid), 12, 101, 120);
            Golden.assertClose(
                    "120 steps",
                    Tensor.concat(1, extra, expected).toFloats(),
                    resized.toFloats(),
                    AsitTest.float32Noise(12, 101, expected),
                    0);
        }
    }

    @Test
    void patchesAreAConvolution() {
        MadeCheckpoint file = new MadeCheckpoint()
                .add("p.weight", 6, 1, 4, 3)
                .add("p.bias", 6)
                .add("x", 2, 11, 9);
        CheckpointWeights w = new CheckpointWeights(file);
        SlidingWindow window = SlidingWindow.of(4, 3, 2, 3);
        Tensor x = w.tensor("x", 2, 11, 9);
        Tensor image = Convolution.conv2d(
                x.transpose(1, 2).insert(1), w.tensor("p.weight", 6, 1, 4, 3), w.tensor("p.bias", 6), window, 1);
        assertThat(image.shape().toArray())
                .as("bands from 9 bins, steps from 11 frames")
                .containsExactly(2, 6, 3, 3);
        Tensor expected = image.reshape(2, 6, 9).transpose(1, 2);
        Golden.assertClose(
                "patches",
                expected.toFloats(),
                StridedPatchEmbed.read(w, "p", 6, window).apply(x).toFloats(),
                1e-6,
                0);
    }
}
