package org.unmute.tensor.backend;

import java.lang.ref.SoftReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.unmute.tensor.DType;
import org.unmute.tensor.HalfFloats;

/**
 * A Java array as a buffer: the memory of every CPU backend. {@link DType#F16} and {@link DType#BF16} lie in {@code
 * short[]}. The array is collected by the garbage collector; {@link #close()} only lets go of it earlier. A frozen
 * buffer may give up its array for a packed form that holds the same numbers ({@link #heldByPacked}), or never have had
 * one ({@link #unread}).
 */
public final class HostBuffer implements Buffer {
    private final DType dtype;
    private final long bytes;
    private final Consumer<float[]> lender;
    private volatile Object array;
    private volatile boolean frozen;
    private volatile Object packed;
    /** Whether {@link #packed} is making a form that will be kept. Guarded by this. */
    private boolean packing;
    /**
     * Writes the elements from the packed form, which then holds them alone; null where they lie in {@link #array}.
     * Guarded by this.
     */
    private Consumer<float[]> unpack;
    /** Where elements are read from that were never in memory; null otherwise. */
    private volatile ElementSource unread;
    /** Elements that were made again and that nobody may hold any more. Guarded by this. */
    private SoftReference<float[]> again;

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
     * A frozen {@code F32} buffer whose elements are still to be read, by whoever asks first: a function that packs may
     * take them from the {@link #unread} source, so that they never lie in an array of this buffer.
     */
    public static HostBuffer unread(long length, ElementSource source) {
        HostBuffer b = new HostBuffer(DType.F32, null, Math.toIntExact(length));
        b.unread = source;
        b.frozen = true;
        return b;
    }

    /** Wraps an array without copying. Writes go through. */
    public static HostBuffer wrap(float[] array) {
        return new HostBuffer(DType.F32, array, array.length);
    }

    /**
     * Wraps an array that goes back to its lender, once, when the buffer is closed (unless it was given up for a packed
     * form); it then becomes the memory of something else.
     */
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
        return a == null ? madeAgain() : a;
    }

    private synchronized float[] madeAgain() {
        if (unpack == null && unread != null) {
            float[] elements = new float[Math.toIntExact(bytes / Float.BYTES)];
            unread.read(0, elements, 0, elements.length);
            array = elements;
            unread = null;
            return elements;
        }
        if (unpack == null) {
            throw new IllegalStateException(
                    "buffer is closed: its TensorScope ended; keep() the tensor or use it inside");
        }
        float[] elements = again == null ? null : again.get();
        if (elements == null) {
            elements = new float[Math.toIntExact(bytes / Float.BYTES)];
            unpack.accept(elements);
            again = new SoftReference<>(elements);
        }
        return elements;
    }

    /**
     * The elements of an {@code F32} buffer; made from the packed form where that alone holds them ({@link
     * #heldByPacked}).
     */
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

    /** The source of elements that are in no memory yet; null once they were read, or where there never was one. */
    public ElementSource unread() {
        return unread;
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
     * A second form of a frozen buffer, such as weights in the order a kernel reads them: made once by the first
     * caller. Not frozen: made anew for each call.
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
                    p = packedAnew(pack);
                    packed = p;
                }
            }
        }
        return type.cast(p);
    }

    private Object packedAnew(Function<HostBuffer, ?> pack) {
        Consumer<float[]> before = unpack;
        packing = true;
        try {
            return pack.apply(this);
        } catch (Throwable e) {
            // The form that was to hold the elements is not kept.
            unpack = before;
            throw e;
        } finally {
            packing = false;
            if (unpack != null) {
                array = null;
                unread = null;
            }
        }
    }

    /**
     * Says that a form which is being made for {@link #packed} holds every element of this {@code F32} buffer. If the
     * form is kept, its own array is let go of, so that weights lie in memory once; whoever asks for {@link #floats()}
     * later gets the same numbers, made again. Called by the function that packs, on its thread, as its last use of the
     * array. Does nothing where the form is not kept (the buffer is not frozen, or the form is made outside {@code
     * packed}). A lent array is left to the garbage collector and not given back: someone may still be reading it.
     *
     * @param elements writes all elements, bit for bit, to an array of their number
     */
    public void heldByPacked(Consumer<float[]> elements) {
        if (Thread.holdsLock(this) && packing && dtype == DType.F32) {
            unpack = elements;
        }
    }

    /** Whether the elements lie in an array of their own, not only in the packed form. */
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
            unread = null;
            again = null;
        }
        if (lender != null && a != null) {
            lender.accept((float[]) a);
        }
    }
}
