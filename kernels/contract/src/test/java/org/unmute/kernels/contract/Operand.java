package org.unmute.kernels.contract;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.UnaryOperator;
import org.unmute.kernels.contract.reference.Float64Reference;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/**
 * A tensor inside a larger buffer of the backend under test, with guards before, after and between its elements,
 * together with the same tensor in float64 for the reference. Guards of inputs are NaN, so that reading one shows in
 * the result.
 */
final class Operand {
    private static final int GUARD = 67;
    private static final float SENTINEL = -7.7777e33f;
    private static final int INT_SENTINEL = -123_456_789;

    private final Backend backend;
    private final View flat;
    private final View view;
    private final BitSet inside;
    private final double guard;
    private final View reference;

    private Operand(Backend backend, View flat, View view, BitSet inside, double guard, View reference) {
        this.backend = backend;
        this.flat = flat;
        this.view = view;
        this.inside = inside;
        this.guard = guard;
        this.reference = reference;
    }

    /** An input with values in row-major order, or, without values, memory for a result, filled with a sentinel. */
    static Operand place(Backend b, DType dtype, Placement placement, Shape shape, float[] values) {
        long[] strides = placement.strides(shape);
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
        for (int i : at) {
            inside.set(i);
        }
        double guard = dtype == DType.I32 ? INT_SENTINEL : values == null ? SENTINEL : Double.NaN;
        HostBuffer host = dtype == DType.I32
                ? HostBuffer.wrap(surrounded(length, at, values))
                : HostBuffer.wrap(surrounded(length, (float) guard, at, values));
        View flat = b.allocate(dtype, Shape.of(length));
        if (flat.stride(0) != 1) {
            throw new IllegalStateException("a vector is expected to be contiguous: " + flat);
        }
        b.upload(View.dense(host, Shape.of(length)), flat);
        View view = new View(flat.buffer(), shape, flat.offset() + offset, strides);
        return new Operand(b, flat, view, inside, guard, forReference(dtype, shape, values));
    }

    private static float[] surrounded(int length, float guard, int[] at, float[] values) {
        float[] all = new float[length];
        Arrays.fill(all, guard);
        for (int i = 0; values != null && i < at.length; i++) {
            all[at[i]] = values[i];
        }
        return all;
    }

    private static int[] surrounded(int length, int[] at, float[] values) {
        int[] all = new int[length];
        Arrays.fill(all, INT_SENTINEL);
        for (int i = 0; values != null && i < at.length; i++) {
            all[at[i]] = (int) values[i];
        }
        return all;
    }

    /** The values in memory of the reference, zeros for null. */
    private static View forReference(DType dtype, Shape shape, float[] values) {
        View exact = ScalarBackend.INSTANCE.allocate(dtype == DType.I32 ? DType.I32 : DType.F64, shape);
        for (int i = 0; values != null && i < values.length; i++) {
            if (dtype == DType.I32) {
                exact.host().ints()[i] = (int) values[i];
            } else {
                exact.host().doubles()[i] = values[i];
            }
        }
        return exact;
    }

    private static View forReference(DType dtype, View numbers) {
        View exact = ScalarBackend.INSTANCE.allocate(dtype == DType.I32 ? DType.I32 : DType.F64, numbers.shape());
        ScalarBackend.INSTANCE.copy(numbers, exact);
        return exact;
    }

    /** A dense input at the start of its memory, without guards. */
    static Operand fromTheStart(Backend b, Shape shape, float[] values) {
        View flat = b.allocate(DType.F32, Shape.of(values.length));
        View view = View.dense(flat.buffer(), shape);
        View numbers = View.dense(HostBuffer.wrap(values), shape);
        b.upload(numbers, view);
        BitSet all = new BitSet(values.length);
        all.set(0, values.length);
        return new Operand(b, flat, view, all, SENTINEL, forReference(DType.F32, shape, values));
    }

    /** The same memory with another shape or strides, for the backend and the reference. */
    Operand as(UnaryOperator<View> layout) {
        return new Operand(backend, flat, layout.apply(view), inside, guard, layout.apply(reference));
    }

    /** A result of the backend under test, as an input of the next operation. */
    Operand written() {
        return new Operand(
                backend,
                flat,
                view,
                inside,
                guard,
                forReference(view.dtype(), View.dense(download(view, view.dtype()), shape())));
    }

    /** The position of every element, in row-major order. */
    private static int[] positions(Shape shape, long offset, long[] strides) {
        int[] at = new int[Math.toIntExact(shape.elements())];
        long[] index = new long[shape.rank()];
        long p = offset;
        for (int i = 0; i < at.length; i++) {
            at[i] = Math.toIntExact(p);
            int a = index.length - 1;
            for (; a >= 0 && index[a] == shape.size(a) - 1; a--) {
                p -= index[a] * strides[a];
                index[a] = 0;
            }
            if (a >= 0) {
                p += strides[a];
                index[a]++;
            }
        }
        return at;
    }

    View view() {
        return view;
    }

    Shape shape() {
        return view.shape();
    }

    /**
     * The memory of the reference backend, in float64 (indices in int32): the values of an input or the expected
     * result.
     */
    View reference() {
        return reference;
    }

    /** The value of an input, or the expected value of a result. */
    double exact(int i) {
        return reference.host().get(i);
    }

    /** All exact values in row-major order. */
    double[] exact() {
        View dense = ScalarBackend.INSTANCE.allocate(DType.F64, shape());
        Float64Reference.INSTANCE.copy(reference, dense);
        return dense.host().doubles();
    }

    /** The values in row-major order. */
    float[] read() {
        return download(view, DType.F32).floats();
    }

    int[] readInts() {
        return download(view, DType.I32).ints();
    }

    private HostBuffer download(View from, DType type) {
        HostBuffer host = HostBuffer.allocate(type, from.shape().elements());
        backend.download(from, View.dense(host, from.shape()));
        return host;
    }

    /** All of the memory, downloaded once: values in row-major order, with what surrounds them. */
    final class Contents {
        private final HostBuffer host = download(flat, flat.dtype());

        float[] values() {
            int[] at = positions(shape(), view.offset() - flat.offset(), strides());
            float[] values = new float[at.length];
            for (int i = 0; i < at.length; i++) {
                values[i] = (float) host.get(at[i]);
            }
            return values;
        }

        void assertGuards(String what) {
            Operand.this.assertGuards(what, host);
        }
    }

    private long[] strides() {
        long[] strides = new long[shape().rank()];
        Arrays.setAll(strides, view::stride);
        return strides;
    }

    /** Fails if anything outside the tensor was written. */
    void assertGuards(String what) {
        assertGuards(what, download(flat, flat.dtype()));
    }

    private void assertGuards(String what, HostBuffer host) {
        int n = flat.shape().dim(0);
        for (int i = inside.nextClearBit(0); i < n; i = inside.nextClearBit(i + 1)) {
            if (Double.compare(host.get(i), guard) != 0) {
                fail(what + ": wrote outside its result, at " + i + " of " + view + ": " + host.get(i));
            }
        }
    }
}
