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

    /** A node's attribute. */
    public sealed interface Attribute {
        /** An int64. */
        record Int(String name, long value) implements Attribute {}

        /** Several int64. */
        record Ints(String name, long... values) implements Attribute {}

        /** A float. */
        record Real(String name, float value) implements Attribute {}
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

    /** A node with one result, which gets a new name. @return that name */
    public String node(String type, String[] inputs, Attribute... attributes) {
        String result = "value" + names++;
        node(type, inputs, new String[] {result}, attributes);
        return result;
    }

    /** A node. */
    public void node(String type, String[] inputs, String[] outputs, Attribute... attributes) {
        ProtobufWriter node = new ProtobufWriter();
        for (String input : inputs) {
            node.text(1, input);
        }
        for (String output : outputs) {
            node.text(2, output);
        }
        node.text(3, "node" + names++).text(4, type);
        for (Attribute attribute : attributes) {
            node.message(5, attribute(attribute));
        }
        graph.message(1, node);
    }

    private static ProtobufWriter attribute(Attribute attribute) {
        ProtobufWriter out = new ProtobufWriter();
        switch (attribute) {
            case Attribute.Int a -> out.text(1, a.name()).number(3, a.value()).number(20, ATTRIBUTE_INT);
            case Attribute.Real a -> out.text(1, a.name()).real(2, a.value()).number(20, ATTRIBUTE_FLOAT);
            case Attribute.Ints a -> {
                out.text(1, a.name());
                for (long value : a.values()) {
                    out.number(8, value);
                }
                out.number(20, ATTRIBUTE_INTS);
            }
        }
        return out;
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
