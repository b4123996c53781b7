package org.unmute.models.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.models.weights.PickleNode.Bytes;
import org.unmute.models.weights.PickleNode.Opaque;
import org.unmute.models.weights.PickleNode.Scalar;
import org.unmute.models.weights.PickleNode.Sequence;
import org.unmute.tensor.HalfFloats;

/** NumPy scalars, which training scripts store in checkpoints, such as the best validation loss. */
final class NumpyScalar {
    private NumpyScalar() {}

    /** The number described by the arguments (dtype, bytes); null if the dtype is not supported. */
    static @Nullable Scalar read(List<PickleNode> args) {
        if (args.size() != 2
                || !(args.get(0) instanceof Opaque dtype)
                || !dtype.className.equals("numpy.dtype")
                || !(args.get(1) instanceof Bytes(byte[] raw))
                || dtype.parts.size() != 2
                || !(dtype.parts.get(0) instanceof Sequence made)
                || !(dtype.parts.get(1) instanceof Sequence state)
                || !(text(made, 0) instanceof String type)
                || !(text(state, 1) instanceof String order)) {
            return null;
        }
        // The state of a dtype is (version, byte order, ...).
        ByteBuffer in = ByteBuffer.wrap(raw).order(order.equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        boolean sized = type.length() == 2 && raw.length == type.charAt(1) - '0';
        if (!sized || !order.equals("<") && !order.equals(">") && !order.equals("|")) {
            return null;
        }
        return switch (type) {
            case "f8" -> new Scalar(in.getDouble());
            case "f4" -> new Scalar((double) in.getFloat());
            case "f2" -> new Scalar((double) HalfFloats.fromF16(in.getShort()));
            case "i8" -> new Scalar(in.getLong());
            case "i4" -> new Scalar((long) in.getInt());
            case "i2" -> new Scalar((long) in.getShort());
            case "i1" -> new Scalar((long) in.get());
            case "u4" -> new Scalar(Integer.toUnsignedLong(in.getInt()));
            case "u2" -> new Scalar((long) Short.toUnsignedInt(in.getShort()));
            case "u1" -> new Scalar((long) Byte.toUnsignedInt(in.get()));
            case "b1" -> raw[0] == 0 ? PickleNode.FALSE : PickleNode.TRUE;
            default -> null;
        };
    }

    private static @Nullable String text(Sequence s, int index) {
        return index < s.items.size() && s.items.get(index) instanceof Scalar(String text) ? text : null;
    }
}
