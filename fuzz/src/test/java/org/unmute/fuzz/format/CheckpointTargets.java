package org.unmute.fuzz.format;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.graph.OnnxFile;
import org.unmute.models.weights.FileKind;
import org.unmute.models.weights.TorchFile;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;
import org.unmute.tensor.io.TensorFile;

/** Readers of weights: PyTorch checkpoints in both containers, safetensors, NumPy arrays. */
final class CheckpointTargets {
    private static final String GOLDEN = "models/src/test/resources/golden/formats";
    private static final long MAX_READ = 16L << 20;
    private static final long MAX_ELEMENTS = 4096;

    private CheckpointTargets() {}

    static List<FuzzTarget> all() {
        return List.of(
                FuzzTarget.onDisk(
                                "pickle",
                                "input.pt",
                                files -> List.of(PickleSeed.ofProtocol2(), PickleSeed.ofProtocol4()),
                                CheckpointTargets::torch)
                        .repairedBy(CheckpointArchive::of),
                FuzzTarget.onDisk("zip", "input.pt", files -> archives(files, 'P'), CheckpointTargets::torch)
                        .repairedBy(Checksums::zip),
                FuzzTarget.onDisk("legacy", "input.pt", files -> archives(files, 0x80), CheckpointTargets::torch),
                FuzzTarget.onDisk(
                        "safetensors", "input.safetensors", CheckpointTargets::safetensors, CheckpointTargets::read),
                FuzzTarget.onDisk("npy", "input.npy", CheckpointTargets::arrays, input -> read(Npy.read(input.file()))),
                FuzzTarget.onDisk("onnx", "input.onnx", CheckpointTargets::graphs, CheckpointTargets::graph),
                FuzzTarget.onDisk("graph", "input.onnx", CheckpointTargets::networks, CheckpointTargets::network));
    }

    /** Checkpoints from the tests' resources that begin with this byte. */
    private static List<byte[]> archives(SeedFiles files, int first) throws IOException {
        List<byte[]> all = new ArrayList<>();
        for (byte[] file : files.matching(GOLDEN, "*.pt")) {
            if ((file[0] & 0xFF) == first) {
                all.add(file);
            }
        }
        if (first == 'P') {
            all.add(CheckpointArchive.of(PickleSeed.ofProtocol2()));
        }
        return all;
    }

    private static List<byte[]> safetensors(SeedFiles files) throws IOException {
        List<byte[]> all = new ArrayList<>(files.matching(GOLDEN, "*.safetensors"));
        all.add(files.made(
                "own.safetensors",
                file -> new SafetensorsWriter()
                        .metadata("format", "pt")
                        .add("a", Shape.of(2, 3), new float[6])
                        .add("b", Shape.of(2), new long[] {1, -1})
                        .add("c", StoredType.U8, Shape.of(3), MemorySegment.ofArray(new byte[3]))
                        .add("empty", Shape.of(0, 4), new float[0])
                        .write(file)));
        return all;
    }

    private static List<byte[]> arrays(SeedFiles files) throws IOException {
        return List.of(
                files.made("f4.npy", file -> Npy.write(file, Shape.of(2, 3), new float[] {1, 2, 3, 4, 5, 6})),
                files.made("f8.npy", file -> Npy.write(file, Shape.of(2), new double[] {1, 2})),
                files.made("i8.npy", file -> Npy.write(file, Shape.of(1, 2), new long[] {1, 2})),
                files.made("b1.npy", file -> Npy.write(file, Shape.of(3), new boolean[] {true, false, true})));
    }

