package org.unmute.tensor.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import org.unmute.files.LittleEndian;
import org.unmute.tensor.HalfFloats;

/** Writes elements in little-endian order, piece by piece, without a second copy of the whole tensor. */
final class ElementPieces {
    private static final int PIECE = 1 << 16;

    /** Puts the elements {@code from} (inclusive) to {@code to} (exclusive) into a buffer. */
    private interface Piece {
        void put(ByteBuffer out, int from, int to);
    }

    /** The elements of a tensor to be written. */
    interface Source {
        void writeTo(WritableByteChannel out) throws IOException;
    }

    private ElementPieces() {}

    static Source of(float[] a) {
        return pieces(a.length, 4, (out, from, to) -> out.asFloatBuffer().put(a, from, to - from));
    }

    static Source of(double[] a) {
        return pieces(a.length, 8, (out, from, to) -> out.asDoubleBuffer().put(a, from, to - from));
    }

    static Source of(int[] a) {
        return pieces(a.length, 4, (out, from, to) -> out.asIntBuffer().put(a, from, to - from));
    }

    static Source of(long[] a) {
        return pieces(a.length, 8, (out, from, to) -> out.asLongBuffer().put(a, from, to - from));
    }

    static Source of(short[] a) {
        return pieces(a.length, 2, (out, from, to) -> out.asShortBuffer().put(a, from, to - from));
    }

    static Source of(byte[] a) {
        return pieces(a.length, 1, (out, from, to) -> out.duplicate().put(a, from, to - from));
    }

    /** Float32 values that are converted to another floating type as they are written. */
    static Source of(float[] a, StoredType type) {
        return switch (type) {
            case F32 -> of(a);
            case F64 ->
                pieces(a.length, 8, (out, from, to) -> {
                    for (int i = from; i < to; i++) {
                        out.putDouble(8 * (i - from), a[i]);
                    }
                });
            case F16 ->
                pieces(a.length, 2, (out, from, to) -> {
                    for (int i = from; i < to; i++) {
                        out.putShort(2 * (i - from), HalfFloats.toF16(a[i]));
                    }
                });
            case BF16 ->
                pieces(a.length, 2, (out, from, to) -> {
                    for (int i = from; i < to; i++) {
                        out.putShort(2 * (i - from), HalfFloats.toBf16(a[i]));
                    }
                });
            default -> throw new IllegalArgumentException("safetensors: float values cannot be stored as " + type);
        };
    }

    static Source of(MemorySegment bytes) {
        return out -> {
            for (long at = 0; at < bytes.byteSize(); at += PIECE) {
                LittleEndian.writeFully(
                        out,
                        bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at))
                                .asByteBuffer());
            }
        };
    }

    private static Source pieces(int length, int bytes, Piece piece) {
        return out -> {
            ByteBuffer buffer = ByteBuffer.allocate(PIECE).order(ByteOrder.LITTLE_ENDIAN);
            int step = PIECE / bytes;
            for (long from = 0; from < length; from += step) {
                int to = (int) Math.min(length, from + step);
                buffer.clear().limit((int) (to - from) * bytes);
                piece.put(buffer, (int) from, to);
                LittleEndian.writeFully(out, buffer);
            }
        };
    }
}
