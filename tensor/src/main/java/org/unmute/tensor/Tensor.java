package org.unmute.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.AttentionOps;
import org.unmute.tensor.op.IndexingOps;
import org.unmute.tensor.op.LayoutOps;
import org.unmute.tensor.op.NormalizationOps;
import org.unmute.tensor.op.Op;
import org.unmute.tensor.op.ProductOps;
import org.unmute.tensor.op.PrototypeOps;
import org.unmute.tensor.op.ReductionOps;
import org.unmute.tensor.op.Unary;

/**
 * An n-dimensional array on a backend. Its methods build an {@link Op} and run it; those that work element by element
 * are in {@link Elementwise}. A result keeps its op if an input requires a gradient (see {@link Grad}). Values change
 * only by {@link #assign} and by optimizer steps on parameters. Negative axes count from the end, -1 being the last.
 * Safe to share between threads.
 */
public final class Tensor implements Elementwise {
    private static final AtomicLong SEQUENCE = new AtomicLong();

    private final Backend backend;
    private final View view;
    private final @Nullable Op origin;
    private final boolean requiresGradient;
    private final long sequence = SEQUENCE.incrementAndGet();

    Tensor(Backend backend, View view, @Nullable Op origin, boolean requiresGradient) {
        this.backend = backend;
        this.view = view;
        this.origin = origin;
        this.requiresGradient = requiresGradient;
    }

    // ---- creation

    /** A copy of {@code data}, row-major, on the current backend ({@link Backends#current()}). */
    public static Tensor of(float[] data, long... shape) {
        return of(Backends.current(), data, shape);
    }

    /** A copy of {@code data}, row-major, on a given backend. */
    public static Tensor of(Backend backend, float[] data, long... shape) {
        return of(backend, HostBuffer.wrap(data), data.length, shape);
    }

    /**
     * A tensor on the current backend that uses the given array without a copy if the backend's memory is Java arrays.
     *
     * @param data row-major; must not be used by the caller afterwards
     */
    public static Tensor owning(float[] data, long... shape) {
        Backend backend = Backends.current();
        requireSupport(backend, DType.F32);
        View host = View.dense(HostBuffer.wrap(data), requireElements(Shape.of(shape), data.length));
        return new Tensor(backend, TensorScope.take(backend, host), null, false);
    }

    /** A copy of {@code data} in float64, row-major; the backend must support it ({@code scalar} does). */
    public static Tensor of(Backend backend, double[] data, long... shape) {
        return of(backend, HostBuffer.wrap(data), data.length, shape);
    }

    /** A copy of indices, row-major, on the current backend. */
    public static Tensor of(int[] data, long... shape) {
        return of(Backends.current(), data, shape);
    }

    /** A copy of indices, row-major, on a given backend. */
    public static Tensor of(Backend backend, int[] data, long... shape) {
        return of(backend, HostBuffer.wrap(data), data.length, shape);
    }

    private static Tensor of(Backend backend, HostBuffer data, int length, long... sizes) {
        Shape shape = requireElements(Shape.of(sizes), length);
        return compute(backend, data.dtype(), shape, out -> backend.upload(View.dense(data, shape), out));
    }

    private static Shape requireElements(Shape shape, int length) {
        if (shape.elements() != length) {
            throw new IllegalArgumentException(
                    "tensor: shape " + shape + " needs " + shape.elements() + " elements, the array has " + length);
        }
        return shape;
    }

    /** Zeros in float32 on the current backend. */
    public static Tensor zeros(long... shape) {
        return zeros(Backends.current(), DType.F32, Shape.of(shape));
    }

    /** Ones in float32 on the current backend. */
    public static Tensor ones(long... shape) {
        return full(Backends.current(), DType.F32, Shape.of(shape), 1);
    }

    /** The indices 0 to {@code count - 1}, {@code I32 [count]}, on the current backend. */
    public static Tensor arange(int count) {
        return of(RandomNumbers.indices(count), count);
    }

    /** {@code start, start + step, …} below {@code end} (above it if the step is negative), float32, as in torch. */
    public static Tensor arange(double start, double end, double step) {
        double count = Math.ceil((end - start) / step);
        if (!(count >= 0 && count < Integer.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "arange: no steps of " + step + " lead from " + start + " to " + end + ", or too many");
        }
        float[] values = new float[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (start + i * step);
        }
        return of(values, values.length);
    }

