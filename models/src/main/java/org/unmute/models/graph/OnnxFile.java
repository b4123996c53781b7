package org.unmute.models.graph;

import static org.unmute.files.MalformedFileException.quote;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.LoadLimits;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;
import org.unmute.tensor.io.TensorFile;

/**
 * The weights in a memory-mapped ONNX file, read as data. Opening it reads the graph's structure, and keeps only names
 * and places; no node is run, and no other file is opened. Numbers are read on request.
 *
 * <p>A weight has the name that it has in the graph. Exporters of PyTorch fold the transpose of a linear map into its
 * weight, which loses its name; where the product is added to a bias {@code X.bias}, it is {@code X.weight} again, and
 * transposed back ({@link LinearNames}).
 *
 * <p>Refused are weights in other files (external data), sparse and quantized ones, and graphs whose version of the
 * operators is not known ({@value #MIN_OPSET} to {@value #MAX_OPSET}).
 */
public final class OnnxFile extends TensorFile {
    /** The first version in which Add broadcasts as it does today. */
    static final int MIN_OPSET = 7;
    /** The latest version that this reader was written for. */
    static final int MAX_OPSET = 24;

    private static final LoadLimits LIMITS = LoadLimits.DEFAULT;
    private static final int MAX_NODES = 200_000;
    private static final long MAX_KEPT_BYTES = 64L << 20;
    private static final int MAX_METADATA = 1000;
    private static final int MAX_METADATA_BYTES = 1 << 16;
    private static final String SAVE_AGAIN =
            ": save it as one file, onnx.save(onnx.load(\"in.onnx\"), \"out.onnx\") in Python";

    private final Map<String, OnnxWeight> weights;

    private OnnxFile(
            Path path,
            Arena arena,
            Map<String, OnnxWeight> weights,
            Map<String, String> metadata,
            List<Opaque> opaque) {
        super(path, arena, "ONNX", weights.keySet(), metadata, opaque);
        this.weights = weights;
    }

    /**
     * Opens a file.
     *
     * @throws MalformedFileException if it is no ONNX file, violates the format or a limit, or holds weights that are
     *     not read
     * @throws IOException if it cannot be read
     */
    public static OnnxFile open(Path path) throws IOException {
        return inArena(arena -> {
            MemorySegment all = map(path, arena);
            Model model = new Model(path.toString(), all);
            model.read();
            Map<String, OnnxWeight> named = LinearNames.of(model.weights, model.nodes);
            return new OnnxFile(path, arena, named, model.metadata, model.opaque);
        });
    }

    @Override
    public Shape shape(String name) {
        return weights.get(require(name)).shape();
    }

    @Override
    public StoredType type(String name) {
        return weights.get(require(name)).type();
    }

    @Override
    public StoredTensor entry(String name) {
        return weights.get(require(name)).read(name);
    }

    /** The parts of {@code ModelProto} that matter here. */
    private static final class Model {
        private final String file;
        private final MemorySegment all;
        private final Map<String, OnnxWeight> weights = new LinkedHashMap<>();
        private final List<OnnxNode> nodes = new ArrayList<>();
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private final List<Opaque> opaque = new ArrayList<>();
        private int allNodes;
        private long kept;

        Model(String file, MemorySegment all) {
            this.file = file;
            this.all = all;
        }

        void read() throws MalformedFileException {
            ProtobufFields model = new ProtobufFields(file, all, 0, all.byteSize());
            long opset = 0;
            boolean graph = false;
            while (model.next()) {
                switch (model.field()) {
                    case 7 -> {
                        if (graph) {
                            throw model.error("two-graphs", "there are two graphs");
                        }
                        graph = true;
                        graph(model.message());
                    }
                    case 8 -> opset = Math.max(opset, opset(model.message()));
                    case 14 -> metadata(model.message());
                    default -> {
                        // versions and names of the producer
                    }
                }
            }
            if (!graph) {
                throw model.error("no-graph", "there is no graph in it: is it an ONNX file, and whole?");
            }
            if (opset < MIN_OPSET || opset > MAX_OPSET) {
                throw model.error(
                        "opset",
                        (opset == 0
                                        ? "it does not state the version of its operators"
                                        : "its operators are of opset " + Long.toUnsignedString(opset))
                                + ", known are " + MIN_OPSET + " to " + MAX_OPSET
                                + ": export it again with opset 17, or take the checkpoint that it was exported from");
            }
        }

