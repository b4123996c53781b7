package org.unmute.tensor.backend;

import java.util.function.Consumer;
import java.util.function.Function;
import org.unmute.tensor.DType;
import org.unmute.tensor.HalfFloats;

/**
 * A Java array as a buffer: the memory of every CPU backend. {@link DType#F16} and {@link DType#BF16} lie in
 * {@code short[]}. The array is collected by the garbage collector; {@link #close()} only lets go of it earlier.
 */
public final class HostBuffer implements Buffer {
    private final DType dtype;
    private final long bytes;
    private final Consumer<float[]> lender;
    private volatile Object array;
    private volatile boolean frozen;
    private volatile Object packed;

    private HostBuffer(DType dtype, Object array, int length) {
        this(dtype, array, length, null);
    }

    private HostBuffer(DType dtype, Object array, int length, Consumer<float[]> lender) {
        this.dtype = dtype;
        this.array = array;
        this.lender = lender;
        this.bytes = (long) length * dtype.bytes();
    }

    /** A new zeroed buffer of {@code length} elements. */
    public static HostBuffer allocate(DType dtype, long length) {
        if (length > Integer.MAX_VALUE - 16) {
            throw new IllegalArgumentException("allocate: a tensor on the CPU has at most 2^31 elements, asked for " + length
                    + ": split the batch");
        }
        int n = (int) length;
        Object array = switch (dtype) {
            case F32 -> new float[n];
            case F64 -> new double[n];
            case I32 -> new int[n];
            case F16, BF16 -> new short[n];
        };
        return new HostBuffer(dtype, array, n);
    }

    /** Wraps an array without copying. Writes go through. */
    public static HostBuffer wrap(float[] array) {
        return new HostBuffer(DType.F32, array, array.length);
    }

    /** Wraps an array that goes back to its lender, once, when the buffer is closed; it then becomes the memory of something else. */
    public static HostBuffer lent(float[] array, Consumer<float[]> lender) {
        return new HostBuffer(DType.F32, array, array.length, lender);
    }

    /** Wraps an array without copying. Writes go through. */
    public static HostBuffer wrap(double[] array) {
        return new HostBuffer(DType.F64, array, array.length);
    }

    /** Wraps an array without copying. Writes go through. */
    public static HostBuffer wrap(int[] array) {
        return new HostBuffer(DType.I32, array, array.length);
    }

    /** Wraps halves ({@code F16} or {@code BF16}) without copying. Writes go through. */
    public static HostBuffer wrap(DType dtype, short[] array) {
        if (dtype != DType.F16 && dtype != DType.BF16) {
            throw new IllegalArgumentException("wrap: short[] holds F16 or BF16, not " + dtype);
        }
        return new HostBuffer(dtype, array, array.length);
    }

    private Object array() {
        Object a = array;
        if (a == null) {
            throw new IllegalStateException("buffer is closed: its TensorScope ended; keep() the tensor or use it inside");
        }
        return a;
    }

    /** The elements of an {@code F32} buffer. */
    public float[] floats() {
        return (float[]) array();
    }

    /** The elements of an {@code F64} buffer. */
    public double[] doubles() {
        return (double[]) array();
    }

    /** The elements of an {@code I32} buffer. */
    public int[] ints() {
        return (int[]) array();
    }

    /** The elements of an {@code F16} or {@code BF16} buffer. */
    public short[] halves() {
        return (short[]) array();
    }

    /** Element {@code i} of any type as a double. */
    public double get(int i) {
        return switch (dtype) {
            case F32 -> floats()[i];
            case F64 -> doubles()[i];
            case I32 -> ints()[i];
            case F16 -> HalfFloats.fromF16(halves()[i]);
            case BF16 -> HalfFloats.fromBf16(halves()[i]);
        };
    }

    /** Stores a double in element {@code i}, rounded to nearest even; to {@code I32} it truncates towards zero. */
    public void set(int i, double value) {
        switch (dtype) {
            case F32 -> floats()[i] = (float) value;
            case F64 -> doubles()[i] = value;
            case I32 -> ints()[i] = (int) value;
            case F16 -> halves()[i] = HalfFloats.toF16((float) value);
            case BF16 -> halves()[i] = HalfFloats.toBf16((float) value);
        }
    }

    /**
     * A second form of a frozen buffer, such as weights in the order a kernel reads them: made once by the first caller.
     * Not frozen: made anew for each call.
     */
    public <T> T packed(Class<T> type, Function<HostBuffer, T> pack) {
        if (!frozen) {
            return pack.apply(this);
        }
        Object p = packed;
        if (!type.isInstance(p)) {
            synchronized (this) {
                p = packed;
                if (!type.isInstance(p)) {
                    p = pack.apply(this);
                    packed = p;
                }
            }
        }
        return type.cast(p);
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void freeze() {
        frozen = true;
    }

    @Override
    public boolean isFrozen() {
        return frozen;
    }

    @Override
    public void close() {
        Object a;
        synchronized (this) {
            a = array;
            array = null;
            packed = null;
        }
        if (lender != null && a != null) {
            lender.accept((float[]) a);
        }
    }
}
