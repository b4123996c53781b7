package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unmute.audio.Wav;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;

/** What is BAT's own: chunks of a long recording, the layouts of its files, and its gates. */
class BatTest {
    private static final EncoderSettings SETTINGS = EncoderSettings.AUTHORS.withHeads(2);
    private static final int DIM = 16;

    private static MadeCheckpoint made() {
        MadeCheckpoint c = MadeCheckpoint.vit(DIM, 2, 32, 512);
        for (int i = 0; i < 2; i++) {
            c.linear("blocks." + i + ".attn.gate", DIM, DIM);
        }
        return c.norm("pre_norm", DIM).without("norm.weight").without("norm.bias");
    }

    private static float[] noise(int samples) {
        return TokenBits.sound(3, samples);
    }

    /** 67 columns in two chunks: layers' tokens, and class tokens as the mean over the chunks. */
    @Test
    @Tag("golden")
    void chunksOfALongRecording() throws IOException {
        Path folder = Golden.require("tiny/bat");
        GoldenEncoder golden = GoldenEncoder.read(folder);
        JsonNode clip = golden.config().get("long");
        Encoder encoder;
        try (Checkpoint file = Checkpoint.open(folder.resolve("model.safetensors"))) {
            encoder = Encoders.build(
                    file,
                    EncoderSettings.AUTHORS
                            .withHeads(3)
                            .withFrames(clip.get("target_length").asInt()));
        }
        float[] samples = Wav.read(Golden.require(clip.get("wav").asText())).samples();
        Spectrogram input = encoder.network().frontEnd().apply(samples);
        Map<String, Tensor> seen =
                GoldenEncoder.run(encoder, Tensor.of(input.values(), 1, input.frames(), input.bins()));
        try (SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
            Golden.assertClose(
                    "cls_layers",
                    expected.floats("long.cls_layers"),
                    GoldenEncoder.clsOfLayers(encoder, seen).toFloats(),
                    2e-3,
                    0);
            float[] chunks = expected.floats("long.cls_chunk");
            for (int i = 0; i < 2; i++) {
                Golden.assertClose(
                        "cls of chunk " + i,
                        Arrays.copyOfRange(chunks, i * 48, (i + 1) * 48),
                        seen.get("chunk" + i + "." + ChunkedVit.OUTPUT)
                                .select(1, 0)
                                .toFloats(),
                        2e-3,
                        0);
            }
            for (int block = 0; block < 3; block++) {
                float[] rows = expected.floats("long.block." + block + ".rows");
                float[] own = seen.get("block." + block).toFloats();
                for (int i = 0; i < clip.get("rows").size(); i++) {
                    int at = (1 + clip.get("rows").get(i).asInt()) * 48;
                    Golden.assertClose(
                            "block " + block + " row " + i,
                            Arrays.copyOfRange(rows, i * 48, (i + 1) * 48),
                            Arrays.copyOfRange(own, at, at + 48),
                            2e-3,
                            0);
                }
            }
        }
    }

    /** The last layer of a long recording by features, with the attention of every chunk. */
    @Test
    void aLongRecordingInOnePiece() {
        Encoder encoder = Encoders.build(made(), SETTINGS);
        assertThat(encoder.describe().isWhole()).isTrue();
        Features features = encoder.features(noise(20 * 16_000), Features.Request.allLayers(2, true));
        TokenMap map = features.tokens();
        assertThat(map.sizes()).isEqualTo("[125, 8, 16] with cls");
        assertThat(features.layers().getLast().tokens()).isEqualTo(map.tokens());
        assertThat(features.attention()).hasSize(2 * 125 * 8);
        double sum = 0;
        for (float a : features.attention()) {
            assertThat(a).isBetween(0f, 1f);
            sum += a;
        }
        assertThat(sum)
                .as("two heads, two chunks, without the class token itself")
                .isBetween(3.0, 4.0);
    }

    @Test
    void theStudentIsTheEncoder() {
        MadeCheckpoint student = made().under("state_dict.student.encoder.");
        MadeCheckpoint both = made().without("cls_token")
                .put("cls_token", new float[DIM], org.unmute.tensor.Shape.of(1, 1, DIM))
                .under("state_dict.teacher.encoder.")
                .and(student)
                .and(new MadeCheckpoint().add("state_dict.student.decoder.mask_token", 1, 1, DIM));
        MadeCheckpoint trainer = made().under("encoder.")
                .and(made().without("cls_token")
                        .put("cls_token", new float[DIM], org.unmute.tensor.Shape.of(1, 1, DIM))
                        .under("ema_encoder."))
                .and(new MadeCheckpoint().add("decoder.mask_token", 1, 1, DIM));
        float[] sound = noise(20_000);
        float[] wanted = Encoders.build(made(), SETTINGS).encode(sound).tokens();
        for (MadeCheckpoint file : new MadeCheckpoint[] {both, trainer}) {
            for (String model : new String[] {"", "bat"}) {
                Encoders.Recognized known = Encoders.recognize(file, model);
                assertThat(known.provider().name()).isEqualTo("bat");
                assertThat(known.match().missing()).isEmpty();
                assertThat(known.match().dropped())
                        .containsValue("decoder of pre-training")
                        .hasSizeGreaterThan(20);
                assertThat(Encoders.build(file, SETTINGS.withModel(model))
                                .encode(sound)
                                .tokens())
                        .isEqualTo(wanted);
            }
        }
    }

    @Test
    void aFileWithoutGatesIsRefused() {
        MadeCheckpoint none = made();
        for (int i = 0; i < 2; i++) {
            none.without("blocks." + i + ".attn.gate.weight").without("blocks." + i + ".attn.gate.bias");
        }
        assertThat(Encoders.recognize(none, "").match().missing())
                .contains("blocks.0.attn.gate.weight", "blocks.1.attn.gate.bias");
        assertThatThrownBy(() -> Encoders.build(none, SETTINGS))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContainingAll("'blocks.0.attn.gate.weight' is missing", "has gates");
        assertThatThrownBy(() -> Encoders.build(made().without("blocks.1.attn.gate.bias"), SETTINGS))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("'blocks.1.attn.gate.bias' is missing");
    }

    @Test
    void fewerPositionsThanColumnsAreRefused() {
        MadeCheckpoint few = made().without("pos_embed").add("pos_embed", 1, 256, DIM);
        assertThatThrownBy(() -> Encoders.build(few, SETTINGS))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContainingAll("'pos_embed' is [1, 256, 16]", "64 columns");
        assertThat(Encoders.build(few, SETTINGS.withConfig(Map.of("chunk_time_patches", "32")))
                        .describe()
                        .time())
                .isEqualTo(32);
    }
}
