package org.unmute.convert.graph;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.unmute.files.AtomicFile;

/**
 * A graph to be written as an ONNX file: named nodes of opset {@value #OPSET}, with the weights inside the file. Values
 * have names; {@link #node} returns the name of its result, so that a network reads like a formula. Field numbers are
 * those of {@code onnx.proto}.
 */
public final class OnnxGraph {
    /** The version of the operators, of ONNX 1.13. */
    public static final int OPSET = 18;

    /** {@code TensorProto.DataType}: 32-bit floats. */
    public static final int FLOAT = 1;
    /** {@code TensorProto.DataType}: unsigned bytes. */
    public static final int UINT8 = 2;
    /** {@code TensorProto.DataType}: 64-bit integers. */
    public static final int INT64 = 7;
    /** {@code TensorProto.DataType}: truth values. */
    public static final int BOOL = 9;
    /** {@code TensorProto.DataType}: 64-bit floats. */
    public static final int DOUBLE = 11;

    private static final int IR_VERSION = 8;
    private static final int ATTRIBUTE_FLOAT = 1;
    private static final int ATTRIBUTE_INT = 2;
    private static final int ATTRIBUTE_STRING = 3;
    private static final int ATTRIBUTE_INTS = 7;
    /** Protobuf's own limit. */
    private static final long MAX_BYTES = Integer.MAX_VALUE;

    private final ProtobufWriter graph = new ProtobufWriter();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    /** Names of small constants, by what they hold. */
    private final Map<String, String> constants = new LinkedHashMap<>();

    private int names;

    /**
     * A graph without nodes.
     *
     * @param name of the graph
     */
    public OnnxGraph(String name) {
        graph.text(2, name);
    }

    /** An int64 attribute of a node. */
    public static ProtobufWriter integer(String name, long value) {
        return attribute(name, ATTRIBUTE_INT).number(3, value);
    }

    /** An attribute of a node that is a list of int64. */
    public static ProtobufWriter integers(String name, long... values) {
        ProtobufWriter attribute = attribute(name, ATTRIBUTE_INTS);
        for (long value : values) {
            attribute.number(8, value);
        }
        return attribute;
    }

    /** A float attribute of a node. */
    public static ProtobufWriter real(String name, float value) {
        return attribute(name, ATTRIBUTE_FLOAT).real(2, value);
    }

    /** A text attribute of a node. */
    public static ProtobufWriter text(String name, String value) {
        return attribute(name, ATTRIBUTE_STRING).text(4, value);
    }

    private static ProtobufWriter attribute(String name, int type) {
        return new ProtobufWriter().text(1, name).number(20, type);
    }

    /**
     * An input of floats.
     *
     * @param shape numbers, or names of sizes that are free, such as {@code batch}
     */
    public OnnxGraph input(String name, Object... shape) {
        graph.message(11, value(name, FLOAT, shape));
        return this;
    }

    /** An output; the shape as for {@link #input}. */
    public OnnxGraph output(String name, int type, Object... shape) {
        graph.message(12, value(name, type, shape));
        return this;
    }

    private static ProtobufWriter value(String name, int type, Object[] shape) {
        ProtobufWriter sizes = new ProtobufWriter();
        for (Object size : shape) {
            sizes.message(
                    1,
                    size instanceof Number n
                            ? new ProtobufWriter().number(1, n.longValue())
                            : new ProtobufWriter().text(2, (String) size));
        }
        ProtobufWriter tensor = new ProtobufWriter().number(1, type).message(2, sizes);
        return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
    }

    /** Adds or replaces an entry of the metadata. */
    public OnnxGraph metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /** Adds a weight and returns its name. */
    public String weight(String name, float[] values, long... shape) {
        return weight(name, () -> values, shape);
    }

