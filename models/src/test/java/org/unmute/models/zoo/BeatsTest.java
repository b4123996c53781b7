package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.audio.ClipTooShortException;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Tensor;

class BeatsTest {
    private static final EncoderSettings NONE = EncoderSettings.AUTHORS;

    private record Size(int embed, int dim, int depth, int heads, int hidden, int kernel, int groups, int buckets) {
        static final Size SMALL = new Size(6, 8, 2, 2, 20, 4, 2, 8);
    }

    private static ShapedCheckpoint made(Size s) {
        ShapedCheckpoint c = new ShapedCheckpoint()
                .with("patch_embedding.weight", s.embed, 1, 16, 16)
                .with("layer_norm.weight", s.embed)
                .with("layer_norm.bias", s.embed)
                .with("encoder.pos_conv.0.bias", s.dim)
                .with("encoder.pos_conv.0.weight_g", 1, 1, s.kernel)
                .with("encoder.pos_conv.0.weight_v", s.dim, s.dim / s.groups, s.kernel)
                .with("encoder.layer_norm.weight", s.dim)
                .with("encoder.layer_norm.bias", s.dim);
        if (s.embed != s.dim) {
            c.with("post_extract_proj.weight", s.dim, s.embed).with("post_extract_proj.bias", s.dim);
        }
        for (int i = 0; i < s.depth; i++) {
            String a = "encoder.layers." + i + ".self_attn.";
            for (String part : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                c.with(a + part + ".weight", s.dim, s.dim).with(a + part + ".bias", s.dim);
            }
            c.with(a + "grep_linear.weight", 8, s.dim / s.heads)
                    .with(a + "grep_linear.bias", 8)
                    .with(a + "grep_a", 1, s.heads, 1, 1)
                    .with(a + "relative_attention_bias.weight", s.buckets, s.heads);
            String b = "encoder.layers." + i + ".";
            c.with(b + "fc1.weight", s.hidden, s.dim)
                    .with(b + "fc1.bias", s.hidden)
                    .with(b + "fc2.weight", s.dim, s.hidden)
                    .with(b + "fc2.bias", s.dim);
            for (String norm : List.of("self_attn_layer_norm", "final_layer_norm")) {
                c.with(b + norm + ".weight", s.dim).with(b + norm + ".bias", s.dim);
            }
        }
        return c;
    }

    static float[] noise(int samples, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[samples];
        for (int i = 0; i < samples; i++) {
            x[i] = (float) (0.3 * Math.sin(i * 0.05 * (1 + i * 1e-5)) + random.nextDouble(-0.1, 0.1));
        }
        return x;
    }

    @ParameterizedTest
    @CsvSource({
        "6, 8, 2, 2, 20, 4, 2, 8",
        "8, 8, 1, 1, 8, 5, 1, 4",
        "5, 12, 3, 4, 24, 2, 3, 10",
        "4, 6, 2, 3, 12, 64, 6, 32"
    })
    void sizesFollowFromTheTensors(
            int embed, int dim, int depth, int heads, int hidden, int kernel, int groups, int buckets) {
        Encoder encoder =
                Encoders.build(made(new Size(embed, dim, depth, heads, hidden, kernel, groups, buckets)), NONE);
        EncoderSpec spec = encoder.describe();
        assertThat(List.of(spec.name(), spec.dim(), spec.depth(), spec.hasCls()))
                .containsExactly("beats", dim, depth, false);
        assertThat(spec.description())
                .contains(heads + " heads")
                .contains("as in the released models", "up to 800 tokens");
        TokenMap map = encoder.encode(noise(9000, 1));
        assertThat(List.of(map.time(), map.freq(), map.dim())).containsExactly(3, 8, dim);
        assertThat(map.tokens()).doesNotContain(Float.NaN);
    }