        /** The version of the standard operators; 0 for those of others. */
        private static long opset(ProtobufFields fields) throws MalformedFileException {
            String domain = "";
            long version = 0;
            while (fields.next()) {
                if (fields.field() == 1) {
                    domain = fields.text(LIMITS.nameChars());
                } else if (fields.field() == 2) {
                    version = fields.number();
                }
            }
            // One that is out of range as a signed number must not pass as absent.
            long known = version < 0 ? Long.MAX_VALUE : version;
            return domain.isEmpty() || domain.equals("ai.onnx") ? known : 0;
        }

        private void metadata(ProtobufFields fields) throws MalformedFileException {
            String key = "";
            String value = "";
            while (fields.next()) {
                if (fields.field() == 1) {
                    key = fields.text(LIMITS.nameChars());
                } else if (fields.field() == 2) {
                    value = fields.text(MAX_METADATA_BYTES);
                }
            }
            if (metadata.size() == MAX_METADATA) {
                throw fields.error("too-much-metadata", "there are more than " + MAX_METADATA + " entries of metadata");
            }
            metadata.put(key, value);
        }

        private void graph(ProtobufFields graph) throws MalformedFileException {
            while (graph.next()) {
                switch (graph.field()) {
                    case 1 -> {
                        if (++allNodes > MAX_NODES) {
                            throw graph.error("too-many-nodes", "there are more than " + MAX_NODES + " nodes");
                        }
                        OnnxNode node = OnnxNode.read(graph.message());
                        if (node.isQuantized()) {
                            throw graph.error(
                                    "quantized",
                                    "weights were rounded to 8 bits (node " + quote(node.type())
                                            + "): take the file before quantization");
                        }
                        if (node.isLinear()) {
                            kept += graph.length();
                            if (kept > MAX_KEPT_BYTES) {
                                throw graph.error("too-much-structure", "names of nodes take more than 64 MiB");
                            }
                            nodes.add(node);
                        }
                    }
                    case 5 -> weight(graph.message());
                    case 15 -> throw graph.error("sparse", "sparse weights are not read: save them as dense ones");
                    default -> {
                        // inputs, outputs and texts
                    }
                }
            }
        }

        private void weight(ProtobufFields fields) throws MalformedFileException {
            OnnxWeight.Parts parts = OnnxWeight.Parts.read(fields, all);
            String name = parts.name();
            long at = fields.start();
            if (weights.size() + opaque.size() == LIMITS.tensors()) {
                throw new MalformedFileException(
                        file, at, "too-many-tensors", "there are more than " + LIMITS.tensors() + " weights");
            }
            if (parts.isExternal()) {
                throw new MalformedFileException(
                        file,
                        at,
                        name,
                        "external-data",
                        "its numbers are in another file (" + quote(parts.location()) + "), which is not opened"
                                + SAVE_AGAIN);
            }
            if (parts.type() == null) {
                opaque.add(new Opaque(name, "ONNX type " + parts.dataType(), 1));
                return;
            }
            if (parts.data() == null) {
                // Lists of integers, such as shapes, that are varints: no weight is stored in this form.
                if (parts.type().isFloating()) {
                    throw new MalformedFileException(
                            file,
                            at,
                            name,
                            "no-data",
                            "it has no numbers, or stores them in a form that is not read" + SAVE_AGAIN);
                }
                return;
            }
            long needed;
            Shape shape;
            try {
                shape = Shape.of(parts.sizes());
                needed = parts.type().bytes(shape);
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw new MalformedFileException(file, at, name, "shape", e.getMessage());
            }
            if (needed != parts.data().byteSize()) {
                throw new MalformedFileException(
                        file,
                        at,
                        name,
                        "size-mismatch",
                        parts.type() + " " + shape + " needs " + needed + " bytes, there are "
                                + parts.data().byteSize());
            }
            if (weights.putIfAbsent(name, new OnnxWeight(parts.type(), shape, parts.data(), false)) != null) {
                throw new MalformedFileException(file, at, name, "duplicate", "two weights have this name");
            }
        }
    }
}
