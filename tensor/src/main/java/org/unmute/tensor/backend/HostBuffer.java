package org.unmute.tensor.backend;

import java.lang.ref.SoftReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.DType;
import org.unmute.tensor.HalfFloats;

/**
 * A Java array as a buffer: the memory of every CPU backend. {@link DType#F16} and {@link DType#BF16} are stored in
 * {@code short[]}. {@link #close()} drops the reference to the array, and the garbage collector frees it. A frozen
 * buffer may replace its array by a packed form of the same elements ({@link #replacedByPacked}), or may not have read
 * its elements yet ({@link #lazy}).
 */
public final class HostBuffer implements Buffer {
    private final DType dtype;
    private final long bytes;
    /** Takes the array back when the buffer is closed; null if the array is not pooled. */
    private final @Nullable Consumer<float[]> recycler;

    private volatile @Nullable Object array;
    private volatile boolean frozen;
    private volatile @Nullable Object packed;
    /** Whether {@link #packed} is building a form that will be kept. Guarded by {@code this}. */
    private boolean packing;
    /**
     * Unpacks the elements if only the packed form holds them; null while {@link #array} holds them. Guarded by {@code
     * this}.
     */
    private @Nullable Consumer<float[]> unpack;
    /** The source of elements that have not been read yet; otherwise null. */
    private volatile @Nullable ElementSource lazySource;
    /** Unpacked elements, kept as long as memory allows. Guarded by {@code this}. */
    private @Nullable SoftReference<float[]> unpacked;

    private HostBuffer(DType dtype, @Nullable Object array, int length) {
        this(dtype, array, length, null);
    }

    private HostBuffer(DType dtype, @Nullable Object array, int length, @Nullable Consumer<float[]> recycler) {
        this.dtype = dtype;
        this.array = array;
        this.recycler = recycler;
        this.bytes = (long) length * dtype.bytes();
    }

    /** A new zeroed buffer of {@code length} elements. */
    public static HostBuffer allocate(DType dtype, long length) {
        if (length > Integer.MAX_VALUE - 16) {
            throw new IllegalArgumentException("allocate: a tensor on the CPU has at most 2^31 elements, asked for "
                    + length + ": split the batch");
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

    /**
     * A frozen {@code F32} buffer whose elements are read on first use. A packing function may read them from
     * {@link #lazySource} itself, so that this buffer never allocates an array.
     */
    public static HostBuffer lazy(long length, ElementSource source) {
        HostBuffer b = new HostBuffer(DType.F32, null, Math.toIntExact(length));
        b.lazySource = source;
        b.frozen = true;
        return b;
    }

    /** Wraps an array without copying. Writes go through. */
    public static HostBuffer wrap(float[] array) {
        return new HostBuffer(DType.F32, array, array.length);
    }

    /**
     * Wraps an array from a pool.
     *
     * @param recycler receives the array when the buffer is closed and may then reuse it; not called if a packed form
     *     has replaced the array
     */
    public static HostBuffer pooled(float[] array, Consumer<float[]> recycler) {
        return new HostBuffer(DType.F32, array, array.length, recycler);
    }

    /** Wraps an array without copying. Writes go through. */
    public static HostBuffer wrap(double[] array) {
        return new HostBuffer(DType.F64, array, array.length);
    }

    /** Wraps an array without copying. Writes go through. */
    public static HostBuffer wrap(int[] array) {
        return new HostBuffer(DType.I32, array, array.length);
    }

    /** Wraps 16-bit floats ({@code F16} or {@code BF16}) without copying. Writes go through. */
    public static HostBuffer wrap(DType dtype, short[] array) {
        if (dtype != DType.F16 && dtype != DType.BF16) {
            throw new IllegalArgumentException("wrap: short[] holds F16 or BF16, not " + dtype);
        }
        return new HostBuffer(dtype, array, array.length);
    }

    private Object array() {
        Object a = array;
        return a == null ? materialized() : a;
    }

    private synchronized float[] materialized() {
        if (array != null) {
            return (float[]) array; // Another thread was first.
        }
        if (unpack == null && lazySource == null) {
            throw new IllegalStateException(
                    "buffer is closed: its TensorScope ended; keep() the tensor or use it inside");
        }
        float[] elements = unpacked == null ? null : unpacked.get();
        if (elements == null) {
            elements = new float[Math.toIntExact(bytes / Float.BYTES)];
            if (unpack == null) {
                lazySource.read(0, elements, 0, elements.length);
                array = elements;
                lazySource = null;
            } else {
                unpack.accept(elements);
                unpacked = new SoftReference<>(elements);
            }
        }
        return elements;
    }

    /** The elements of an {@code F32} buffer; unpacked if only the packed form holds them. */
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

    /** The source of elements that have not been read yet; null once they have been read, and for other buffers. */
    public @Nullable ElementSource lazySource() {
        return lazySource;
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

    /**
     * Stores a double in element {@code i}, rounded to nearest, ties to even; for {@code I32} it is truncated towards
     * zero.
     */
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
     * A packed form of the buffer, such as weights in the order in which a kernel reads them. For a frozen buffer, the
     * first caller builds it and it is kept; otherwise it is built on every call.
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
                    p = pack(pack);
                    packed = p;
                }
            }
        }
        return type.cast(p);
    }

    private Object pack(Function<HostBuffer, ?> pack) {
        Consumer<float[]> before = unpack;
        packing = true;
        try {
            return pack.apply(this);
        } catch (Throwable e) {
            // Packing failed, so the form that would have held the elements is not kept.
            unpack = before;
            throw e;
        } finally {
            packing = false;
            if (unpack != null) {
                array = null;
                lazySource = null;
            }
        }
    }

    /**
     * Declares that the form being built for {@link #packed} holds every element of this {@code F32} buffer. If the
     * form is kept, the array is dropped, so that weights are in memory only once; a later {@link #floats()} unpacks
     * the same elements. The packing function calls this on its own thread, after its last use of the array. Does
     * nothing if the form will not be kept, that is, if the buffer is not frozen or the call does not come from {@code
     * packed}. A pooled array is left to the garbage collector instead of recycled, because others may still be reading
     * it.
     *
     * @param unpack writes all elements, bit for bit, to an array of the same length
     */
    public void replacedByPacked(Consumer<float[]> unpack) {
        if (Thread.holdsLock(this) && packing && dtype == DType.F32) {
            this.unpack = unpack;
        }
    }

    /** Whether the elements are in an array, not only in the packed form. */
    boolean holdsElements() {
        return array != null;
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
            unpack = null;
            lazySource = null;
            unpacked = null;
        }
        if (recycler != null && a != null) {
            recycler.accept((float[]) a);
        }
    }
}