    /** Uniform numbers in [0, 1), float32, on the current backend; see {@link RandomNumbers#fraction}. */
    public static Tensor rand(SplittableRandom random, long... shape) {
        return of(RandomNumbers.fraction(random, length(shape)), shape);
    }

    /** Normal numbers of mean 0 and deviation 1, float32, on the current backend; see {@link RandomNumbers#normal}. */
    public static Tensor randn(SplittableRandom random, long... shape) {
        return of(RandomNumbers.normal(random, length(shape), 1), shape);
    }

    private static int length(long... shape) {
        return Math.toIntExact(Shape.of(shape).elements());
    }

    /** A tensor of zeros. */
    public static Tensor zeros(Backend backend, DType dtype, Shape shape) {
        return empty(backend, dtype, shape);
    }

    /** A tensor with the same value in every element. */
    public static Tensor full(Backend backend, DType dtype, Shape shape, double value) {
        return compute(backend, dtype, shape, out -> backend.fill(out, value));
    }

    /** Zeros in this tensor's shape and type, on its backend. */
    public Tensor zerosLike() {
        return empty(backend, dtype(), shape());
    }

    /** A scalar of this tensor's element type on its backend. It has no axes, so it broadcasts. */
    public Tensor scalarLike(double value) {
        if (!dtype().isFloating() && value != Math.rint(value)) {
            throw new IllegalArgumentException(
                    "scalarLike: " + dtype() + " has no " + value + ": cast the tensor to F32 first");
        }
        return full(backend, dtype(), Shape.of(), value);
    }

    /** A new tensor whose elements are all written by {@code compute}. Not recorded; for gradients. */
    public static Tensor compute(Backend backend, DType dtype, Shape shape, Consumer<View> compute) {
        requireSupport(backend, dtype);
        Tensor t = new Tensor(backend, TensorScope.allocateForResult(backend, dtype, shape), null, false);
        compute.accept(t.view);
        return t;
    }

    /** {@link #compute} with this tensor's backend, type and shape. */
    public Tensor computeLike(Consumer<View> compute) {
        return compute(backend, dtype(), shape(), compute);
    }

    private static Tensor empty(Backend backend, DType dtype, Shape shape) {
        requireSupport(backend, dtype);
        return new Tensor(backend, TensorScope.allocate(backend, dtype, shape), null, false);
    }

    private static void requireSupport(Backend backend, DType dtype) {
        backend.requireOpen("tensor");
        if (dtype.isComputable() && !backend.supports(dtype)) {
            throw new IllegalArgumentException("tensor: backend " + backend.name() + " does not compute in " + dtype
                    + ": use the scalar backend or another type");
        }
    }

    /**
     * Runs an op and records it if an input requires a gradient.
     *
     * @throws IllegalArgumentException if inputs are on different backends, or of a storage type that the op rejects
     * @throws IllegalStateException if the backend of an input was closed
     */
    public static Tensor run(Op op) {
        List<Tensor> inputs = op.inputs();
        Backend backend = InputRules.backend(op, inputs);
        boolean record = false;
        for (Tensor t : inputs) {
            InputRules.check(op, backend, t);
            record |= t.requiresGradient;
        }
        record &= Grad.isRecording() && op.dtype().isFloating();
        Shape shape = op.shape();
        View out = op.alias().orElse(null);
        if (out == null) {
            out = TensorScope.allocateForResult(backend, op.dtype(), shape);
            op.forward(backend, out);
        }
        return new Tensor(backend, out, record ? op : null, record);
    }

    // ---- properties and values

    public Shape shape() {
        return view.shape();
    }

    /** Size of one axis. */
    public long size(int axis) {
        return view.shape().size(axis);
    }

    public int rank() {
        return view.shape().rank();
    }

    public DType dtype() {
        return view.dtype();
    }

    public Backend backend() {
        return backend;
    }

    /** The memory of this tensor and its layout, for backends and ops. */
    public View view() {
        return view;
    }

