package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;

/** M2D, ATST-Frame, SSAST and MAE-AST: further reference numbers, and files that are refused. */
class FurtherEncodersTest {
    private static final int DIM = 16;
    private static final EncoderSettings TWO_HEADS = EncoderSettings.AUTHORS.withHeads(2);

    private static Encoder open(GoldenEncoder golden, EncoderSettings settings) throws IOException {
        try (Checkpoint file = Checkpoint.open(golden.checkpoints().getFirst())) {
            return Encoders.build(file, settings);
        }
    }

    /** SSAST with positions that are cut or interpolated, and with patches that overlap. */
    @TestFactory
    @Tag("golden")
    List<DynamicTest> otherLengthsAndStridesOfSsast() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String name : List.of("ssast_patch", "ssast_frame")) {
            GoldenEncoder golden = GoldenEncoder.read(Golden.require("tiny/" + name));
            for (JsonNode c : golden.config().get("extra").get("cases")) {
                tests.add(dynamicTest(name + " " + c.get("name").asText(), () -> ssast(golden, c)));
            }
        }
        return Golden.cases("cases of SSAST", tests);
    }

    private static void ssast(GoldenEncoder golden, JsonNode c) throws IOException {
        String name = c.get("name").asText() + ".";
        Encoder encoder = open(
                golden,
                golden.settings()
                        .withFrames(c.get("target_length").asInt())
                        .withConfig(Map.of(
                                "fstride", c.get("stride_freq_time").get(0).asText(),
                                "tstride", c.get("stride_freq_time").get(1).asText())));
        try (SafetensorsFile expected = SafetensorsFile.open(golden.folder().resolve("extra.safetensors"))) {
            float[] fbank = expected.floats(name + "fbank");
            Map<String, Tensor> seen = GoldenEncoder.run(encoder, Tensor.of(fbank, 1, fbank.length / 128, 128));
            golden.addDerived(encoder, seen);
            for (String tensor : List.of("final_tokens", "avgtok")) {
                Golden.assertClose(
                        name + tensor,
                        expected.floats(name + tensor),
                        seen.get(tensor).toFloats(),
                        1e-4,
                        0);
            }
            Golden.assertClose(
                    name + "pos_embed",
                    expected.floats(name + "pos_embed"),
                    ((Vit.Network) encoder.network()).vit().positions().toFloats(),
                    1e-5,
                    0);
        }
    }

    /** The authors' description of a clip: of every block the mean of its normalized tokens. */
    @Test
    @Tag("golden")
    void sceneVectorsOfAtstFrame() throws IOException {
        GoldenEncoder golden = GoldenEncoder.read(Golden.require("tiny/atst_frame"));
        Encoder encoder = open(golden, golden.settings());
        try (SafetensorsFile expected = SafetensorsFile.open(golden.folder().resolve("expected.safetensors"));
                SafetensorsFile extra = SafetensorsFile.open(golden.folder().resolve("extra.safetensors"))) {
            Map<String, Tensor> seen = GoldenEncoder.run(encoder, golden.input(expected, encoder));
            golden.addDerived(encoder, seen);
            float[] mean = seen.get("all_blocks_normed_concat").mean(1).toFloats();
            Golden.assertClose("scene_concat", extra.floats("scene_concat"), mean, 1e-4, 0);
        }
    }

    @Test
    @Tag("golden")
    void averagesOfM2d() throws IOException {
        GoldenEncoder golden = GoldenEncoder.read(Golden.require("tiny/m2d"));
        Encoder encoder = open(golden, golden.settings());
        try (SafetensorsFile expected = SafetensorsFile.open(golden.folder().resolve("expected.safetensors"));
                SafetensorsFile extra = SafetensorsFile.open(golden.folder().resolve("extra.safetensors"))) {
            Map<String, Tensor> seen = GoldenEncoder.run(encoder, golden.input(expected, encoder));
            golden.addDerived(encoder, seen);
            Golden.assertClose(
                    "features_flat_time_avg",
                    extra.floats("features_flat_time_avg"),
                    seen.get("features_flat_time_avg").toFloats(),
                    1e-4,
                    0);
        }
    }

    private static MadeCheckpoint m2d(int patches) {
        return MadeCheckpoint.vit(DIM, 1, 32, 1 + patches);
    }

    @Test
    void m2dIsToldByItsStatisticsOrItsGrid() {
        assertThat(Encoders.recognize(m2d(190), "").provider().name()).isEqualTo("m2d");
        assertThat(Encoders.recognize(m2d(512), "").provider().name()).isEqualTo("audiomae");
        MadeCheckpoint both = m2d(40);
        assertThat(Encoders.recognize(both, "").provider().name()).isEqualTo("audiomae");
        both.put("norm_stats", new float[] {-7.1f, 4.2f}, Shape.of(2));
        assertThat(Encoders.recognize(both, "").provider().name()).isEqualTo("m2d");
        assertThat(Encoders.build(m2d(310), TWO_HEADS).describe().description()).contains("chunks of 1001 frames");
        assertThat(Encoders.build(m2d(190), TWO_HEADS).describe().description()).contains("chunks of 608 frames");
        assertThat(Encoders.build(m2d(190), TWO_HEADS.withSampleRate(32_000))
                        .describe()
                        .frontEnd())
                .contains("32000 Hz", "16000.0 Hz");
        MadeCheckpoint inTraining = m2d(190).under("module.ar.runtime.backbone.")
                .and(new MadeCheckpoint().linear("module.head.mlp.mlp.0", 3, DIM));
        Encoders.Recognized known = Encoders.recognize(inTraining, "");
        assertThat(known.provider().name()).isEqualTo("m2d");
        assertThat(known.match().dropped().keySet())
                .containsExactlyInAnyOrder("module.head.mlp.mlp.0.weight", "module.head.mlp.mlp.0.bias");
    }

    /** The class token of a recording is the mean over its chunks, which are shorter than the positions at its end. */
    @Test
    void m2dJoinsChunks() {
        Encoder encoder = Encoders.build(m2d(20), TWO_HEADS.withModel("m2d"));
        float[] sound = TokenBits.sound(1, 100 * 160);
        TokenMap map = encoder.encode(sound);
        assertThat(map.sizes()).isEqualTo("[7, 5, 16] with cls");
        assertThat(map.tokens()).doesNotContain(Float.NaN);
    }

    @Test
    void wrongFilesOfM2dAreRefused() {
        assertThatThrownBy(() -> Encoders.build(m2d(191), TWO_HEADS.withModel("m2d")))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("'pos_embed' is [1, 192, 16]: 191 patches of 16 mel bins do not fill columns");
        assertThatThrownBy(() -> Encoders.build(m2d(190).without("blocks.0.mlp.fc2.bias"), TWO_HEADS))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("'blocks.0.mlp.fc2.bias' is missing");
        assertThatThrownBy(() -> Encoders.build(m2d(190).add("blocks.0.norm1.bias", DIM + 1), TWO_HEADS))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("'blocks.0.norm1.bias' is [17], expected [16]");
        assertThatThrownBy(() ->
                        Encoders.build(m2d(190).put("norm_stats", new float[] {-7, 0}, Shape.of(2)), TWO_HEADS))
                .hasMessageContaining("'norm_stats' has 0.0 for the standard deviation");
        assertThat(Encoders.recognize(m2d(190).add("surprise", 3), "").match().dropped())
                .containsEntry("surprise", "not used by this model");
    }

    private static MadeCheckpoint atst() {
        MadeCheckpoint c = new MadeCheckpoint()
                .add("mask_embed", 1, 1, DIM)
                .add("pos_embed", 1, 11, DIM)
                .linear("patch_embed.patch_embed", DIM, 256)
                .norm("norm_frame", DIM);
        MadeCheckpoint vit = MadeCheckpoint.vit(DIM, 2, 32, 5);
        for (String name : vit.names()) {
            if (name.startsWith("blocks.") && !name.endsWith("qkv.bias")) {
                c.put(name, vit.floats(name), vit.shape(name));
            }
        }
        return c;
    }

    @Test
    void atstTakesTheTeacherAndRefusesVariants() {
        MadeCheckpoint file = atst().under("state_dict.model.student.encoder.")
                .and(atst().under("state_dict.model.teacher.encoder."))
                .and(new MadeCheckpoint().linear("state_dict.model.teacher.projector.0", 4, DIM));
        Encoders.Recognized known = Encoders.recognize(file, "");
        assertThat(known.provider().name()).isEqualTo("atst-frame");
        assertThat(known.match().prefix()).isEqualTo("state_dict.model.teacher.encoder.");
        assertThat(known.match().dropped())
                .containsEntry("state_dict.model.teacher.projector.0.weight", "head of pre-training");
        Encoder encoder = Encoders.build(file, TWO_HEADS);
        // SpectrogramChunks of 41 frames with 10 rows.
        assertThat(encoder.encode(TokenBits.sound(1, 100 * 160)).time()).isEqualTo(10 + 10 + 4);
        assertThat(encoder.describe().rowStart(10)).isEqualTo(41 * 160);
        assertThatThrownBy(() -> Encoders.build(atst().add("prompt_embed", 1, 2, DIM), TWO_HEADS))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("has prompts");
        assertThatThrownBy(() -> Encoders.build(atst().stating("hyper_parameters.pos_type", "interpolate"), TWO_HEADS))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("hyper_parameters.pos_type is interpolate");
        assertThatThrownBy(() -> Encoders.build(atst().without("norm_frame.bias"), TWO_HEADS))
                .hasMessageContaining("'norm_frame.bias' is missing");
        assertThatThrownBy(() -> Encoders.build(atst().add("patch_embed.patch_embed.weight", DIM, 128), TWO_HEADS))
                .hasMessageContaining("'patch_embed.patch_embed.weight' is [16, 128], expected [16, 256]");
    }

    private static MadeCheckpoint ssast(int patches) {
        MadeCheckpoint vit = MadeCheckpoint.vit(DIM, 1, 32, 2 + patches).add("dist_token", 1, 1, DIM);
        return vit.under("module.v.");
    }

    @Test
    void ssastIsToldFromAst() {
        assertThat(Encoders.recognize(ssast(64), "").provider().name()).isEqualTo("ssast");
        assertThat(Encoders.recognize(ssast(12 * 101), "").provider().name())
                .as("patches that overlap, no head")
                .isEqualTo("ast");
        MadeCheckpoint head = ssast(64)
                .and(new MadeCheckpoint().norm("module.mlp_head.0", DIM).linear("module.mlp_head.1", 5, DIM));
        assertThat(Encoders.recognize(head, "").provider().name()).isEqualTo("ast");
        assertThatThrownBy(() -> Encoders.build(head, TWO_HEADS.withModel("ssast")))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContainingAll("'module.mlp_head.1.weight' is there: a head", "open it as ast");
        assertThatThrownBy(() -> Encoders.build(ssast(63), TWO_HEADS.withModel("ssast")))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("there are 65 positions, expected are 2 and a multiple of 8");
        assertThatThrownBy(() -> Encoders.build(ssast(64).without("module.v.dist_token"), TWO_HEADS.withModel("ssast")))
                .isInstanceOf(UnusableCheckpointException.class);
        assertThatThrownBy(() -> Encoders.build(ssast(64).without("module.v.norm.bias"), TWO_HEADS))
                .hasMessageContaining("'module.v.norm.bias' is missing");
    }

    @Test
    @Tag("golden")
    void maeAstMustSayWhichPatchesItHas() throws IOException {
        Path folder = Golden.require("tiny/mae_ast_frame");
        EncoderSettings heads = EncoderSettings.AUTHORS.withHeads(3);
        try (Checkpoint file = Checkpoint.open(folder.resolve("model.safetensors"))) {
            assertThatThrownBy(() -> Encoders.build(file, heads))
                    .isInstanceOf(UnusableCheckpointException.class)
                    .hasMessageContainingAll("does not state the size of its patches", "--model mae-ast-frame");
            assertThat(Encoders.build(file, heads.withModel("mae-ast-frame"))
                            .describe()
                            .freq())
                    .isEqualTo(1);
        }
        Path other = Golden.require("tiny/mae_ast_patch");
        try (Checkpoint file = Checkpoint.open(other.resolve("checkpoint.pt"))) {
            assertThat(Encoders.recognize(file, "").provider().name()).isEqualTo("mae-ast-patch");
            assertThat(Encoders.recognize(file, "").match().dropped())
                    .containsEntry("model.decoder_mask_emb", "head and decoder of pre-training");
            assertThatThrownBy(() -> Encoders.build(file, heads.withModel("mae-ast-frame")))
                    .isInstanceOf(UnusableCheckpointException.class)
                    .hasMessageContaining("cfg.model.ast_kernel_size_time is 16, but it is 2");
            int rows = Encoders.build(file, heads).describe().time();
            assertThat(rows).as("of 200 stored positions").isEqualTo(25);
            assertThatThrownBy(() -> Encoders.build(file, heads.withFrames(1024)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("there are 200 positions");
        }
        assertThat(Arrays.asList("mae_ast_patch", "mae_ast_frame"))
                .allMatch(name -> Encoders.find(name).isPresent());
    }
}
