package org.unmute.tensor.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.Unary;

/**
 * Operations on rows, as composites of {@link Primitives}. A row runs along the last axis; the other axes count rows.
 */
public interface RowComposites extends Primitives {
    /** Lower limit of norms, as in torch's {@code normalize}. */
    double NORM_FLOOR = 1e-12;

    /** {@code x} minus its maximum along the last axis, exponentiated and divided by the sum; -∞ gives 0. */
    default void softmax(View x, View out) {
        View row = perRow(x);
        reduce(Reduce.MAX, x, row);
        binary(Binary.SUB, x, row.expand(x.shape()), out);
        unary(Unary.EXP, 0, 0, out, out);
        reduce(Reduce.SUM, out, row);
        binary(Binary.DIV, out, row.expand(x.shape()), out);
        row.buffer().close();
    }

    /** {@code gx = y (gy - Σ gy y)} along the last axis. */
    default void softmaxBackward(View y, View gy, View gx) {
        View row = perRow(y);
        binary(Binary.MUL, y, gy, gx);
        reduce(Reduce.SUM, gx, row);
        binary(Binary.SUB, gy, row.expand(y.shape()), gx);
        binary(Binary.MUL, gx, y, gx);
        row.buffer().close();
    }

    /** Logarithm of {@link #softmax}, accurate even for small probabilities. */
    default void logSoftmax(View x, View out) {
        View row = perRow(x);
        View exp = allocate(x.dtype(), x.shape());
        reduce(Reduce.MAX, x, row);
        binary(Binary.SUB, x, row.expand(x.shape()), out);
        unary(Unary.EXP, 0, 0, out, exp);
        reduce(Reduce.SUM, exp, row);
        unary(Unary.LOG, 0, 0, row, row);
        binary(Binary.SUB, out, row.expand(x.shape()), out);
        View.close(exp, row);
    }

    /** {@code gx = gy - exp(y) Σ gy} along the last axis. */
    default void logSoftmaxBackward(View y, View gy, View gx) {
        View row = perRow(y);
        reduce(Reduce.SUM, gy, row);
        unary(Unary.EXP, 0, 0, y, gx);
        binary(Binary.MUL, gx, row.expand(y.shape()), gx);
        binary(Binary.SUB, gy, gx, gx);
        row.buffer().close();
    }

    /**
     * Layer normalisation along the last axis: {@code (x - mean) / √(var + eps) weight + bias}, with the biased
     * variance.
     *
     * @param weight {@code [n]} or null
     * @param bias {@code [n]} or null
     */
    default void layerNorm(View x, @Nullable View weight, @Nullable View bias, double eps, View out) {
        new CompositeLayerNorm(this, x, weight, eps).forward(bias, out);
    }

    /**
     * Gradients of {@link #layerNorm}.
     *
     * @param weight {@code [n]} or null
     * @param gx shape of {@code x}. Modified.
     * @param gweight {@code [n]} or null. Modified.
     * @param gbias {@code [n]} or null. Modified.
     */
    default void layerNormBackward(
            View x, @Nullable View weight, double eps, View gy, View gx, @Nullable View gweight, @Nullable View gbias) {
        new CompositeLayerNorm(this, x, weight, eps).backward(gy, gx, gweight, gbias);
    }

    /** {@code x / max(‖x‖, 1e-12)} along the last axis. */
    default void l2Normalize(View x, View out) {
        View norm = perRow(x);
        rowNorms(x, norm, out);
        binary(Binary.DIV, x, norm.expand(x.shape()), out);
        norm.buffer().close();
    }

    /** {@code gx = (gy - y Σ gy y) / ‖x‖}, or {@code gy / 1e-12} where the norm is below 1e-12. */
    default void l2NormalizeBackward(View x, View y, View gy, View gx) {
        View norm = perRow(x);
        View dot = perRow(x);
        rowNorms(x, norm, gx);
        binary(Binary.MUL, gy, y, gx);
        reduce(Reduce.SUM, gx, dot);
        // A norm clamped to the floor is a constant, so the projection term vanishes.
        View floor = perRow(x);
        View above = perRow(x);
        fill(floor, NORM_FLOOR);
        binary(Binary.GREATER, norm, floor, above);
        binary(Binary.MUL, dot, above, dot);
        binary(Binary.MUL, y, dot.expand(x.shape()), gx);
        binary(Binary.SUB, gy, gx, gx);
        binary(Binary.DIV, gx, norm.expand(x.shape()), gx);
        View.close(norm, dot, floor, above);
    }

    /**
     * Binary cross-entropy of logits, summed along each row: {@code -Σ [weight y log σ(x) + (1 - y) log σ(-x)]}.
     *
     * @param x logits {@code [..., n]}
     * @param y targets, shape of {@code x}
     * @param weight {@code [n]} or null for 1
     * @param loss {@code [..., 1]}. Modified.
     */
    default void binaryCrossEntropy(View x, View y, @Nullable View weight, View loss) {
        new CompositeCrossEntropy(this, x, y, weight).binary(loss);
    }

    /**
     * {@code gx = gloss ((1 - y) σ(x) - weight y σ(-x))}, the gradient of {@link #binaryCrossEntropy}; {@code gloss} is
     * {@code [..., 1]}.
     */
    default void binaryCrossEntropyBackward(View x, View y, @Nullable View weight, View gloss, View gx) {
        new CompositeCrossEntropy(this, x, y, weight).binaryBackward(gloss, gx);
    }

    /**
     * Softmax cross-entropy of logits, summed along each row: {@code -Σ weight q log softmax(x)} with {@code q =
     * keep y + share}.
     *
     * @param x logits {@code [..., n]}
     * @param y targets, shape of {@code x}
     * @param weight {@code [n]} or null for 1
     * @param loss {@code [..., 1]}. Modified.
     */
    default void crossEntropy(View x, View y, @Nullable View weight, double keep, double share, View loss) {
        new CompositeCrossEntropy(this, x, y, weight).softmax(keep, share, loss);
    }

    /**
     * {@code gx = gloss (softmax(x) Σ weight q - weight q)}, the gradient of {@link #crossEntropy}; {@code gloss} is
     * {@code [..., 1]}.
     */
    default void crossEntropyBackward(
            View x, View y, @Nullable View weight, double keep, double share, View gloss, View gx) {
        new CompositeCrossEntropy(this, x, y, weight).softmaxBackward(keep, share, gloss, gx);
    }

    /** Workspace with one element per row of {@code x}: the shape of {@code x} with a last axis of size 1. */
    private View perRow(View x) {
        return allocate(x.dtype(), x.shape().with(-1, 1));
    }

    /** {@code norm = max(‖x‖, 1e-12)} of each row; {@code scratch} has the shape of {@code x}. */
    private void rowNorms(View x, View norm, View scratch) {
        unary(Unary.SQUARE, 0, 0, x, scratch);
        reduce(Reduce.SUM, scratch, norm);
        unary(Unary.SQRT, 0, 0, norm, norm);
        unary(Unary.CLAMP, NORM_FLOOR, Double.POSITIVE_INFINITY, norm, norm);
    }
}
