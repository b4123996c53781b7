package org.unmute.tensor.backend;

import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/**
 * The memory operations and arithmetic that every backend implements. {@link Backend} composes everything else from
 * them. Ops have already checked the arguments. An output does not overlap an input, except that elementwise methods
 * accept the same view for both.
 */
public interface Primitives {
    /** Whether this backend computes in this type. */
    boolean supports(DType dtype);

    /** New memory, zeroed. The backend chooses the layout: rows may be padded. */
    View allocate(DType dtype, Shape shape);

    /**
     * New memory with undefined contents for a result that the caller writes in full, so that a device need not clear
     * it.
     */
    default View allocateForResult(DType dtype, Shape shape) {
        return allocate(dtype, shape);
    }

    /** Copies from a Java array ({@link HostBuffer}) into this backend's memory, converting the type. */
    void upload(View host, View out);

    /** Copies from this backend's memory into a Java array ({@link HostBuffer}), converting the type. */
    void download(View x, View host);

    /** Sets every element to {@code value}. */
    void fill(View out, double value);

    /** Copies element by element, converting the type if it differs. */
    void copy(View x, View out);

    /** {@code out = f(x)} */
    void unary(Unary f, double p, double q, View x, View out);

    /** {@code gx = gy f'(x)}, where {@code y = f(x)}. */
    void unaryBackward(Unary f, double p, double q, View x, View y, View gy, View gx);

    /**
     * {@code out = f(a, b)}; {@code a} and {@code b} have the shape of {@code out}, with strides of 0 where they are
     * broadcast.
     */
    void binary(Binary f, View a, View b, View out);

    /** {@code out = x scale + shift} */
    void affine(View x, double scale, double shift, View out);

    /** {@code out = condition != 0 ? a : b}; all views have the same shape. */
    void select(View condition, View a, View b, View out);

    /** Reduces the axes along which {@code out} has size 1. {@code x} and {@code out} have equal rank. */
    void reduce(Reduce f, View x, View out);

    /**
     * Maximum or minimum along the last axis, and the position of its first occurrence.
     *
     * @param max true for the maximum, false for the minimum
     * @param x {@code [..., n]}. Not modified.
     * @param values {@code [...]}. Modified.
     * @param indices {@code [...]}, {@code I32}. Modified.
     */
    void extreme(boolean max, View x, View values, View indices);

    /**
     * Matrix product over the last two axes, {@code out = a b}. Transposed operands are views with swapped strides.
     *
     * @param a {@code [..., m, k]}; leading axes as in {@code out}, with strides of 0 if shared
     * @param b {@code [..., k, n]}; likewise
     * @param out {@code [..., m, n]}. Modified.
     */
    void matmul(View a, View b, View out);

    /**
     * {@code out[.., i, ..] = x[.., index[.., i, ..], ..]} along an axis.
     *
     * @param index {@code I32} in the shape of {@code out}, with values from 0 to {@code x.size(axis) - 1}
     */
    void gather(View x, int axis, View index, View out);

    /**
     * {@code out[.., index[.., i, ..], ..] += x[.., i, ..]}. Repeated indices are added in order. Modifies {@code out}.
     */
    void scatterAdd(View x, int axis, View index, View out);

    /** Cumulative sum along the last axis, from the end if {@code reverse}. */
    void cumulativeSum(View x, boolean reverse, View out);

    /**
     * Unfolds windows into columns.
     *
     * @param x {@code [batch, channels, rows, columns]}
     * @param out {@code [batch, channels, height, width, positionsY, positionsX]}. Modified.
     */
    void im2col(View x, SlidingWindow window, View out);

    /**
     * The transpose of {@link #im2col}: adds columns to the positions that they were taken from. Modifies {@code out}.
     */
    void col2im(View columns, SlidingWindow window, View out);
}
