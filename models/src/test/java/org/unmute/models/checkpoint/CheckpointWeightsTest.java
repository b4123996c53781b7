package org.unmute.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.vit.Weights;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

class CheckpointWeightsTest {
    @TempDir
    Path folder;

    private int count(String... names) throws IOException {
        Path path = folder.resolve("blocks.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String name : names) {
            writer.add(name, Shape.of(1), new float[1]);
        }
        writer.write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            return new CheckpointWeights(Checkpoint.of(file)).count("blocks", "w");
        } finally {
            Files.delete(path);
        }
    }

    @Test
    void countsNumberedBlocks() throws IOException {
        assertThat(count("blocks.0.w", "blocks.1.w", "blocks.1.b", "other.7.w", "blocks.x.w"))
                .isEqualTo(2);
    }

    @Test
    void aGapIsAnIncompleteCheckpointNotASmallerModel() {
        assertThatThrownBy(() -> count("blocks.0.w", "blocks.2.w"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'blocks.1.w' is missing", "'blocks.2.w'");
        assertFails(IllegalArgumentException.class, () -> count("blocks.0.w", "blocks.1.b"), "'blocks.1.w' is missing");
        assertFails(IllegalArgumentException.class, () -> count("other"), "'blocks.0.w' is missing");
    }

    /**
     * Weights that are read in pieces are checked like all others, and indices in messages count from the start of the
     * tensor.
     */
    @Test
    void weightsOfLinearMapsAreCheckedWhileTheyAreRead() throws IOException {
        float[] values = new float[70 * 33];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 7f;
        }
        float[] damaged = values.clone();
        damaged[69 * 33 + 5] = Float.NaN;
        Path path = folder.resolve("linear.safetensors");
        new SafetensorsWriter()
                .add("good.weight", Shape.of(70, 33), values)
                .add("bad.weight", Shape.of(70, 33), damaged)
                .write(path);
        Tensor good;
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Weights all = new CheckpointWeights(Checkpoint.of(file));
            good = all.linearWeight("good.weight", 70, 33);
            assertThat(good.toFloats())
                    .isEqualTo(all.tensor("good.weight", 70, 33).toFloats());
            assertThatThrownBy(() -> all.linearWeight("bad.weight", 70, 33))
                    .isInstanceOf(UnusableCheckpointException.class)
                    .hasMessageContaining(
                            "linear.safetensors: tensor 'bad.weight' has NaN at element 2282: the checkpoint is"
                                    + " damaged");
            assertThatThrownBy(() -> all.linearWeight("good.weight", 33, 70))
                    .isInstanceOf(UnusableCheckpointException.class)
                    .hasMessageContaining("tensor 'good.weight' is [70, 33], expected [33, 70]");
            assertThatThrownBy(() -> all.linearWeight("weight", 70, 33))
                    .isInstanceOf(UnusableCheckpointException.class)
                    .hasMessageContaining("tensor 'weight' is missing");
        }
        float[] x = new float[33];
        x[3] = 1;
        try (TensorScope _ = new TensorScope()) {
            float[] column = Tensor.of(x, 1, 33).linear(good, null).toFloats();
            assertThat(column).as("usable after the file is closed").hasSize(70);
            assertThat(column[69]).isEqualTo(values[69 * 33 + 3]);
        }
    }

    @Test
    void aValueThatIsNotFiniteIsFoundAtEachPlace() throws IOException {
        for (int i = 0; i < 7; i++) {
            int at = i;
            for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                float[] values = {1, -2, 0, -0f, Float.MAX_VALUE, Float.MIN_VALUE, 7};
                values[at] = value;
                Path path = folder.resolve("one.safetensors");
                new SafetensorsWriter().add("x", Shape.of(7), values).write(path);
                try (SafetensorsFile file = SafetensorsFile.open(path)) {
                    Weights all = new CheckpointWeights(Checkpoint.of(file));
                    assertThatThrownBy(() -> all.tensor("x", 7))
                            .isInstanceOf(UnusableCheckpointException.class)
                            .hasMessageContaining("tensor 'x' has " + value + " at element " + at);
                }
            }
        }
    }

    private Encoder open(SafetensorsWriter writer) throws IOException {
        Path path = folder.resolve("encoder.safetensors");
        writer.write(path);
        return Encoders.open(path);
    }

    /** All tensors from whose sizes others follow, well-formed except for one. */
    private static SafetensorsWriter kwt(String wrong, long... shape) {
        SafetensorsWriter writer = new SafetensorsWriter();
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("cls_token", new long[] {1, 1, 4});
        shapes.put("pos_embed", new long[] {1, 4, 4});
        shapes.put("front_end.dft_cos", new long[] {2, 480});
        shapes.put("front_end.mel", new long[] {2, 2});
        shapes.put("front_end.dct", new long[] {2, 2});
        shapes.put("blocks.0.attn.q.weight", new long[] {4, 4});
        shapes.put("blocks.0.norm1.weight", new long[] {4});
        shapes.put(wrong, shape);
        shapes.forEach((name, sizes) -> writer.add(
                name, Shape.of(sizes), new float[Math.toIntExact(Shape.of(sizes).elements())]));
        return writer;
    }

    @Test
    void sizesOfTheWrongRankNameTheTensor() {
        Map<String, long[]> wrong = Map.of(
                "pos_embed",
                new long[] {4},
                "cls_token",
                new long[] {},
                "front_end.mel",
                new long[] {2},
                "front_end.dct",
                new long[] {0, 2},
                "front_end.dft_cos",
                new long[] {480});
        wrong.forEach((name, shape) -> assertThatThrownBy(() -> open(kwt(name, shape)))
                .as(name)
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("tensor '" + name + "' is " + Shape.of(shape)));
        for (long positions : new long[] {1, 100}) {
            assertThatThrownBy(() -> open(kwt("pos_embed", 1, positions, 4)))
                    .isInstanceOf(UnusableCheckpointException.class)
                    .hasMessageContaining("'pos_embed' is [1, " + positions + ", 4]")
                    .hasMessageContaining("1 to 98 frames");
        }
    }

    private static Map<String, String> pairs(String text) {
        return Arrays.stream(text.split(" ")).map(p -> p.split("=")).collect(Collectors.toMap(p -> p[0], p -> p[1]));
    }

    @Test
    void settingsOfASmallVitThatNoModelHasAreRefusedBeforeAnythingIsMade() {
        Map<String, String> good = pairs("unmute.encoder=small-vit sample_rate=16000 mel_bins=64 frames=64 patch=8x16"
                + " dim=8 depth=1 heads=2 norm=0,1");
        Map<String, String> wrong = pairs(
                "frames=2147483640 patch=0x16 mel_bins=1073741824 heads=0 dim=-8" + " sample_rate=0 depth=0 norm=0");
        wrong.forEach((key, value) -> {
            SafetensorsWriter writer = new SafetensorsWriter()
                    .add("cls_token", Shape.of(1), new float[1])
                    .add("patch_embed.proj.weight", Shape.of(1), new float[1]);
            good.forEach((k, v) -> writer.metadata(k, k.equals(key) ? value : v));
            assertThatThrownBy(() -> open(writer))
                    .as(key + " " + value)
                    .isInstanceOf(UnusableCheckpointException.class)
                    .hasMessageContaining("metadata of a small ViT");
        });
        SafetensorsWriter writer = new SafetensorsWriter()
                .add("cls_token", Shape.of(1), new float[1])
                .add("patch_embed.proj.weight", Shape.of(1), new float[1]);
        good.forEach(writer::metadata);
        assertThatThrownBy(() -> open(writer))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("'patch_embed.proj.weight' is [1], expected [8, 1, 8, 16]");
    }

    @Test
    void unknownAndIncompleteFilesAreUnusable() {
        assertThatThrownBy(() -> open(new SafetensorsWriter().add("conv1", Shape.of(1), new float[1])))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContainingAll("no known encoder", "conv1");
        assertThatThrownBy(() -> open(new SafetensorsWriter()
                        .metadata("unmute.encoder", "small-vit")
                        .add("x", Shape.of(1), new float[1])))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("no 'small-vit' checkpoint");
        assertFails(UnusableCheckpointException.class, () -> open(kwt("other", 1)), "'front_end.window' is missing");
    }
}