    /** Whether gradients are computed for this tensor. */
    public boolean requiresGradient() {
        return requiresGradient;
    }

    /** The op that computed this tensor, if it was recorded; otherwise null. */
    public @Nullable Op origin() {
        return origin;
    }

    long sequence() {
        return sequence;
    }

    /** A row-major copy as floats. */
    public float[] toFloats() {
        return download(DType.F32).floats();
    }

    /** A row-major copy as doubles. */
    public double[] toDoubles() {
        return download(DType.F64).doubles();
    }

    /** A row-major copy as ints, truncated towards zero. */
    public int[] toInts() {
        return download(DType.I32).ints();
    }

    private HostBuffer download(DType type) {
        HostBuffer host = HostBuffer.allocate(type, shape().elements());
        backend.download(view, View.dense(host, shape()));
        return host;
    }

    /** The value of a tensor with exactly one element. */
    public double item() {
        if (shape().elements() != 1) {
            throw new IllegalArgumentException("item: needs one element, shape is " + shape());
        }
        return toDoubles()[0];
    }

    /** A leaf that shares this memory and requires a gradient. */
    public Tensor parameter() {
        if (!dtype().isFloating() || !dtype().isComputable()) {
            throw new IllegalArgumentException("parameter: needs F32 or F64, is " + dtype());
        }
        return new Tensor(backend, view, null, true);
    }

    /** A tensor that shares this memory but requires no gradient. */
    public Tensor detach() {
        return requiresGradient ? new Tensor(backend, view, null, false) : this;
    }

    /** Declares the contents final, so that a backend may keep a packed copy. */
    public Tensor freeze() {
        view.buffer().freeze();
        return this;
    }

    /**
     * Overwrites the contents, which changes every other view of the same memory. Compute gradients of earlier results
     * first.
     *
     * @throws IllegalStateException if the tensor is frozen
     */
    public void assign(Tensor values) {
        if (!values.shape().equals(shape()) || values.dtype() != dtype()) {
            throw new IllegalArgumentException("assign: shapes or element types differ: target is " + dtype() + shape()
                    + ", values are " + values.dtype() + values.shape());
        }
        if (view.buffer().isFrozen()) {
            throw new IllegalStateException("assign: the tensor is frozen: " + describe());
        }
        // Values that are a view of the target's memory would be overwritten while being read.
        Tensor from = values.view.buffer() == view.buffer() ? values.detach().copy() : values.to(backend);
        backend.copy(from.view, view);
    }

    /** A copy on another backend, or this tensor if it is already there. Not recorded. */
    public Tensor to(Backend other) {
        if (other == backend) {
            return this;
        }
        other.requireOpen("to");
        View host = View.dense(download(dtype()), shape());
        Tensor t = new Tensor(other, TensorScope.allocateForResult(other, dtype(), shape()), null, false);
        other.upload(host, t.view);
        return t;
    }

    /** Converts to another element type. The gradient is cast back. */
    public Tensor cast(DType dtype) {
        return dtype == dtype() ? this : run(new LayoutOps.Cast(this, dtype));
    }

    // ---- reductions

    /** Sum of all elements, as a scalar. */
    public Tensor sum() {
        return sum(allAxes());
    }

    /** Sum over axes, which are removed. */
    public Tensor sum(int... axes) {
        return run(new ReductionOps.Sum(this, normalize(axes), false));
    }

    /** Sum over axes, which stay with size 1, so that the result broadcasts to this shape. */
    public Tensor sumKeepingAxes(int... axes) {
        return run(new ReductionOps.Sum(this, normalize(axes), true));
    }

    /** Mean of all elements, as a scalar. */
    public Tensor mean() {
        return mean(allAxes());
    }

    /** Mean over axes, which are removed. */
    public Tensor mean(int... axes) {
        return sum(axes).times(1.0 / elementsAlong(axes));
    }

    /** Mean over axes, which stay with size 1, so that the result broadcasts to this shape. */
    public Tensor meanKeepingAxes(int... axes) {
        return sumKeepingAxes(axes).times(1.0 / elementsAlong(axes));
    }

    long elementsAlong(int... axes) {
        return Arrays.stream(axes).mapToLong(this::size).reduce(1, (a, b) -> a * b);
    }

