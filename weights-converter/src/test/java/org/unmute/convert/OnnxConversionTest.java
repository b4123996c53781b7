package org.unmute.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.Encoders;
import org.unmute.tensor.Shape;

/**
 * {@code convert} of a graph that holds an encoder's weights as torch.onnx.export leaves them: those of linear maps are
 * transposed and have lost their names, all others keep theirs below the module's name.
 */
class OnnxConversionTest {
    private static final Path CHECKPOINT = Path.of(System.getProperty("basedir", ""))
            .toAbsolutePath()
            .resolveSibling("models")
            .resolve("src/test/resources/golden/tiny/ced/checkpoint.pt");

    @TempDir
    Path folder;

    /** The graph of CED's release: product and bias of each linear map of the blocks, the head as Gemm. */
    private Path exported(Set<String> without, String wrong) throws IOException {
        OnnxGraph graph = new OnnxGraph("main_graph").input("feats", "batch", 64, "time");
        try (Checkpoint file = Checkpoint.open(CHECKPOINT)) {
            for (String stored : file.names()) {
                String name = stored.startsWith("model.") ? stored : "model." + stored;
                if (!file.type(stored).isFloating() || name.contains("front_end") || without.contains(name)) {
                    continue;
                }
                Shape shape =
                        name.equals(wrong) ? Shape.of(1, file.shape(stored).elements()) : file.shape(stored);
                float[] values = file.floats(stored);
                if (shape.rank() == 2 && name.startsWith("model.blocks.")) {
                    String product = linear(graph, values, shape);
                    graph.node("Add", name.replace(".weight", ".bias"), product);
                } else {
                    graph.weight(name, values, shape.toArray());
                }
            }
        }
        Path out = folder.resolve("ced.onnx");
        graph.output("prob", OnnxGraph.FLOAT, "batch", 4).write(out);
        return out;
    }

    private static String linear(OnnxGraph graph, float[] values, Shape shape) {
        int rows = shape.dim(0);
        int columns = shape.dim(1);
        float[] turned = new float[values.length];
        for (int i = 0; i < turned.length; i++) {
            turned[i % columns * rows + i / columns] = values[i];
        }
        String weight = graph.weight(graph.newName("onnx::MatMul_"), turned, columns, rows);
        return graph.node("MatMul", "x", weight);
    }

    @Test
    void theEncoderIsTheSame() throws IOException {
        Path out = folder.resolve("ced.safetensors");
        ConversionReport report = Conversion.run(exported(Set.of(), ""), out, Conversion.Options.KEEP, false);
        assertThat(report.encoder()).isEqualTo("ced");
        assertThat(report.container()).isEqualTo("ONNX");
        assertThat(report.complete()).isTrue();
        float[] samples = new float[16_000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) (0.3 * Math.sin(i * 0.05) * Math.cos(i * 3e-4));
        }
        assertThat(Encoders.open(out).encode(samples).tokens())
                .containsExactly(Encoders.open(CHECKPOINT).encode(samples).tokens());
        assertThat(Encoders.open(out).scores(samples))
                .containsExactly(Encoders.open(CHECKPOINT).scores(samples));
    }

    @Test
    void aMissingWeight() throws IOException {
        Path file = exported(Set.of("model.blocks.1.mlp.fc2.bias"), "");
        Path out = folder.resolve("ced.safetensors");
        assertThatThrownBy(() -> Conversion.run(file, out, Conversion.Options.KEEP, false))
                .isInstanceOf(ConversionException.class)
                .hasMessageContaining("the 'ced' in it is incomplete, 2 tensors are missing:")
                .hasMessageContainingAll("blocks.1.mlp.fc2.weight", "blocks.1.mlp.fc2.bias");
        assertThat(out).doesNotExist();
    }

    @Test
    void aWeightOfAnotherShape() throws IOException {
        Path out = folder.resolve("ced.safetensors");
        Conversion.run(exported(Set.of(), "model.norm.weight"), out, Conversion.Options.KEEP, false);
        assertFails(UnusableCheckpointException.class, () -> Encoders.open(out), "norm.weight", "[1, 48]");
    }

    @Test
    void aGraphOfAnotherModel() throws IOException {
        OnnxGraph graph = new OnnxGraph("other");
        graph.weight("conv.weight", new float[9], 1, 1, 3, 3);
        Path file = folder.resolve("other.onnx");
        graph.write(file);
        assertThatThrownBy(() -> Conversion.open(file, Conversion.Options.KEEP))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("conv.weight");
        assertThatThrownBy(() -> Conversion.open(file, new Conversion.Options("ced", Optional.empty())))
                .isInstanceOf(UnusableCheckpointException.class)
                .hasMessageContaining("this is no 'ced' checkpoint");
    }
}
