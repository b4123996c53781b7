package org.unmute.models.graph;

import java.util.function.DoubleUnaryOperator;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/**
 * What one node hands to another. Floats are on the current backend. Whole numbers and truth values, which are mostly
 * shapes, are float64 on the scalar backend: the same ops serve both, and 53 bits are exact. So are doubles.
 *
 * @param type of the elements as the graph states it
 * @param tensor float32, or float64 for doubles and whole numbers; truth values either
 */
record GraphValue(OnnxType type, Tensor tensor) {
    /** Where whole numbers and doubles are. */
    static final Backend EXACT = Backends.exact();

    /** More elements than any result of a usable graph has: 1 GiB. */
    private static final long MAX_ELEMENTS = 1L << 28;

    /** Numbers that have this type already. */
    static GraphValue of(OnnxType type, double[] values, long... sizes) {
        Tensor exact = Tensor.of(EXACT, values, sizes);
        boolean stays = !type.isFloating() || type == OnnxType.DOUBLE;
        return new GraphValue(type, stays ? exact : onBackend(exact.cast(DType.F32), Backends.current()));
    }

    /** Whole numbers. */
    static GraphValue longs(long[] values, long... sizes) {
        double[] all = new double[values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = values[i];
        }
        return of(OnnxType.INT64, all, sizes);
    }

    /** A list of whole numbers. */
    static GraphValue list(long... values) {
        return longs(values, values.length);
    }

    /** Floats on the current backend. */
    static GraphValue floats(float[] values, long... sizes) {
        return new GraphValue(OnnxType.FLOAT, Tensor.of(values, sizes));
    }

    /** A result of arithmetic: whole numbers are truncated and wrapped. */
    static GraphValue computed(OnnxType type, Tensor tensor) {
        return type.isFloating() ? new GraphValue(type, tensor) : new GraphValue(type, mapped(tensor, type::converted));
    }

    /** Each element through a function that the engine lacks. */
    static Tensor mapped(Tensor x, DoubleUnaryOperator f) {
        double[] all = x.toDoubles();
        for (int i = 0; i < all.length; i++) {
            all[i] = f.applyAsDouble(all[i]);
        }
        Tensor exact = Tensor.of(EXACT, all, x.shape().toArray());
        return onBackend(exact.cast(x.dtype()), x.backend());
    }

    private static Tensor onBackend(Tensor x, Backend backend) {
        return backend == EXACT ? x : x.to(backend);
    }

    /** This value as another type. */
    GraphValue cast(OnnxType to) {
        if (to == type) {
            return this;
        }
        if (to == OnnxType.FLOAT && type.isFloating()) {
            return new GraphValue(to, onBackend(tensor.cast(DType.F32), Backends.current()));
        }
        double[] all = tensor.toDoubles();
        for (int i = 0; i < all.length; i++) {
            all[i] = to.converted(all[i]);
        }
        return of(to, all, shape().toArray());
    }

    /** The same elements on the backend and in the type of another. */
    Tensor like(Tensor other) {
        return moved(tensor, other.backend(), other.dtype());
    }

    /** A tensor on another backend in another type. Only the scalar backend surely has float64. */
    static Tensor moved(Tensor x, Backend backend, DType type) {
        return backend == EXACT ? x.to(backend).cast(type) : x.cast(type).to(backend);
    }

    Shape shape() {
        return tensor.shape();
    }

    int rank() {
        return tensor.rank();
    }

    /** Its elements as whole numbers. */
    long[] toLongs() {
        double[] all = tensor.toDoubles();
        long[] whole = new long[all.length];
        for (int i = 0; i < all.length; i++) {
            whole[i] = (long) all[i];
        }
        return whole;
    }

    /** Its only element. */
    double item() {
        return tensor.item();
    }

    /**
     * Refuses a result that takes more memory than a usable graph needs.
     *
     * @throws IllegalArgumentException if a size is negative, or there are too many elements
     */
    static long[] bounded(long... sizes) {
        long elements = Shape.of(sizes).elements();
        if (elements > MAX_ELEMENTS) {
            throw new IllegalArgumentException("the result " + Shape.of(sizes) + " has " + elements
                    + " elements, at most " + MAX_ELEMENTS + " are computed");
        }
        return sizes;
    }

    /** A copy that belongs to no scope. */
    GraphValue kept() {
        return TensorScope.outside(() -> new GraphValue(type, tensor.copy().freeze()));
    }
}
