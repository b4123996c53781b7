package org.unmute.models.graph;

import static org.unmute.files.MalformedFileException.quote;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.files.MalformedFileException;
import org.unmute.models.graph.GraphNode.Attribute;
import org.unmute.tensor.io.LoadLimits;

/**
 * Reads the graph of an ONNX file: nodes, inputs, outputs, and the numbers of its weights, which are copied. Field
 * numbers are those of {@code onnx.proto}.
 */
final class GraphReader {
    /** The first version whose ops take lists of axes as inputs. */
    static final int MIN_OPSET = 13;
    /** The latest version that the ops were compared with. */
    static final int MAX_OPSET = 22;

    private static final int MAX_NODES = 200_000;
    private static final int MAX_LIST = 10_000;
    private static final int MAX_TEXT = 1 << 16;
    private static final int NAME = LoadLimits.DEFAULT.nameChars();

    private final MemorySegment all;
    private final String file;
    private final List<GraphNode> nodes = new ArrayList<>();
    private final Map<String, GraphValue> weights = new LinkedHashMap<>();
    private final List<GraphInput> inputs = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private int opset;
    private boolean hasGraph;

    private GraphReader(String file, MemorySegment all) {
        this.file = file;
        this.all = all;
    }

    /**
     * Reads a file.
     *
     * @param file its name, for messages
     * @param all its bytes; not used afterwards
     * @throws MalformedFileException if it violates the format or a limit, or holds weights that are not read
     */
    static Graph read(String file, MemorySegment all) throws MalformedFileException {
        GraphReader reader = new GraphReader(file, all);
        reader.model();
        reader.inputs.removeIf(input -> reader.weights.containsKey(input.name()));
        return new Graph(
                file,
                reader.opset,
                reader.nodes,
                reader.weights,
                List.copyOf(reader.inputs),
                reader.outputs,
                reader.metadata);
    }

    /** One tensor by itself, as {@code onnx.save_tensor} writes it. */
    static GraphValue tensor(String file, MemorySegment all) throws MalformedFileException {
        return constant(file, all, new ProtobufFields(file, all, 0, all.byteSize()))
                .value();
    }

    private void model() throws MalformedFileException {
        ProtobufFields model = new ProtobufFields(file, all, 0, all.byteSize());
        while (model.next()) {
            switch (model.field()) {
                case 7 -> {
                    if (hasGraph) {
                        throw model.error("two-graphs", "there are two graphs");
                    }
                    hasGraph = true;
                    graph(model.message());
                }
                case 8 -> opset(model.message());
                case 14 -> metadata(model.message());
                case 25 ->
                    throw model.error(
                            "functions",
                            "it defines functions of its own, which are not read: inline them, "
                                    + "onnx.inliner.inline_local_functions in Python");
                default -> {
                    // versions and names of the producer
                }
            }
        }
        if (!hasGraph) {
            throw model.error("no-graph", "there is no graph in it: is it an ONNX file, and whole?");
        }
        if (opset < MIN_OPSET || opset > MAX_OPSET) {
            throw model.error(
                    "opset",
                    (opset == 0
                                    ? "it does not state the version of its operators"
                                    : "its operators are of opset " + opset)
                            + "; graphs of " + MIN_OPSET + " to " + MAX_OPSET
                            + " are run: export it again with opset 17, or onnx.version_converter in Python");
        }
    }

    private void metadata(ProtobufFields fields) throws MalformedFileException {
        String key = "";
        String value = "";
        while (fields.next()) {
            if (fields.field() == 1) {
                key = fields.text(NAME);
            } else if (fields.field() == 2) {
                value = fields.length() > MAX_TEXT ? "" : fields.text(MAX_TEXT);
            }
        }
        metadata.put(key, value);
    }

    private void opset(ProtobufFields fields) throws MalformedFileException {
        String domain = "";
        long version = 0;
        while (fields.next()) {
            if (fields.field() == 1) {
                domain = fields.text(NAME);
            } else if (fields.field() == 2) {
                version = fields.number();
            }
        }
        if (domain.isEmpty() || domain.equals("ai.onnx")) {
            // One that is out of range as a signed number must not pass as absent.
            opset = version < 0 ? Integer.MAX_VALUE : (int) Math.min(version, Integer.MAX_VALUE);
        }
    }

