package org.unmute.convert.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.MalformedFileException;
import org.unmute.models.graph.OnnxFile;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.StoredType;

/** What the reader takes out of graphs, and what it refuses. */
class OnnxFileTest {
    @TempDir
    Path folder;

    private Path write(ProtobufWriter model) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        model.writeTo(Channels.newChannel(bytes));
        return Files.write(folder.resolve("made.onnx"), bytes.toByteArray());
    }

    private static ProtobufWriter model(ProtobufWriter graph) {
        return new ProtobufWriter().number(1, 8).message(7, graph).message(8, opset(17));
    }

    private static ProtobufWriter opset(long version) {
        return new ProtobufWriter().text(1, "").number(2, version);
    }

    private static ProtobufWriter tensor(String name, int type, byte[] raw, long... shape) {
        ProtobufWriter tensor = new ProtobufWriter();
        Arrays.stream(shape).forEach(size -> tensor.number(1, size));
        return tensor.number(2, type).text(8, name).bytes(9, raw);
    }

    private static byte[] floats(float... values) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return raw.array();
    }

    private static ProtobufWriter node(String type, String result, String... inputs) {
        ProtobufWriter node = new ProtobufWriter();
        Arrays.stream(inputs).forEach(input -> node.text(1, input));
        return node.text(2, result).text(4, type);
    }

    @Test
    void ownGraphsAreRead() throws IOException {
        OnnxGraph graph = new OnnxGraph("g").input("x", "batch", 2);
        graph.result("y", "MatMul", new String[] {"x", graph.weight("w", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)});
        graph.weight("d", new double[] {0.5}, 1);
        graph.weight("u", new byte[] {7, 8}, 2);
        Path file = folder.resolve("own.onnx");
        graph.output("y", OnnxGraph.FLOAT, "batch", 3)
                .metadata("unmute.encoder", "x")
                .write(file);
        try (OnnxFile read = OnnxFile.open(file)) {
            assertThat(read.names()).containsExactly("w", "d", "u");
            assertThat(read.shape("w")).isEqualTo(Shape.of(2, 3));
            assertThat(read.entry("w").floats()).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(read.entry("d").doubles()).containsExactly(0.5);
            assertThat(read.type("u")).isEqualTo(StoredType.U8);
            assertThat(read.metadata()).containsEntry("unmute.encoder", "x");
        }
    }

    /** As torch.onnx.export writes x · Wᵀ + b: the weight transposed and without its name. */
    @Test
    void linearMapsHaveTheirNamesBack() throws IOException {
        ProtobufWriter graph = new ProtobufWriter()
                .message(1, node("MatMul", "m", "x", "onnx::MatMul_12"))
                .message(1, node("Add", "a", "fc.bias", "m"))
                .message(1, node("Gemm", "g", "a", "13", "head.bias"))
                .message(1, node("MatMul", "n", "g", "onnx::MatMul_99"))
                .message(5, tensor("onnx::MatMul_12", 1, floats(1, 2, 3, 4, 5, 6), 2, 3))
                .message(5, tensor("fc.bias", 1, floats(1, 1, 1), 3))
                .message(5, tensor("13", 1, floats(1, 2, 3), 3, 1))
                .message(5, tensor("head.bias", 1, floats(9), 1))
                .message(5, tensor("onnx::MatMul_99", 1, floats(9), 1, 1));
        try (OnnxFile read = OnnxFile.open(write(model(graph)))) {
            assertThat(read.names())
                    .containsExactly("fc.weight", "fc.bias", "head.weight", "head.bias", "onnx::MatMul_99");
            assertThat(read.shape("fc.weight")).isEqualTo(Shape.of(3, 2));
            assertThat(read.entry("fc.weight").floats()).containsExactly(1, 4, 2, 5, 3, 6);
            assertThat(read.shape("head.weight")).isEqualTo(Shape.of(1, 3));
        }
    }

    @Test
    void refused() throws IOException {
        ProtobufWriter good = tensor("w", 1, floats(1, 2), 2);
        fails("size-mismatch", graph(tensor("w", 1, floats(1, 2), 3)), "F32 [3] needs 12 bytes, there are 8");
        fails("shape", graph(tensor("w", 1, floats(), -1)), "negative size");
        fails("shape", graph(tensor("w", 1, floats(), Long.MAX_VALUE, 4)), "too many elements");
        fails("too-many-axes", graph(tensor("w", 1, floats(1), 1, 1, 1, 1, 1, 1, 1, 1, 1)), "more than 8 axes");
        fails("duplicate", graph(good).message(5, good), "two weights have this name");
        fails(
                "external-data",
                graph(new ProtobufWriter()
                        .number(1, 2)
                        .number(2, 1)
                        .text(8, "w")
                        .message(13, new ProtobufWriter().text(1, "location").text(2, "../../etc/passwd"))
                        .number(14, 1)),
                "its numbers are in another file ('../../etc/passwd'), which is not opened: save it as one file");
        fails("no-data", graph(new ProtobufWriter().number(1, 2).number(2, 1).text(8, "w")), "it has no numbers");
        fails("sparse", new ProtobufWriter().message(15, new ProtobufWriter()), "sparse weights are not read");
        fails(
                "quantized",
                graph(good).message(1, node("MatMulInteger", "y", "x", "w")),
                "weights were rounded to 8 bits (node 'MatMulInteger'): take the file before quantization");
        fails("segments", graph(good.message(3, new ProtobufWriter())), "in several pieces");
    }

    private static ProtobufWriter graph(ProtobufWriter tensor) {
        return new ProtobufWriter().message(5, tensor);
    }

    private void fails(String rule, ProtobufWriter graph, String message) throws IOException {
        fails(rule, write(model(graph)), message);
    }

    private void fails(String rule, Path file, String message) {
        assertThatThrownBy(() -> OnnxFile.open(file).close())
                .isInstanceOfSatisfying(
                        MalformedFileException.class, e -> assertThat(e.rule()).isEqualTo(rule))
                .hasMessageContaining("made.onnx")
                .hasMessageContaining(message);
    }

    @Test
    void otherVersionsOfTheOperators() throws IOException {
        ProtobufWriter graph = graph(tensor("w", 1, floats(1), 1));
        for (long version : new long[] {0, 6, 25, -1}) {
            ProtobufWriter model = new ProtobufWriter().message(7, graph).message(8, opset(version));
            fails("opset", write(model), "known are 7 to 24: export it again with opset 17");
        }
        ProtobufWriter others = new ProtobufWriter()
                .message(7, graph)
                .message(8, new ProtobufWriter().text(1, "com.example").number(2, 17));
        fails("opset", write(others), "it does not state the version of its operators");
        fails("no-graph", write(new ProtobufWriter().number(1, 8)), "there is no graph in it");
        fails("two-graphs", write(model(graph).message(7, graph)), "there are two graphs");
    }
}
