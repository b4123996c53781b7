package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.KeyMatch;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;

class AsitTest {
    private static final EncoderSettings SMALL = EncoderSettings.AUTHORS.withHeads(2);

    private static MadeCheckpoint teacher() {
        return MadeCheckpoint.vit(16, 2, 32, 33);
    }

    @Test
    void theTeacherIsUsedAndEverythingElseLeftOut() {
        MadeCheckpoint student = MadeCheckpoint.vit(16, 2, 32, 33)
                .add("cls_token", 1, 1, 16)
                .put("cls_token", new float[16], Shape.of(1, 1, 16));
        MadeCheckpoint file = student.under("student.module.backbone.")
                .and(new MadeCheckpoint().linear("student.module.head_cls.mlp.0", 8, 16))
                .and(teacher().under("teacher.backbone."))
                .and(new MadeCheckpoint()
                        .linear("teacher.head_cls.mlp.0", 8, 16)
                        .add("teacher.head_recons.convTrans.weight", 16, 1, 4, 4));
        Encoders.Recognized known = Encoders.recognize(file, "");
        assertThat(known.provider().name()).isEqualTo("asit");
        KeyMatch match = known.match();
        assertThat(match.prefix()).isEqualTo("teacher.backbone.");
        assertThat(match.missing()).isEmpty();
        assertThat(match.dropped())
                .containsEntry(
                        "student.module.backbone.cls_token", "the student of pre-training; the teacher is the encoder")
                .containsEntry("teacher.head_cls.mlp.0.weight", "head of pre-training, for clips")
                .containsEntry(
                        "teacher.head_recons.convTrans.weight",
                        "head of pre-training, which reconstructs the spectrogram");
        float[] samples = VitTest.noise(20_000, 1);
        TokenMap tokens = Encoders.build(file, SMALL).encode(samples);
        assertThat(tokens.tokens())
                .isEqualTo(Encoders.build(teacher().under("backbone."), SMALL)
                        .encode(samples)
                        .tokens());
        // Tensors without a prefix are taken for Audio-MAE's unless the file or the user says otherwise.
        assertThat(Encoders.build(teacher(), SMALL.withModel("asit"))
                        .encode(samples)
                        .tokens())
                .isEqualTo(tokens.tokens());
    }

    @Test
    void theRateCanBeSet() {
        assertThat(Encoders.build(MadeCheckpoint.vit(16, 1, 32, 297).under("backbone."), SMALL)
                        .describe())
                .satisfies(spec -> {
                    assertThat(spec.sampleRate()).isEqualTo(32_000);
                    assertThat(spec.frontEnd()).contains("592 frames (zeros at the end)");
                    assertThat(List.of(spec.time(), spec.freq())).containsExactly(37, 8);
                });
        assertThat(Encoders.build(teacher().under("backbone."), SMALL.withSampleRate(16_000))
                        .describe()
                        .sampleRate())
                .isEqualTo(16_000);
    }

    @Test
    void otherLengthsSayThatPositionsAreInterpolated() {
        assertThat(Encoders.build(teacher().under("backbone."), SMALL.withFrames(96))
                        .describe()
                        .description())
                .endsWith("positions interpolated from 4 to 6 steps");
    }

    @Tag("golden")
    @Test
    void positionsAreInterpolatedAsTorchDoes() throws IOException {
        try (SafetensorsFile tables = SafetensorsFile.open(Golden.require("tables/pos_interpolation.safetensors"))) {
            Tensor grid = rows(tables, "grid_37x8");
            Tensor cls = Tensor.of(new float[] {9, 9, 9}, 1, 1, 3);
            for (int steps : new int[] {31, 62, 64}) {
                Tensor expected = rows(tables, "37x8_to_" + steps + "x8/bilinear");
                Tensor resized = Asit.positions(Tensor.concat(1, cls, grid), 37, steps, 8);
                Golden.assertClose(
                        steps + " steps",
                        Tensor.concat(1, cls, expected).toFloats(),
                        resized.toFloats(),
                        float32Noise(37, 8, expected),
                        0);
            }
        }
    }

    /**
     * The original computes positions in float32, with three roundings of numbers up to the grid size; between two
     * samples the interpolant rises by at most three times the largest value.
     */
    static double float32Noise(int rows, int columns, Tensor expected) {
        float largest = 0;
        for (float x : expected.toFloats()) {
            largest = Math.max(largest, Math.abs(x));
        }
        return 9 * (rows + columns) * 0x1p-24 * largest;
    }

    /** Converts {@code [1, channels, rows, columns]} to {@code [1, rows · columns, channels]}. */
    static Tensor rows(SafetensorsFile tables, String name) {
        Shape shape = tables.shape(name);
        return Tensor.of(tables.floats(name), shape.toArray())
                .reshape(1, shape.size(1), shape.size(2) * shape.size(3))
                .transpose(1, 2);
    }
}