    private void graph(ProtobufFields graph) throws MalformedFileException {
        while (graph.next()) {
            switch (graph.field()) {
                case 1 -> {
                    if (nodes.size() == MAX_NODES) {
                        throw graph.error("too-many-nodes", "there are more than " + MAX_NODES + " nodes");
                    }
                    nodes.add(node(graph.message()));
                }
                case 5 -> {
                    Named named = constant(file, all, graph.message());
                    if (weights.putIfAbsent(named.name(), named.value()) != null) {
                        throw graph.error("duplicate", "two weights are named " + quote(named.name()));
                    }
                }
                case 11 -> inputs.add(input(graph.message()));
                case 12 -> outputs.add(input(graph.message()).name());
                case 15 -> throw graph.error("sparse", "sparse weights are not read: save them as dense ones");
                default -> {
                    // name, texts and shapes in between
                }
            }
        }
    }

    private GraphNode node(ProtobufFields fields) throws MalformedFileException {
        String name = "";
        String domain = "";
        String type = "";
        List<String> ins = new ArrayList<>();
        List<String> outs = new ArrayList<>();
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> ins.add(fields.text(NAME));
                case 2 -> outs.add(fields.text(NAME));
                case 3 -> name = fields.text(NAME);
                case 4 -> type = fields.text(NAME);
                case 5 -> attribute(fields.message(), attributes);
                case 7 -> domain = fields.text(NAME);
                default -> {
                    // texts
                }
            }
            if (ins.size() > MAX_LIST || outs.size() > MAX_LIST || attributes.size() > MAX_LIST) {
                throw fields.error("too-many-names", "a node has more than " + MAX_LIST + " inputs or outputs");
            }
        }
        return new GraphNode(nodes.size(), name, domain.equals("ai.onnx") ? "" : domain, type, ins, outs, attributes);
    }

    private void attribute(ProtobufFields fields, Map<String, Attribute> to) throws MalformedFileException {
        String name = "";
        long kind = 0;
        float real = 0;
        long whole = 0;
        String text = "";
        GraphValue tensor = null;
        float[] reals = new float[0];
        long[] wholes = new long[0];
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> name = fields.text(NAME);
                case 2 -> real = fields.real();
                case 3 -> whole = fields.number();
                case 4 -> text = fields.text(MAX_TEXT);
                case 5 -> tensor = constant(file, all, fields.message()).value();
                case 7 -> reals = fields.reals(reals);
                case 8 -> wholes = fields.varints(wholes);
                case 20 -> kind = fields.number();
                default -> {
                    // graphs and lists of texts, by whose kind the op is refused
                }
            }
        }
        if (to.put(name, new Attribute(kind, real, whole, text, tensor, reals, wholes)) != null) {
            throw fields.error("duplicate", "a node has the attribute " + quote(name) + " twice");
        }
    }

    private GraphInput input(ProtobufFields fields) throws MalformedFileException {
        String name = "";
        OnnxType type = null;
        long[] sizes = null;
        while (fields.next()) {
            if (fields.field() == 1) {
                name = fields.text(NAME);
            } else if (fields.field() == 2) {
                ProtobufFields kind = fields.message();
                while (kind.next()) {
                    if (kind.field() != 1) {
                        continue; // a sequence or map: its type stays null
                    }
                    ProtobufFields tensor = kind.message();
                    while (tensor.next()) {
                        if (tensor.field() == 1) {
                            type = OnnxType.of(tensor.number());
                        } else if (tensor.field() == 2) {
                            sizes = sizes(tensor.message());
                        }
                    }
                }
            }
        }
        return new GraphInput(name, type, sizes);
    }

    private static long[] sizes(ProtobufFields shape) throws MalformedFileException {
        long[] sizes = new long[LoadLimits.DEFAULT.axes()];
        int count = 0;
        while (shape.next()) {
            if (shape.field() == 1) {
                if (count == sizes.length) {
                    throw shape.error("too-many-axes", "a tensor has more than " + sizes.length + " axes");
                }
                long size = -1;
                ProtobufFields dim = shape.message();
                while (dim.next()) {
                    if (dim.field() == 1) {
                        size = dim.number();
                        if (size < -1) {
                            throw dim.error("negative-size", "an axis has the size " + size);
                        }
                        // Exporters write 0 and -1 for a size that is free.
                        size = size == 0 ? -1 : size;
                    }
                }
                sizes[count++] = size;
            }
        }
        return Arrays.copyOf(sizes, count);
    }

    private record Named(String name, GraphValue value) {}

    private static Named constant(String file, MemorySegment all, ProtobufFields fields) throws MalformedFileException {
        long at = fields.start();
        OnnxWeight.Parts parts = OnnxWeight.Parts.read(fields, all);
        return new Named(parts.name(), GraphConstant.read(file, at, parts));
    }
}
