package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.StreamingEncoder;
import org.unmute.models.encoder.TokenMap;

/** What only CED has: pieces of a long recording, and how it differs from Dasheng. */
class CedTest {
    private static final EncoderSettings TWO_HEADS = EncoderSettings.AUTHORS.withHeads(2);
    private static final int DIM = 8;

    private static MadeCheckpoint made(int rows, int columns) {
        MadeCheckpoint c = new MadeCheckpoint()
                .add("time_pos_embed", 1, DIM, 1, columns)
                .add("freq_pos_embed", 1, DIM, rows, 1)
                .norm("init_bn.1", 64)
                .add("init_bn.1.running_mean", 64);
        float[] variance = new float[64];
        Arrays.fill(variance, 200);
        c.put("init_bn.1.running_var", variance, org.unmute.tensor.Shape.of(64));
        MadeCheckpoint vit =
                MadeCheckpoint.vit(DIM, 2, 16, 5).without("cls_token").without("pos_embed");
        return c.and(vit).norm("outputlayer.0", DIM).linear("outputlayer.1", 3, DIM);
    }

    @Test
    void aShapeTellsItFromDasheng() {
        assertThat(Encoders.recognize(made(4, 7), "").provider().name()).isEqualTo("ced");
        for (int rows : new int[] {1, 3}) {
            assertThatThrownBy(() -> Encoders.build(made(rows, 7), TWO_HEADS.withModel("ced")))
                    .isInstanceOf(UnusableCheckpointException.class)
                    .hasMessageContaining("'freq_pos_embed' is [1, 8, " + rows + ", 1]: CED has a row for each")
                    .hasMessageContaining("and there are 4");
        }
        assertThatThrownBy(() -> Encoders.build(made(4, 7), TWO_HEADS.withModel("dasheng")))
                .hasMessageContaining("Dasheng's patches span all mel bins");
    }

    /** Pieces of 124 frames with 7 columns each: the last is filled up, and what is not of sound is known. */
    @Test
    void piecesOfALongRecording() {
        Encoder encoder = Encoders.build(made(4, 7), TWO_HEADS.withFrames(124));
        EncoderSpec spec = encoder.describe();
        assertThat(spec.isWhole()).isTrue();
        assertThat(spec.chunkSamples()).isEqualTo(124 * 160);
        // 1 + 300 frames: two whole pieces, and one of 53 frames, whose fourth patch has five.
        float[] sound = TokenBits.sound(1, 300 * 160);
        TokenMap map = encoder.encode(sound);
        assertThat(map.time()).isEqualTo(21);
        assertThat(map.freq()).isEqualTo(4);
        assertThat(map.sound()).isEqualTo(18);
        assertThat(spec.rowStart(7)).isEqualTo(124 * 160);
        assertThat(spec.rows(sound.length)).isGreaterThanOrEqualTo(21);
        assertThat(encoder.scores(sound)).hasSize(3);
        // A frame more than a whole number of pieces is centred on the end: no further piece.
        assertThat(encoder.encode(TokenBits.sound(1, 2 * 124 * 160)).time()).isEqualTo(14);
        assertThat(encoder.encode(TokenBits.sound(1, 40 * 160)).time())
                .as("one piece is not filled up")
                .isEqualTo(2);
    }

    @Test
    void aStreamHearsPieces() {
        Encoder encoder = Encoders.build(made(4, 7), TWO_HEADS.withFrames(124));
        int piece = encoder.describe().chunkSamples();
        float[] sound = TokenBits.sound(2, 3 * piece);
        List<float[]> rows = new java.util.ArrayList<>();
        StreamingEncoder stream = new StreamingEncoder(
                encoder, Features.Request.TOKENS, f -> rows.add(f.tokens().tokens()));
        stream.accept(sound, 0, sound.length);
        stream.finish();
        assertThat(rows).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(rows.get(i))
                    .isEqualTo(encoder.encode(Arrays.copyOfRange(sound, i * piece, (i + 1) * piece))
                            .tokens());
        }
    }

    @Test
    void piecesFollowFromThePositions() {
        assertThat(Encoders.build(made(4, 63), TWO_HEADS).describe().description())
                .contains("pieces of 1012 frames");
        assertThat(Encoders.build(made(4, 7), TWO_HEADS).describe().description())
                .contains("pieces of 112 frames");
        assertThatThrownBy(() -> Encoders.build(made(4, 7), TWO_HEADS.withFrames(128)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("use 16 to 127");
        for (String name : List.of("norm.bias", "init_bn.1.running_var", "blocks.1.mlp.fc1.bias")) {
            assertThatThrownBy(() -> Encoders.build(made(4, 7).without(name), TWO_HEADS))
                    .isInstanceOf(UnusableCheckpointException.class)
                    .hasMessageContaining("'" + name + "' is missing");
        }
    }
}