    /** As PyTorch and as our own exporter write them. */
    private static List<byte[]> graphs(SeedFiles files) throws IOException {
        return List.of(
                files.made("linear.onnx", file -> {
                    OnnxGraph graph = new OnnxGraph("main_graph").input("x", "batch", 3);
                    String weight = graph.weight("onnx::MatMul_12", new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
                    String product = graph.node("MatMul", "x", weight);
                    graph.node("Add", graph.weight("model.fc.bias", new float[2], 2), product);
                    graph.metadata("model_type", "CED").write(file);
                }),
                files.made("types.onnx", file -> {
                    OnnxGraph graph = new OnnxGraph("g").input("x", 1);
                    graph.weight("d", new double[] {1, 2}, 2);
                    graph.weight("u", new byte[] {1, 2, 3}, 3, 1);
                    graph.node("Reshape", "x", graph.integers(1, -1));
                    graph.write(file);
                }));
    }

    private static void graph(FuzzTarget.Input input) throws IOException {
        FileKind.of(input.file());
        try (OnnxFile file = OnnxFile.open(input.file())) {
            read(file);
        }
    }

    /** A convolutional network from samples on, with shapes that are computed. */
    private static List<byte[]> networks(SeedFiles files) throws IOException {
        return List.of(files.made("network.onnx", file -> {
            OnnxGraph g = new OnnxGraph("g").input("x", "batch", 64);
            String bank = g.weight("bank", new float[16], 2, 1, 8);
            String rows = g.node("Unsqueeze", "x", g.integers(1));
            String map = g.node("Conv", new String[] {rows, bank}, OnnxGraph.integers("strides", 4));
            String mean = g.node("GlobalAveragePool", g.node("Relu", map));
            String sizes =
                    g.node("Concat", new String[] {g.node("Shape", "x"), g.integers(1)}, OnnxGraph.integer("axis", 0));
            String first = g.node("Gather", sizes, g.integers(0));
            String to = g.node("Concat", new String[] {first, g.integers(-1)}, OnnxGraph.integer("axis", 0));
            g.result("y", "Reshape", new String[] {mean, to});
            g.output("y", OnnxGraph.FLOAT, "batch", 2).write(file);
        }));
    }

    /** Reads and checks a graph and computes what follows from its constants; its sample rate is not stated. */
    private static void network(FuzzTarget.Input input) throws IOException {
        try {
            Encoders.open(input.file(), EncoderSettings.AUTHORS);
        } catch (UnusableCheckpointException e) {
            throw new IOException(e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            if (!e.getMessage().contains("does not state the sample rate")) {
                throw e;
            }
        }
    }

    private static void torch(FuzzTarget.Input input) throws IOException {
        FileKind.of(input.file());
        try (TorchFile file = TorchFile.open(input.file())) {
            read(file);
            file.verify();
        }
    }

    private static void read(FuzzTarget.Input input) throws IOException {
        FileKind.of(input.file());
        try (SafetensorsFile file = SafetensorsFile.open(input.file())) {
            read(file);
        }
    }

    private static void read(TensorFile file) throws IOException {
        long total = 0;
        for (String name : file.names()) {
            Shape shape = file.shape(name);
            StoredType type = file.type(name);
            // Views with repeated elements are materialized, and a file may have many of them.
            total += type.bytes(shape);
            if (total > MAX_READ) {
                break;
            }
            StoredTensor tensor = file.entry(name);
            if (!tensor.shape().equals(shape) || tensor.type() != type) {
                throw new AssertionError("tensor " + name + " is " + tensor + ", the file said " + type + shape);
            }
            read(tensor);
        }
        file.metadata().forEach((key, value) -> key.concat(value));
        file.opaque().forEach(TensorFile.Opaque::toString);
    }

    /** Requires all elements that the shape states. */
    private static void read(StoredTensor tensor) {
        long elements = tensor.shape().elements();
        if (tensor.data().byteSize() != tensor.type().bytes(tensor.shape())) {
            throw new AssertionError(tensor + " has " + tensor.data().byteSize() + " bytes");
        }
        if (elements > 0) {
            tensor.data().get(ValueLayout.JAVA_BYTE, 0);
            tensor.data().get(ValueLayout.JAVA_BYTE, tensor.data().byteSize() - 1);
        }
        for (long i = 0; tensor.type().isFloating() && i < Math.min(elements, MAX_ELEMENTS); i++) {
            tensor.element(i);
        }
    }
}
