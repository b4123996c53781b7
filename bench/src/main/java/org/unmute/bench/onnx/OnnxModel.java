package org.unmute.bench.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Builds an ONNX file: one graph of named nodes, float weights inside the file. Field numbers are those of {@code
 * onnx.proto}. Values have names; {@link #node} returns the name of its first result, so that a network reads like
 * a formula.
 */
public final class OnnxModel {
    /** {@code TensorProto.DataType} */
    public static final int FLOAT = 1;
    /** {@code TensorProto.DataType} */
    public static final int INT64 = 7;

    private static final int IR_VERSION = 8;
    private static final int OPSET = 18;
    private static final int ATTRIBUTE_FLOAT = 1;
    private static final int ATTRIBUTE_INT = 2;
    private static final int ATTRIBUTE_INTS = 7;

    private final ProtobufWriter graph = new ProtobufWriter().text(2, "graph");
    private int names;

    /** A graph without nodes. */
    public OnnxModel() {}

    /** A node's attribute, see the {@code attribute} methods. */
    public static final class Attribute {
        private final ProtobufWriter encoded;

        private Attribute(String name, int type) {
            encoded = new ProtobufWriter().text(1, name).number(20, type);
        }
    }

    /** An attribute that is an int64. */
    public static Attribute integer(String name, long value) {
        Attribute attribute = new Attribute(name, ATTRIBUTE_INT);
        attribute.encoded.number(3, value);
        return attribute;
    }

    /** An attribute that is a list of int64. */
    public static Attribute integers(String name, long... values) {
        Attribute attribute = new Attribute(name, ATTRIBUTE_INTS);
        for (long value : values) {
            attribute.encoded.number(8, value);
        }
        return attribute;
    }

    /** An attribute that is a float. */
    public static Attribute real(String name, float value) {
        Attribute attribute = new Attribute(name, ATTRIBUTE_FLOAT);
        attribute.encoded.real(2, value);
        return attribute;
    }

    /** An input of floats; -1 stands for any size. */
    public OnnxModel input(String name, long... shape) {
        graph.message(11, value(name, FLOAT, shape));
        return this;
    }

    /** An output; -1 stands for any size. */
    public OnnxModel output(String name, int type, long... shape) {
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

    /** A weight. @return its name */
    public String weight(String name, float[] values, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return initializer(name, FLOAT, raw.array(), shape);
    }

    /** A list of int64, such as a shape. @return its name */
    public String integers(long... values) {
        ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return initializer("constant" + names++, INT64, raw.array(), values.length);
    }

    /** A number. @return its name */
    public String scalar(float value) {
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

    /** A node with one result, which gets a new name, and no attributes. @return that name */
    public String node(String type, String... inputs) {
        return node(type, inputs, new Attribute[0]);
    }

    /** A node with one result, which gets a new name. @return that name */
    public String node(String type, String[] inputs, Attribute... attributes) {
        return result("value" + names++, type, inputs, attributes);
    }

    /** A node with one result. @return the result's name */
    public String result(String result, String type, String[] inputs, Attribute... attributes) {
        ProtobufWriter node = new ProtobufWriter();
        for (String input : inputs) {
            node.text(1, input);
        }
        node.text(2, result).text(3, "node" + names++).text(4, type);
        for (Attribute attribute : attributes) {
            node.message(5, attribute.encoded);
        }
        graph.message(1, node);
        return result;
    }

    /** Writes the file; at most 2 GiB. */
    public void write(Path path) throws IOException {
        ProtobufWriter model = new ProtobufWriter()
                .number(1, IR_VERSION)
                .text(2, "unmute bench")
                .message(7, graph)
                .message(8, new ProtobufWriter().text(1, "").number(2, OPSET));
        Files.write(path, model.toBytes());
    }
}
