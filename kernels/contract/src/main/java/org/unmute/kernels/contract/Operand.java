package org.unmute.kernels.contract;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.BitSet;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/**
 * A tensor inside a larger buffer of the backend under test, with guards before, after and between its elements; and,
 * for inputs, the same values in float64 for the reference. Guards of inputs are NaN, so that reading one shows in the
 * result.
 */
final class Operand {
    private static final int GUARD = 67;
    private static final float SENTINEL = -7.7777e33f;
    private static final int INT_SENTINEL = -123_456_789;

    private final Backend backend;
    private final View flat;
    private final View view;
    private final BitSet inside;
    private final View numbers;

    private Operand(Backend backend, View flat, View view, BitSet inside, View numbers) {
        this.backend = backend;
        this.flat = flat;
        this.view = view;
        this.inside = inside;
        this.numbers = numbers;
    }

    /** An input with values in row-major order. */
    static Operand of(Backend b, Placement placement, Shape shape, float[] values) {
        return place(b, DType.F32, shape, placement.strides(shape), values);
    }

    /** An input broadcast from shape {@code own} to {@code shape}. */
    static Operand repeated(Backend b, Shape own, Shape shape, float[] values) {
        Operand o = of(b, Placement.DENSE, own, values);
        return new Operand(b, o.flat, o.view.expand(shape), o.inside, o.numbers.expand(shape));
    }

    /** A dense input at the start of its memory, without guards. */
    static Operand fromTheStart(Backend b, Shape shape, float[] values) {
        View flat = b.allocate(DType.F32, Shape.of(values.length));
        View numbers = View.dense(HostBuffer.wrap(values), shape);
        View view = View.dense(flat.buffer(), shape);
        b.upload(numbers, view);
        BitSet all = new BitSet(values.length);
        all.set(0, values.length);
        return new Operand(b, flat, view, all, numbers);
    }

    /** An input with its last two axes exchanged. */
    Operand transposed() {
        return new Operand(backend, flat, view.transpose(-1, -2), inside, numbers.transpose(-1, -2));
    }

    static Operand ofInts(Backend b, Placement placement, Shape shape, int[] values) {
        float[] f = new float[values.length];
        for (int i = 0; i < f.length; i++) {
            f[i] = values[i];
        }
        return place(b, DType.I32, shape, placement.strides(shape), f);
    }

    /** Memory for a result, filled with a sentinel. */
    static Operand output(Backend b, Placement placement, Shape shape) {
        return place(b, DType.F32, shape, placement.strides(shape), null);
    }

    static Operand intOutput(Backend b, Placement placement, Shape shape) {
        return place(b, DType.I32, shape, placement.strides(shape), null);
    }

    private static Operand place(Backend b, DType dtype, Shape shape, long[] strides, float[] values) {
        long min = 0;
        long max = 0;
        for (int i = 0; i < strides.length; i++) {
            long reach = Math.max(0, shape.size(i) - 1) * strides[i];
            min += Math.min(0, reach);
            max += Math.max(0, reach);
        }
        int offset = (int) (GUARD - min);
        int length = (int) (offset + max + 1 + GUARD);
        int[] at = positions(shape, offset, strides);
        BitSet inside = new BitSet(length);
        HostBuffer host = HostBuffer.allocate(dtype, length);
        double guard = dtype == DType.I32 ? INT_SENTINEL : values == null ? SENTINEL : Double.NaN;
        for (int i = 0; i < length; i++) {
            host.set(i, guard);
        }
        for (int i = 0; i < at.length; i++) {
            inside.set(at[i]);
            if (values != null) {
                host.set(at[i], values[i]);
            }
        }
        View flat = b.allocate(dtype, Shape.of(length));
        if (flat.stride(0) != 1) {
            throw new IllegalStateException("a vector is expected to be contiguous: " + flat);
        }
        b.upload(View.dense(host, Shape.of(length)), flat);
        View view = new View(flat.buffer(), shape, flat.offset() + offset, strides);
        View numbers = View.dense(HostBuffer.wrap(values == null ? new float[at.length] : values), shape);
        return new Operand(b, flat, view, inside, numbers);
    }

    /** Position of every element, row-major. */
    private static int[] positions(Shape shape, long offset, long[] strides) {
        int[] at = new int[Math.toIntExact(shape.elements())];
        for (int i = 0; i < at.length; i++) {
            long rest = i;
            long p = offset;
            for (int a = shape.rank() - 1; a >= 0; a--) {
                p += rest % shape.size(a) * strides[a];
                rest /= shape.size(a);
            }
            at[i] = (int) p;
        }
        return at;
    }

    View view() {
        return view;
    }

    /** The values of an input in float64 (indices in int32) for the reference backend. */
    View reference() {
        return reference(view.dtype() == DType.I32 ? DType.I32 : DType.F64);
    }

    /** The values of an input in a given type for the reference backend. */
    View reference(DType type) {
        View r = View.dense(HostBuffer.allocate(type, view.shape().elements()), view.shape());
        ScalarBackend.INSTANCE.copy(numbers, r);
        return r;
    }

    /** The values in row-major order. */
    float[] read() {
        float[] out = new float[Math.toIntExact(view.shape().elements())];
        backend.download(view, View.dense(HostBuffer.wrap(out), view.shape()));
        return out;
    }

    int[] readInts() {
        int[] out = new int[Math.toIntExact(view.shape().elements())];
        backend.download(view, View.dense(HostBuffer.wrap(out), view.shape()));
        return out;
    }

    /** Fails if anything outside a result was written. */
    void assertGuards(String what) {
        int n = Math.toIntExact(flat.shape().size(0));
        HostBuffer host = HostBuffer.allocate(flat.dtype(), n);
        backend.download(flat, View.dense(host, flat.shape()));
        double guard = flat.dtype() == DType.I32 ? INT_SENTINEL : SENTINEL;
        for (int i = inside.nextClearBit(0); i < n; i = inside.nextClearBit(i + 1)) {
            if (host.get(i) != guard) {
                fail(what + ": wrote outside its result, at " + i + " of " + view + ": " + host.get(i));
            }
        }
    }
}
