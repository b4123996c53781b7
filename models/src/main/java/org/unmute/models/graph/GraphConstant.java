package org.unmute.models.graph;

import static org.unmute.files.MalformedFileException.quote;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.unmute.files.LittleEndian;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.HalfFloats;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.StoredTensor;

/** The numbers of a {@code TensorProto}; 16-bit floats are widened. */
final class GraphConstant {
    private GraphConstant() {}

    /**
     * Copies the numbers.
     *
     * @param at where the tensor begins in the file, for messages
     */
    static GraphValue read(String file, long at, OnnxWeight.Parts parts) throws MalformedFileException {
        OnnxType type = OnnxType.of(parts.dataType());
        if (parts.isExternal()) {
            throw error(
                    file,
                    at,
                    parts,
                    "external-data",
                    "its numbers are in another file (" + quote(parts.location()) + "), which is not opened: save it as"
                            + " one file, onnx.save(onnx.load(\"in.onnx\"), \"out.onnx\") in Python");
        }
        if (type == null) {
            throw error(file, at, parts, "type", "its element type " + parts.dataType() + " is not computed with");
        }
        try {
            Shape shape = Shape.of(parts.sizes());
            int count = Math.toIntExact(shape.elements());
            return parts.data() == null
                    ? GraphValue.of(type, ofIntegers(type, parts, count), parts.sizes())
                    : ofBytes(type, parts, shape, count);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw error(file, at, parts, "shape", e.getMessage());
        }
    }

    private static MalformedFileException error(
            String file, long at, OnnxWeight.Parts parts, String rule, String detail) {
        return new MalformedFileException(file, at, parts.name(), rule, detail);
    }

    private static GraphValue ofBytes(OnnxType type, OnnxWeight.Parts parts, Shape shape, int count) {
        StoredTensor stored = new StoredTensor(parts.name(), parts.type(), shape, parts.data());
        if (type.isFloating()) {
            return type == OnnxType.DOUBLE
                    ? GraphValue.of(type, stored.doubles(), shape.toArray())
                    : new GraphValue(type, Tensor.owning(stored.floats(), shape.toArray()));
        }
        MemorySegment data = parts.data();
        double[] all = new double[count];
        Arrays.setAll(all, i -> switch (type) {
            case BOOL -> data.get(ValueLayout.JAVA_BYTE, i) == 0 ? 0 : 1;
            case INT8 -> data.get(ValueLayout.JAVA_BYTE, i);
            case UINT8 -> data.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
            case INT16 -> data.get(LittleEndian.SHORT, 2L * i);
            case UINT16 -> data.get(LittleEndian.SHORT, 2L * i) & 0xFFFF;
            case INT32 -> data.get(LittleEndian.INT, 4L * i);
            case UINT32 -> data.get(LittleEndian.INT, 4L * i) & 0xFFFF_FFFFL;
            default -> data.get(LittleEndian.LONG, 8L * i);
        });
        return GraphValue.of(type, all, shape.toArray());
    }

    private static double[] ofIntegers(OnnxType type, OnnxWeight.Parts parts, int count) {
        long[] integers = parts.integers();
        if (integers.length != count) {
            throw new IllegalArgumentException(
                    "shape " + Shape.of(parts.sizes()) + " needs " + count + " numbers, there are " + integers.length);
        }
        double[] all = new double[count];
        Arrays.setAll(all, i -> switch (type) {
            case FLOAT16 -> HalfFloats.fromF16((short) integers[i]);
            case BFLOAT16 -> HalfFloats.fromBf16((short) integers[i]);
            default -> integers[i];
        });
        return all;
    }
}