    /** Adds a weight that is computed when the graph is written, and returns its name. */
    public String weight(String name, Supplier<float[]> values, long... shape) {
        return initializer(name, FLOAT, Float.BYTES, shape, () -> {
            float[] all = values.get();
            ByteBuffer raw = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, all.length))
                    .order(ByteOrder.LITTLE_ENDIAN);
            raw.asFloatBuffer().put(all);
            return raw.array();
        });
    }

    /** Adds a weight of doubles and returns its name. */
    public String weight(String name, double[] values, long... shape) {
        return initializer(name, DOUBLE, Double.BYTES, shape, () -> {
            ByteBuffer raw = ByteBuffer.allocate(Math.multiplyExact(Double.BYTES, values.length))
                    .order(ByteOrder.LITTLE_ENDIAN);
            raw.asDoubleBuffer().put(values);
            return raw.array();
        });
    }

    /** Adds a weight of unsigned bytes and returns its name. */
    public String weight(String name, byte[] values, long... shape) {
        return initializer(name, UINT8, 1, shape, () -> values);
    }

    /** Adds a weight of int64 and returns its name. */
    public String weight(String name, long[] values, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(Math.multiplyExact(Long.BYTES, values.length))
                .order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return initializer(name, INT64, Long.BYTES, shape, raw::array);
    }

    /** The name of a list of int64, such as a shape. */
    public String integers(long... values) {
        return constants.computeIfAbsent(
                java.util.Arrays.toString(values), _ -> weight("constant" + names++, values, values.length));
    }

    /** The name of one int64 without axes. */
    public String integer(long value) {
        return constants.computeIfAbsent("int " + value, _ -> weight("constant" + names++, new long[] {value}));
    }

    /** The name of one float without axes. */
    public String scalar(float value) {
        return constants.computeIfAbsent(
                "float " + Float.floatToIntBits(value), _ -> weight("constant" + names++, new float[] {value}));
    }

    /** The name of one double without axes. */
    public String scalar(double value) {
        return constants.computeIfAbsent(
                "double " + Double.doubleToLongBits(value), _ -> weight("constant" + names++, new double[] {value}));
    }

    /** A new name of a weight. */
    public String newName(String kind) {
        return kind + names++;
    }

    private String initializer(String name, int type, int bytes, long[] shape, Supplier<byte[]> raw) {
        ProtobufWriter tensor = new ProtobufWriter();
        long length = bytes;
        for (long size : shape) {
            tensor.number(1, size);
            length = Math.multiplyExact(length, size);
        }
        graph.message(5, tensor.number(2, type).text(8, name).bytes(9, length, raw));
        return name;
    }

    /** Adds a node without attributes and with one result, which gets a new name, and returns that name. */
    public String node(String type, String... inputs) {
        return node(type, inputs, new ProtobufWriter[0]);
    }

    /** Adds a node with one result, which gets a new name, and returns that name. */
    public String node(String type, String[] inputs, ProtobufWriter... attributes) {
        return result("value" + names++, type, inputs, attributes);
    }

    /** Adds a node with one result and returns the name of the result. */
    public String result(String result, String type, String[] inputs, ProtobufWriter... attributes) {
        ProtobufWriter node = new ProtobufWriter();
        for (String input : inputs) {
            node.text(1, input);
        }
        node.text(2, result).text(3, "node" + names++).text(4, type);
        for (ProtobufWriter attribute : attributes) {
            node.message(5, attribute);
        }
        graph.message(1, node);
        return result;
    }

    /** Converts a value to another type and returns the name of the result. */
    public String cast(String value, int type) {
        return node("Cast", new String[] {value}, integer("to", type));
    }

    /**
     * Writes the file. An existing one is replaced only once the new one is complete.
     *
     * @return bytes written
     * @throws IllegalArgumentException if it has more than 2 GiB, which protobuf does not allow
     * @throws IOException if it cannot be written
     */
    public long write(Path path) throws IOException {
        ProtobufWriter model = new ProtobufWriter().number(1, IR_VERSION).text(2, "unmute");
        model.message(7, graph).message(8, new ProtobufWriter().text(1, "").number(2, OPSET));
        metadata.forEach((key, value) ->
                model.message(14, new ProtobufWriter().text(1, key).text(2, value)));
        if (model.size() > MAX_BYTES) {
            throw new IllegalArgumentException("onnx: the graph needs " + model.size()
                    + " bytes, a file may have 2 GiB: export a smaller encoder, or probe and encoder by themselves");
        }
        AtomicFile.write(path, model::writeTo);
        return model.size();
    }
}
