package org.unmute.models.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * The two graphs of openWakeWord, which are not in the repository, give what ONNX Runtime gives ({@code
 * graphs/openwakeword.safetensors}): a spectrogram of products, and a convolutional network.
 */
@Tag("golden")
class GraphGoldenTest {
    private static final double TOLERANCE = 1e-4;

    /** In a folder {@code shared} beside the repository. */
    private static Path shared(String name) {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.exists(at.resolve("shared").resolve(name))) {
            at = at.getParent();
        }
        assumeTrue(at != null, "skipped: " + name + " is in no folder 'shared' beside the repository");
        return at.resolve("shared").resolve(name);
    }

    private static void agrees(String file, float[] input, long[] shape, String expected) throws IOException {
        Path path = shared("data/graphs/" + file);
        byte[] golden;
        try (var resource = GraphGoldenTest.class.getResourceAsStream("/graphs/openwakeword.safetensors")) {
            golden = resource.readAllBytes();
        }
        Graph graph = GraphReader.read(file, MemorySegment.ofArray(Files.readAllBytes(path)))
                .checked();
        String name = graph.inputs().getFirst().name();
        try (TensorScope _ = new TensorScope();
                SafetensorsFile numbers = SafetensorsFile.of("openwakeword", golden)) {
            List<GraphNode> plan = graph.between(List.of(name), graph.outputs());
            GraphValue result = graph.run(plan, Map.of(name, GraphValue.floats(input, shape)), graph.outputs())
                    .get(graph.outputs().getFirst());
            assertThat(result.shape()).isEqualTo(numbers.shape(expected));
            float[] own = result.tensor().toFloats();
            float[] other = numbers.floats(expected);
            for (int i = 0; i < own.length; i++) {
                assertThat((double) Math.abs(own[i] - other[i]))
                        .as(file + " element " + i + ": " + own[i] + " for " + other[i])
                        .isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.abs(other[i])));
            }
        }
    }

    @Test
    void spectrogram() throws IOException {
        float[] samples = new float[4000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = i * 7919 % 2003 - 1001;
        }
        agrees("melspectrogram.onnx", samples, new long[] {1, samples.length}, "mel");
    }

    @Test
    void convolutions() throws IOException {
        float[] mel = new float[76 * 32];
        for (int i = 0; i < mel.length; i++) {
            mel[i] = (i * 37 % 101 - 50) / 25f;
        }
        agrees("embedding_model.onnx", mel, new long[] {1, 76, 32, 1}, "embedding");
    }
}
