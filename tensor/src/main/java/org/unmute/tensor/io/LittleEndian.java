package org.unmute.tensor.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import org.unmute.tensor.HalfFloats;

/** Little-endian layouts of numbers in files, and arrays written so, in pieces, without a second copy of the whole. */
public final class LittleEndian {
    /** 16 bits, unaligned. */
    public static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** 32 bits, unaligned. */
    public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** 64 bits, unaligned. */
    public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** float32, unaligned. */
    public static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** float64, unaligned. */
    public static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int PIECE = 1 << 16;

    /** Puts the elements {@code from} to {@code to} into a buffer. */
    private interface Piece {
        void put(ByteBuffer out, int from, int to);
    }

    /** The elements of a tensor to be written. */
    interface Source {
        void writeTo(WritableByteChannel out) throws IOException;
    }

    private LittleEndian() {}

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

    /** Float32 values, converted to another floating type as they are written. */
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
                writeFully(
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
                writeFully(out, buffer);
            }
        };
    }

    /** An unsigned 16-bit number. */
    public static int u16(MemorySegment bytes, long at) {
        return bytes.get(SHORT, at) & 0xFFFF;
    }

    /** An unsigned 32-bit number. */
    public static long u32(MemorySegment bytes, long at) {
        return Integer.toUnsignedLong(bytes.get(INT, at));
    }

    /** Writes all bytes up to the buffer's limit, in as many calls as it takes. */
    public static void writeFully(WritableByteChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
