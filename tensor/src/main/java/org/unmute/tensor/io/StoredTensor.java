package org.unmute.tensor.io;

import static org.unmute.files.MalformedFileException.quote;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.unmute.files.LittleEndian;
import org.unmute.tensor.HalfFloats;
import org.unmute.tensor.Shape;

/**
 * A tensor in a file: row-major, little-endian. Its bytes belong to the file and can be read until the file is closed.
 * Arrays returned by methods belong to the caller.
 *
 * @param name its name; for npy, the file's name
 * @param type element type
 * @param shape sizes, outermost first
 * @param data exactly {@code shape.elements() * type.bytes()} bytes, of any alignment
 */
public record StoredTensor(String name, StoredType type, Shape shape, MemorySegment data) {
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;
    /** In bytes. Smaller tensors share pages with their neighbours, and a call costs more than it gives. */
    private static final int MIN_UNLOADED = 1 << 20;

    /** @throws IllegalArgumentException if the number of bytes does not match shape and type */
    public StoredTensor {
        Objects.requireNonNull(name, "name");
        long needed = type.bytes(shape);
        if (data.byteSize() != needed) {
            throw new IllegalArgumentException(
                    "stored tensor: " + type + " " + shape + " needs " + needed + " bytes, got " + data.byteSize());
        }
    }

    /**
     * Gives the memory of the bytes back to the system, which reads them from the file again when they are needed
     * again. Otherwise a large mapped file counts as memory of the process until it is closed. Does nothing for a small
     * tensor, or one that is not in a mapped file.
     */
    public void unload() {
        if (data.isMapped() && data.byteSize() >= MIN_UNLOADED) {
            data.unload();
        }
    }

    /**
     * The elements as float32. F64 is rounded to nearest; F16 and BF16 are widened exactly.
     *
     * @throws IllegalArgumentException if the type is not floating, or there are too many elements for an array
     */
    public float[] floats() {
        float[] out = new float[length("floats")];
        floats(0, out, 0, out.length);
        return out;
    }

    /**
     * Writes elements {@code [from, from + count)}, converted as by {@link #floats()}, to {@code to}, starting at
     * position {@code at}.
     *
     * @throws IllegalArgumentException if the type is not floating
     * @throws IndexOutOfBoundsException if the tensor does not have all these elements, or {@code to} has no room for
     *     them
     */
    public void floats(long from, float[] to, int at, int count) {
        Objects.checkFromIndexSize(from, count, shape.elements());
        Objects.checkFromIndexSize(at, count, to.length);
        switch (type) {
            case F32 -> MemorySegment.copy(data, LittleEndian.FLOAT, 4 * from, to, at, count);
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    to[at + i] = (float) data.get(LittleEndian.DOUBLE, 8 * (from + i));
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    to[at + i] = HalfFloats.fromF16(data.get(LittleEndian.SHORT, 2 * (from + i)));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    to[at + i] = HalfFloats.fromBf16(data.get(LittleEndian.SHORT, 2 * (from + i)));
                }
            }
            default -> throw wrongType("floats", "F64, F32, F16 or BF16");
        }
    }

    /**
     * Element {@code i} of a floating tensor in row-major order, converted exactly.
     *
     * @throws IllegalArgumentException if the type is not floating
     */
    public double element(long i) {
        return switch (type) {
            case F64 -> data.get(LittleEndian.DOUBLE, 8 * i);
            case F32 -> data.get(LittleEndian.FLOAT, 4 * i);
            case F16 -> HalfFloats.fromF16(data.get(LittleEndian.SHORT, 2 * i));
            case BF16 -> HalfFloats.fromBf16(data.get(LittleEndian.SHORT, 2 * i));
            default -> throw wrongType("element", "F64, F32, F16 or BF16");
        };
    }

    /**
     * The elements as float64, converted exactly.
     *
     * @throws IllegalArgumentException if the type is not floating, or there are too many elements for an array
     */
    public double[] doubles() {
        if (!type.isFloating()) {
            throw wrongType("doubles", "F64, F32, F16 or BF16");
        }
        double[] out = new double[length("doubles")];
        if (type == StoredType.F64) {
            MemorySegment.copy(data, LittleEndian.DOUBLE, 0, out, 0, out.length);
            return out;
        }
        float[] narrow = floats();
        Arrays.setAll(out, i -> narrow[i]);
        return out;
    }

    /**
     * The elements as 32-bit integers. BOOL gives 0 or 1. I64 values must fit.
     *
     * @throws IllegalArgumentException if the type is not I64, I32, I16, I8, U8 or BOOL, if an I64 value does not fit,
     *     or there are too many elements for an array
     */
    public int[] ints() {
        int[] out = new int[length("ints")];
        switch (type) {
            case I32 -> MemorySegment.copy(data, LittleEndian.INT, 0, out, 0, out.length);
            case I64 -> {
                for (int i = 0; i < out.length; i++) {
                    long v = data.get(LittleEndian.LONG, 8L * i);
                    if (v != (int) v) {
                        throw new IllegalArgumentException("ints: tensor " + quote(name) + ": element " + i + " is " + v
                                + ", which 32 bits do not hold: use longs()");
                    }
                    out[i] = (int) v;
                }
            }
            case I16 -> Arrays.setAll(out, i -> data.get(LittleEndian.SHORT, 2L * i));
            case I8 -> Arrays.setAll(out, i -> data.get(ValueLayout.JAVA_BYTE, i));
            case U8 -> Arrays.setAll(out, i -> data.get(ValueLayout.JAVA_BYTE, i) & 0xFF);
            case BOOL -> Arrays.setAll(out, i -> data.get(ValueLayout.JAVA_BYTE, i) == 0 ? 0 : 1);
            default -> throw wrongType("ints", "I64, I32, I16, I8, U8 or BOOL");
        }
        return out;
    }

    /**
     * The elements as 64-bit integers.
     *
     * @throws IllegalArgumentException if the type is not I64, I32, I16, I8, U8 or BOOL, or there are too many elements
     *     for an array
     */
    public long[] longs() {
        long[] out = new long[length("longs")];
        if (type == StoredType.I64) {
            MemorySegment.copy(data, LittleEndian.LONG, 0, out, 0, out.length);
            return out;
        }
        int[] narrow = ints();
        Arrays.setAll(out, i -> narrow[i]);
        return out;
    }

    private int length(String operation) {
        if (shape.elements() > MAX_ARRAY) {
            throw new IllegalArgumentException(operation + ": tensor " + quote(name) + " " + shape
                    + " has more elements than an array holds: read its data() in parts");
        }
        return (int) shape.elements();
    }

    private IllegalArgumentException wrongType(String operation, String wanted) {
        return new IllegalArgumentException(operation + ": tensor " + quote(name) + " is " + type + ", not " + wanted
                + ": read it by another method or as raw data()");
    }

    @Override
    public String toString() {
        return name + " " + type + " " + shape;
    }
}