    /** Maximum along an axis and its position. On ties the first gets the gradient. */
    public ReductionOps.Extreme max(int axis) {
        return ReductionOps.extreme(this, axis, true);
    }

    /** Minimum along an axis and its position. On ties the first gets the gradient. */
    public ReductionOps.Extreme min(int axis) {
        return ReductionOps.extreme(this, axis, false);
    }

    /** Maximum over axes, which are removed; ties share the gradient evenly, as in torch's {@code amax}. */
    public Tensor amax(int... axes) {
        return run(new ReductionOps.SharedMax(this, normalize(axes), false));
    }

    /** {@link #amax}; the axes stay, with size 1. */
    public Tensor amaxKeepingAxes(int... axes) {
        return run(new ReductionOps.SharedMax(this, normalize(axes), true));
    }

    /** Cumulative sum along an axis. */
    public Tensor cumulativeSum(int axis) {
        return onLastAxis(axis, t -> run(new ReductionOps.CumulativeSum(t)));
    }

    // ---- products

    /** Matrix product over the last two axes; leading axes broadcast. A vector on the right counts as a column. */
    public Tensor matmul(Tensor other) {
        if (other.rank() == 1) {
            return matmul(other.insert(1)).squeeze(-1);
        }
        return run(new ProductOps.MatMul(this, other));
    }

    /** {@code this · weightᵀ + bias}; the weight is {@code [out, in]}, the bias {@code [out]} or null. */
    public Tensor linear(Tensor weight, @Nullable Tensor bias) {
        return run(new ProductOps.Linear(this, weight, bias));
    }

    /** {@code activation(this · weightᵀ + bias) + residual}; see {@link ProductOps.Linear}. */
    public Tensor linear(Tensor weight, @Nullable Tensor bias, @Nullable Unary activation, @Nullable Tensor residual) {
        return ProductOps.Linear.of(Grad.isRecording(), this, weight, bias, activation, residual);
    }

    /** Scaled dot-product attention with this as the queries; see {@link AttentionOps.Attention}. */
    public Tensor attention(Tensor keys, Tensor values, @Nullable Tensor bias, double scale) {
        return run(new AttentionOps.Attention(this, keys, values, bias, scale));
    }

    /** The maximum cosine of each prototype over the tokens; see {@link PrototypeOps.PrototypeMaxPool}. */
    public PrototypeOps.PrototypeMaxPool prototypeMaxPool(Tensor prototypes) {
        return PrototypeOps.PrototypeMaxPool.of(this, prototypes, false);
    }

    /** {@link #prototypeMaxPool} with the signs of the prototypes and a straight-through gradient. */
    public PrototypeOps.PrototypeMaxPool binaryPrototypeMaxPool(Tensor prototypes) {
        return PrototypeOps.PrototypeMaxPool.of(this, prototypes, true);
    }

    /** Minimum and maximum dot product of each prototype with the tokens; see {@link PrototypeOps.ProductExtremes}. */
    public PrototypeOps.ProductExtremes productExtremes(Tensor prototypes) {
        return PrototypeOps.ProductExtremes.of(this, prototypes);
    }

    // ---- normalisation

    public Tensor softmax(int axis) {
        return onLastAxis(axis, t -> run(new NormalizationOps.Softmax(t)));
    }

    public Tensor logSoftmax(int axis) {
        return onLastAxis(axis, t -> run(new NormalizationOps.LogSoftmax(t)));
    }

    /** Layer normalisation along the last axis. Weight and bias are {@code [n]}; either may be null. */
    public Tensor layerNorm(@Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return run(new NormalizationOps.LayerNorm(this, weight, bias, eps));
    }

    /** Divides by the Euclidean norm along an axis, which is taken as at least 1e-12. */
    public Tensor l2Normalize(int axis) {
        return onLastAxis(axis, t -> run(new NormalizationOps.L2Normalize(t)));
    }

    /** {@code Σₙ weights[n] x[n] / ‖x[n]‖} over the first axis; see {@link NormalizationOps.UnitSum}. */
    public Tensor unitSum(Tensor weights) {
        return run(new NormalizationOps.UnitSum(this, weights));
    }