    @Test
    void aClipHasItsOwnGridFromOnePatchOn() {
        Encoder encoder = Encoders.build(made(Size.SMALL), NONE);
        assertThat(encoder.describe().frameSamples()).isEqualTo(15 * 160 + 400);
        assertThatThrownBy(() -> encoder.encode(noise(2799, 1)))
                .isInstanceOf(ClipTooShortException.class)
                .hasMessageContainingAll("fbank", "2799 samples", "at least 2800");
        for (int[] c : new int[][] {
            {2800, 1},
            {2800 + 2559, 1},
            {2800 + 2560, 2},
            {160_000, 62},
            {164_080, 64},
            {164_080 + 2799, 64},
            {164_080 + 2800, 65},
            {400_000, 156}
        }) {
            assertThat(encoder.encode(noise(c[0], 1)).time())
                    .as(c[0] + " samples")
                    .isEqualTo(c[1]);
            assertThat(encoder.describe().rows(c[0])).as(c[0] + " samples").isBetween((long) c[1], c[1] + 64L);
        }
        assertThat(Encoders.build(made(Size.SMALL), NONE.withFrames(64))
                        .encode(noise(2 * 10_240 + 240, 1))
                        .time())
                .isEqualTo(8);
        assertThatThrownBy(() -> Encoders.build(made(Size.SMALL), NONE.withFrames(15)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("15 frames");
    }

    @Test
    void aRecordingGivesTheSameBitsAloneAndBesideOthers() {
        Encoder encoder = Encoders.build(made(new Size(12, 24, 2, 3, 50, 16, 4, 32)), NONE);
        List<float[]> recordings =
                List.of(noise(20_000, 1), noise(20_000, 2), noise(31_000, 3), noise(200_000, 4), noise(20_000, 5));
        List<TokenMap> together = encoder.encode(recordings);
        for (int i = 0; i < recordings.size(); i++) {
            assertThat(encoder.encode(recordings.get(i)).tokens())
                    .as("recording " + i)
                    .isEqualTo(together.get(i).tokens());
        }
    }

    @Test
    void everyVariantOfTheConfigurationIsAnotherNetwork() {
        Tensor input = Tensor.of(noise(32 * 128, 9), 1, 32, 128);
        List<Consumer<ShapedCheckpoint>> variants = List.of(
                c -> {},
                c -> c.stating("cfg.deep_norm", "False"),
                c -> c.stating("cfg.layer_norm_first", true),
                c -> c.stating("cfg.activation_fn", "relu"),
                c -> c.stating("cfg.max_distance", 3),
                c -> c.with("patch_embedding.bias", 6),
                c -> c.shapes().keySet().removeIf(n -> n.contains("grep")),
                c -> c.stating("cfg.relative_position_embedding", false)
                        .shapes()
                        .keySet()
                        .removeIf(n -> n.contains("relative_attention_bias")));
        Set<Float> seen = new HashSet<>();
        for (int i = 0; i < variants.size(); i++) {
            ShapedCheckpoint c = made(Size.SMALL);
            variants.get(i).accept(c);
            if (i == 6) {
                c.stating("cfg.gru_rel_pos", "false");
            }
            List<String> names = new ArrayList<>();
            Tensor out = Encoders.build(c, NONE).network().forward(input, (name, _) -> names.add(name));
            assertThat(seen.add(out.toFloats()[5]))
                    .as("variant " + i + " of " + seen)
                    .isTrue();
            assertThat(names.indexOf("encoder_layer_norm") > names.indexOf("block.1"))
                    .as("norm last")
                    .isEqualTo(i == 2);
            assertThat(names.contains("position_bias")).isEqualTo(i != 7);
        }
    }

    @Test
    void settingsGoBeforeTheFile() {
        ShapedCheckpoint c = made(Size.SMALL).stating("cfg.max_distance", 40);
        assertThat(Encoders.build(c, NONE).describe().description()).contains("up to 40 tokens");
        assertThat(Encoders.build(c, NONE.withConfig(Map.of("max_distance", "30")))
                        .describe()
                        .description())
                .contains("up to 30 tokens");
        assertThatThrownBy(() -> Encoders.build(c, NONE.withConfig(Map.of("max_distanc", "30"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'max_distanc'", "max_distance");
    }

    @Test
    void aConfigurationThatContradictsTheTensorsIsRefused() {
        Map<String, Object> wrong = Map.ofEntries(
                Map.entry("encoder_layers", 3),
                Map.entry("encoder_embed_dim", 9),
                Map.entry("encoder_ffn_embed_dim", 8),
                Map.entry("encoder_attention_heads", 4),
                Map.entry("embed_dim", 8),
                Map.entry("conv_pos", 128),
                Map.entry("conv_pos_groups", 16),
                Map.entry("num_buckets", 320),
                Map.entry("input_patch_size", 8),
                Map.entry("gru_rel_pos", false),
                Map.entry("deep_norm", "maybe"),
                Map.entry("relative_position_embedding", "0"),
                Map.entry("max_distance", "far"),
                Map.entry("activation_fn", "glu"));
        wrong.forEach((name, value) -> assertThatThrownBy(
                        () -> Encoders.build(made(Size.SMALL).stating("cfg." + name, value), NONE))
                .as(name)
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("made.pt: cfg." + name + " is " + value));
        assertThatThrownBy(() -> Encoders.build(
                        made(Size.SMALL).stating("cfg.layer_norm_first", true).stating("cfg.deep_norm", true), NONE))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("exclude each other");
        assertThatThrownBy(() -> Encoders.build(made(Size.SMALL), NONE.withHeads(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("4 heads", "is for 2");
        assertThatThrownBy(() -> Encoders.build(made(Size.SMALL).stating("cfg.max_distance", 2), NONE))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("max_distance");
    }

    @Test
    void missingAndMisshapenTensorsAreNamed() {
        for (String name : List.of(
                ("layer_norm.weight post_extract_proj.weight encoder.pos_conv.0.weight_g encoder.layers.1.fc2.bias "
                                + "encoder.layers.1.self_attn.grep_linear.weight encoder.layer_norm.bias")
                        .split(" "))) {
            assertThatThrownBy(() -> Encoders.build(made(Size.SMALL).without(name), NONE))
                    .as(name)
                    .isInstanceOf(UnusableCheckpointException.class)
                    .hasMessageContaining("made.pt")
                    .hasMessageContaining("'" + name + "' is missing");
            assertThatThrownBy(() -> Encoders.build(made(Size.SMALL).with(name, 3, 3), NONE))
                    .as(name)
                    .isInstanceOf(UnusableCheckpointException.class)
                    .hasMessageContaining("'" + name + "' is [3, 3]");
        }
        assertThatThrownBy(() -> Encoders.build(made(Size.SMALL).with("encoder.pos_conv.0.weight_v", 8, 3, 4), NONE))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("groups of 3");
    }

    @Test
    void theTableOfPositionsMayBeListedUnderOneLayer() {
        ShapedCheckpoint c = made(Size.SMALL);
        float[] all = Encoders.build(c, NONE).encode(noise(9000, 1)).tokens();
        c.without("encoder.layers.0.self_attn.relative_attention_bias.weight");
        assertThat(Encoders.build(c, NONE).encode(noise(9000, 1)).tokens()).isEqualTo(all);
    }

    @Test
    void classesAreNamedByTheirDictionaryOnly() {
        ShapedCheckpoint c = made(Size.SMALL).with("predictor.weight", 2, 8).with("predictor.bias", 2);
        assertThat(Encoders.build(c, NONE).describe().classes()).containsExactly("class_0", "class_1");
        c.stating("label_dict.0", "/m/04rlf").stating("label_dict.1", "/m/09x0r");
        Encoder encoder = Encoders.build(c, NONE);
        assertThat(encoder.describe().classes()).containsExactly("Music", "Speech");
        Tensor tokens = Tensor.of(noise(3 * 8, 3), 1, 3, 8);
        Tensor mean = encoder.network().classify(tokens.meanKeepingAxes(1));
        org.unmute.kernels.contract.golden.Golden.assertClose(
                "mean of the tokens' logits",
                mean.toFloats(),
                encoder.network().classify(tokens).toFloats(),
                1e-6,
                0);
        assertThatThrownBy(() -> Encoders.build(c.stating("label_dict.2", "/m/0"), NONE))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("label_dict has 3 entries");
        assertThat(Encoders.build(
                                made(new Size(8, 8, 1, 2, 8, 4, 2, 8))
                                        .with("predictor.weight", 527, 8)
                                        .with("predictor.bias", 527),
                                NONE)
                        .describe()
                        .classes())
                .as("the released models' order is not AudioSet's")
                .startsWith("class_0");
        assertThatThrownBy(
                        () -> Encoders.build(made(Size.SMALL), NONE).network().classify(tokens))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void theAttentionOfABatchIsTracedLikeThatOfAClip() {
        Encoder encoder = Encoders.build(made(Size.SMALL), NONE);
        Tensor one = Tensor.of(noise(32 * 128, 9), 1, 32, 128);
        List<float[]> out = new ArrayList<>();
        Trace trace = (name, t) -> {
            if (name.equals("attn_out.0")) {
                out.add(t.toFloats());
            }
        };
        encoder.network().forward(one, trace);
        encoder.network().forward(Tensor.concat(0, one, one), trace);
        float[] twice = new float[2 * out.getFirst().length];
        System.arraycopy(out.getFirst(), 0, twice, 0, twice.length / 2);
        System.arraycopy(out.getFirst(), 0, twice, twice.length / 2, twice.length / 2);
        assertThat(out.getLast()).isEqualTo(twice);
    }
}
