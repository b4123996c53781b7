package org.unmute.bench.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Builds an ONNX file: one graph of named nodes, with float weights inside the file. Field numbers are those of {@code
 * onnx.proto}. Values have names; {@link #node} returns the name of its first result, so that a network reads like a
 * formula.
 */
public final class OnnxModel {
    /** {@code TensorProto.DataType} */
    static final int FLOAT = 1;
    /** {@code TensorProto.DataType} */
    static final int INT64 = 7;

    private static final int IR_VERSION = 8;
    private static final int OPSET = 18;
    private static final int ATTRIBUTE_FLOAT = 1;
    private static final int ATTRIBUTE_INT = 2;
    private static final int ATTRIBUTE_INTS = 7;

    private final ProtobufWriter graph = new ProtobufWriter().text(2, "graph");
    private int names;

    /** A graph without nodes. */
    OnnxModel() {}

    /** An int64 attribute of a node. */
    static ProtobufWriter integer(String name, long value) {
        return attribute(name, ATTRIBUTE_INT).number(3, value);
    }

    /** An attribute of a node that is a list of int64. */
    static ProtobufWriter integers(String name, long... values) {
        ProtobufWriter attribute = attribute(name, ATTRIBUTE_INTS);
        for (long value : values) {
            attribute.number(8, value);
        }
        return attribute;
    }

    /** A float attribute of a node. */
    static ProtobufWriter real(String name, float value) {
        return attribute(name, ATTRIBUTE_FLOAT).real(2, value);
    }

    private static ProtobufWriter attribute(String name, int type) {
        return new ProtobufWriter().text(1, name).number(20, type);
    }

    /** An input of floats; -1 stands for any size. */
    OnnxModel input(String name, long... shape) {
        graph.message(11, value(name, FLOAT, shape));
        return this;
    }

    /** An output; -1 stands for any size. */
    OnnxModel output(String name, int type, long... shape) {
        graph.message(12, value(name, type, shape));
        return this;
    }

    private static ProtobufWriter value(String name, int type, long[] shape) {
        ProtobufWriter sizes = new ProtobufWriter();
        for (long size : shape) {
            sizes.message(1, size < 0 ? new ProtobufWriter().text(2, "n") : new ProtobufWriter().number(1, size));
        }
        ProtobufWriter tensor = new ProtobufWriter().number(1, type).message(2, sizes);
        return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
    }

    /** Adds a weight and returns its name. */
    String weight(String name, float[] values, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return initializer(name, FLOAT, raw.array(), shape);
    }

    /** Adds a list of int64, such as a shape, and returns its name. */
    String integers(long... values) {
        ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return initializer("constant" + names++, INT64, raw.array(), values.length);
    }

    /** Adds a number and returns its name. */
    String scalar(float value) {
        return weight("constant" + names++, new float[] {value});
    }

    private String initializer(String name, int type, byte[] raw, long... shape) {
        ProtobufWriter tensor = new ProtobufWriter();
        for (long size : shape) {
            tensor.number(1, size);
        }
        graph.message(5, tensor.number(2, type).text(8, name).bytes(9, raw));
        return name;
    }

    /** Adds a node without attributes and with one result, which gets a new name, and returns that name. */
    String node(String type, String... inputs) {
        return node(type, inputs, new ProtobufWriter[0]);
    }

    /** Adds a node with one result, which gets a new name, and returns that name. */
    String node(String type, String[] inputs, ProtobufWriter... attributes) {
        return result("value" + names++, type, inputs, attributes);
    }

    /** Adds a node with one result and returns the name of the result. */
    String result(String result, String type, String[] inputs, ProtobufWriter... attributes) {
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

    /** Writes the file, which may have at most 2 GiB. */
    public void write(Path path) throws IOException {
        ProtobufWriter model = new ProtobufWriter()
                .number(1, IR_VERSION)
                .text(2, "unmute bench")
                .message(7, graph)
                .message(8, new ProtobufWriter().text(1, "").number(2, OPSET));
        Files.write(path, model.toBytes());
    }
}