    // ---- layout

    /** The same elements in row-major order in another shape. One size may be -1 and is then inferred. */
    public Tensor reshape(long... sizes) {
        return run(new LayoutOps.Reshape(this, LayoutOps.infer(shape(), sizes)));
    }

    public Tensor permute(int... order) {
        return run(new LayoutOps.Permute(this, normalize(order)));
    }

    public Tensor transpose(int a, int b) {
        return permute(shape().exchanged(a, b));
    }

    public Tensor expand(long... sizes) {
        return run(new LayoutOps.Expand(this, Shape.of(sizes)));
    }

    /** {@code count} elements along an axis: {@code start, start + step, …}. The step may be negative. */
    public Tensor slice(int axis, long start, long count, long step) {
        return run(new LayoutOps.Slice(this, shape().axis(axis), start, count, step));
    }

    public Tensor slice(int axis, long start, long count) {
        return slice(axis, start, count, 1);
    }

    /** One position along an axis, which is removed. */
    public Tensor select(int axis, long index) {
        return slice(axis, index, 1).squeeze(axis);
    }

    /** Inserts an axis of size 1 before position {@code axis} (0 to rank; -1 is after the last). */
    public Tensor insert(int axis) {
        return reshape(shape().insert(axis, 1).toArray());
    }

    /** Removes an axis of size 1. */
    public Tensor squeeze(int axis) {
        if (size(axis) != 1) {
            throw new IllegalArgumentException("squeeze: axis " + axis + " of " + shape() + " has not size 1");
        }
        return reshape(shape().without(axis).toArray());
    }

    /** Reverses an axis. */
    public Tensor flip(int axis) {
        return slice(axis, size(axis) - 1, size(axis), -1);
    }

    /** Pads an axis with a constant. */
    public Tensor pad(int axis, long before, long after, double value) {
        return run(new LayoutOps.Pad(this, shape().axis(axis), before, after, value));
    }

    /** A copy in its own memory, recorded as the identity. */
    public Tensor copy() {
        return run(new LayoutOps.Cast(this, dtype()));
    }

    /** Concatenates tensors along an axis. */
    public static Tensor concat(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("concat: needs at least one tensor");
        }
        return run(new LayoutOps.Concat(List.of(parts), parts[0].shape().axis(axis)));
    }

    /** Stacks tensors along a new axis. */
    public static Tensor stack(int axis, Tensor... parts) {
        return concat(axis, Arrays.stream(parts).map(t -> t.insert(axis)).toArray(Tensor[]::new));
    }

    /** {@code out[.., i, ..] = this[.., index[.., i, ..], ..]}; {@code I32} index, of this shape except on the axis. */
    public Tensor gather(int axis, Tensor index) {
        return run(new IndexingOps.Gather(this, shape().axis(axis), index));
    }

    /** The slices at the positions {@code index [n]} along an axis. */
    public Tensor indexSelect(int axis, Tensor index) {
        if (index.rank() != 1) {
            throw new IllegalArgumentException("indexSelect: the index must have one axis, is " + index.shape());
        }
        int a = shape().axis(axis);
        long n = index.size(0);
        return gather(
                a,
                index.reshape(Shape.ones(rank()).with(a, n).toArray())
                        .expand(shape().with(a, n).toArray()));
    }

    // ---- helpers

    private int[] allAxes() {
        int[] axes = new int[rank()];
        Arrays.setAll(axes, i -> i);
        return axes;
    }

    private int[] normalize(int... axes) {
        return Arrays.stream(axes).map(shape()::axis).toArray();
    }

    private Tensor onLastAxis(int axis, UnaryOperator<Tensor> f) {
        int a = shape().axis(axis);
        return a == rank() - 1 ? f.apply(this) : f.apply(transpose(a, -1)).transpose(a, -1);
    }

    /** {@link #describe} and the values as torch prints them: four digits, a few from each end of a large tensor. */
    @Override
    public String toString() {
        return TensorText.of(this);
    }

    /** Type, shape, backend and whether gradients are computed. */
    public String describe() {
        return "Tensor " + dtype() + shape() + " on " + backend.name()
                + (requiresGradient ? ", requires gradient" : "");
    }
}
