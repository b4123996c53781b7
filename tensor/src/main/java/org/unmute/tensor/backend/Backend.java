package org.unmute.tensor.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.FilterBank;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/**
 * Computes on {@link View}s. The ops have already checked the arguments.
 *
 * <p><b>Numerics.</b> The same input on the same backend and device gives the same bits on any number of threads,
 * because sums run in a fixed order. A backend may sum float32 in float32; the scalar backend, which is the
 * specification, sums in double. NaN propagates, including through maxima and minima.
 *
 * <p><b>Two layers.</b> Every backend implements {@link Primitives}. The default methods here, in {@link RowComposites}
 * and in {@link PrototypeComposites} are composites of primitives, so they work on every backend without leaving the
 * device. A backend overrides those for which one fused kernel is faster.
 *
 * <p>Thread-safe.
 */
public interface Backend extends PrototypeComposites, AutoCloseable {
    /** Short lower-case name, as given to {@code --device}. */
    String name();

    /** One line for users that describes what the backend runs on. */
    String describe();

    /** Whether tensors are in device memory, so that exchanging them with Java arrays costs a copy. */
    default boolean isDevice() {
        return false;
    }

    /**
     * Turns a dense view of a Java array into memory of this backend: the array itself if possible, otherwise a copy.
     *
     * @param host must not be used by the caller afterwards
     */
    default View take(View host) {
        View own = allocateForResult(host.dtype(), host.shape());
        upload(host, own);
        return own;
    }

    /**
     * A read-only float32 weight {@code [out, in]} for {@link #linear}, packed if the backend packs weights.
     *
     * @param source the elements, row-major; not read after this method returns
     */
    default View linearWeight(Shape shape, ElementSource source) {
        HostBuffer elements = HostBuffer.allocate(DType.F32, shape.elements());
        source.read(0, elements.floats(), 0, elements.floats().length);
        return take(View.dense(elements, shape));
    }

    /**
     * Gets the inner loops of a forward pass compiled by the JIT if they would start slow. Returns when that is done or
     * takes too long; results do not depend on it. A short-lived program calls it in its own thread while it reads its
     * files.
     */
    default void warmUp() {}

    /**
     * Releases the backend's resources and waits until its threads have ended. Its tensors cannot be used afterwards.
     * Call it only when no work is running; closing again does nothing.
     */
    @Override
    void close();

    /** Whether {@link #close} was called. A backend without resources, such as {@code scalar}, stays open. */
    default boolean isClosed() {
        return false;
    }

    /**
     * Checks that tensors of this backend can still be used.
     *
     * @param operation the operation about to run, for the error message
     * @throws IllegalStateException if the backend was closed
     */
    default void requireOpen(String operation) {
        if (isClosed()) {
            throw new IllegalStateException(operation + ": backend " + name() + " was closed, and with it every tensor,"
                    + " encoder and probe on it: load them again, on the backend that is open now");
        }
    }

    /**
     * Affine map of the last axis: {@code out = x weightᵀ + bias}.
     *
     * @param x {@code [..., in]}
     * @param weight {@code [out, in]}
     * @param bias {@code [out]} or null
     * @param out {@code [..., out]}. Modified.
     */
    default void linear(View x, View weight, @Nullable View bias, View out) {
        View transposed = weight.transpose(0, 1);
        if (x.shape().rank() == 1) {
            matmul(x.insert(0), transposed, out.insert(0));
        } else {
            Shape batch = x.shape().head(x.shape().rank() - 2);
            matmul(x, transposed.expand(batch.concat(transposed.shape())), out);
        }
        if (bias != null) {
            binary(Binary.ADD, out, bias.expand(out.shape()), out);
        }
    }

    /**
     * {@link #linear(View, View, View, View)} with an epilogue: {@code out = activation(x weightᵀ + bias) +
     * residual}. A fused override gives the same bits as the separate steps.
     *
     * @param bias {@code [out]} or null
     * @param activation a function without constants, or null
     * @param residual shape of {@code out}, or null
     * @param out {@code [..., out]}. Modified.
     */
    default void linear(
            View x, View weight, @Nullable View bias, @Nullable Unary activation, @Nullable View residual, View out) {
        linear(x, weight, bias, out);
        if (activation != null) {
            unary(activation, 0, 0, out, out);
        }
        if (residual != null) {
            binary(Binary.ADD, residual, out, out);
        }
    }

    /**
     * Grouped convolution along tokens with zero padding and an activation, one result per token: {@code out[t, g, o] =
     * activation(bias[g, o] + Σₖ Σᵢ weight[g, o, k, i] x[t + k - taps / 2, g, i])}.
     *
     * @param x {@code [batch, tokens, groups · in]}
     * @param weight {@code [groups, out, taps, in]}
     * @param bias {@code [groups · out]} or null
     * @param activation a function without constants, or null
     * @param out {@code [batch, tokens, groups · out]}. Modified.
     */
    default void convolveTokens(View x, View weight, @Nullable View bias, @Nullable Unary activation, View out) {
        CompositeTokenConvolution.compute(this, x, weight, bias, activation, out);
    }

    /**
     * Affine map of each patch of images. Patches, and the elements within a patch, are in row-major order.
     *
     * @param image {@code [batch, rows, columns]}
     * @param window the patch size and stride; no padding
     * @param weight {@code [out, window.height · window.width]}
     * @param bias {@code [out]} or null
     * @param out {@code [batch, positionsY · positionsX, out]}. Modified.
     */
    default void embedPatches(View image, SlidingWindow window, View weight, @Nullable View bias, View out) {
        long down = image.stride(1);
        long right = image.stride(2);
        Shape shape = Shape.of(
                image.shape().size(0),
                window.positionsY(image.shape().size(1)),
                window.positionsX(image.shape().size(2)),
                window.height(),
                window.width());
        // Patches may overlap in memory, which is safe because the view is only read.
        View seen = new View(
                image.buffer(),
                shape,
                image.offset(),
                image.stride(0),
                window.strideY() * down,
                window.strideX() * right,
                window.dilationY() * down,
                window.dilationX() * right);
        View patches = allocateForResult(image.dtype(), Shape.of(shape.elements()));
        copy(seen, patches.reshape(shape).orElseThrow());
        linear(
                patches.reshape(out.shape().with(-1, (long) window.height() * window.width()))
                        .orElseThrow(),
                weight,
                bias,
                out);
        patches.buffer().close();
    }

    /**
     * Scaled dot-product attention: {@code softmax(scale q kᵀ + bias) v}.
     *
     * @param q {@code [..., queries, d]}
     * @param k {@code [..., keys, d]}
     * @param v {@code [..., keys, e]}
     * @param bias {@code [..., queries, keys]} with strides of 0 if shared, or null; -∞ hides a key
     * @param out {@code [..., queries, e]}. Modified.
     */
    default void attention(View q, View k, View v, @Nullable View bias, double scale, View out) {
        View scores = allocateForResult(q.dtype(), q.shape().with(-1, k.shape().size(-2)));
        attentionWeights(q, k, bias, scale, scores);
        matmul(scores, v, out);
        scores.buffer().close();
    }

    /**
     * Gradients of {@link #attention} without a bias. The attention weights are recomputed instead of kept, because
     * they are the largest tensor of a transformer.
     *
     * @param gy {@code [..., queries, e]}
     * @param gq shape of {@code q}. Modified.
     * @param gk shape of {@code k}. Modified.
     * @param gv shape of {@code v}. Modified.
     */
    default void attentionBackward(View q, View k, View v, double scale, View gy, View gq, View gk, View gv) {
        Shape scores = q.shape().with(-1, k.shape().size(-2));
        View weights = allocateForResult(q.dtype(), scores);
        View gw = allocateForResult(q.dtype(), scores);
        View gs = allocateForResult(q.dtype(), scores);
        attentionWeights(q, k, null, scale, weights);
        matmul(gy, v.transpose(-1, -2), gw);
        softmaxBackward(weights, gw, gs);
        matmul(gs, k, gq);
        matmul(gs.transpose(-1, -2), q, gk);
        matmul(weights.transpose(-1, -2), gy, gv);
        affine(gq, scale, 0, gq);
        affine(gk, scale, 0, gk);
        View.close(weights, gw, gs);
    }

    /**
     * {@link #attention} with a bias that a gate scales for each query: {@code softmax(scale q kᵀ + gate bias) v}. The
     * product of gate and bias is the largest tensor of such a transformer, so this method computes it for one entry of
     * the first axis at a time; a fused override never stores it.
     *
     * @param bias {@code [..., queries, keys]} with strides of 0 if shared
     * @param gate {@code [..., queries, 1]}
     * @param out {@code [..., queries, e]}. Modified.
     */
    default void gatedAttention(View q, View k, View v, View bias, View gate, double scale, View out) {
        if (q.shape().rank() > 3) {
            for (long i = 0; i < q.shape().size(0); i++) {
                gatedAttention(
                        q.select(0, i),
                        k.select(0, i),
                        v.select(0, i),
                        bias.select(0, i),
                        gate.select(0, i),
                        scale,
                        out.select(0, i));
            }
            return;
        }
        View product = allocateForResult(q.dtype(), bias.shape());
        binary(Binary.MUL, gate.expand(bias.shape()), bias, product);
        attention(q, k, v, product, scale, out);
        product.buffer().close();
    }

    /** The softmax in {@link #attention}, written to {@code weights [..., queries, keys]}. */
    default void attentionWeights(View q, View k, @Nullable View bias, double scale, View weights) {
        View scores = allocateForResult(q.dtype(), weights.shape());
        matmul(q, k.transpose(-1, -2), scores);
        affine(scores, scale, 0, scores);
        if (bias != null) {
            binary(Binary.ADD, scores, bias, scores);
        }
        softmax(scores, weights);
        scores.buffer().close();
    }

    /** Whether this backend computes {@link #filterBank} in one fused kernel. */
    default boolean hasFilterBank() {
        return isDevice();
    }

    /**
     * Mel energies, or their logarithms, of each frame of clips of equal length.
     *
     * @param samples {@code [clips, samples]}
     * @param out {@code [clips, frames, bands]}, {@link FilterBank#count} frames. Modified.
     */
    default void filterBank(View samples, FilterBank f, View out) {
        new CompositeFilterBank(this, f, samples.dtype()).compute(samples, out);
    }

    /**
     * {@code out = Σₙ weights[n] x[n] / max(‖x[n]‖, 1e-12)}, norms along the last axis.
     *
     * @param x {@code [n, ..., dim]}
     * @param weights {@code [n]}
     * @param out {@code [..., dim]}. Modified.
     */
    default void unitSum(View x, View weights, View out) {
        new CompositeUnitSum(this, x, weights).forward(out);
    }

    /**
     * Gradients of {@link #unitSum}, written to {@code gx} and {@code gweights}, which have the shapes of {@code x} and
     * {@code weights}; either may be null.
     */
    default void unitSumBackward(View x, View weights, View gy, @Nullable View gx, @Nullable View gweights) {
        new CompositeUnitSum(this, x, weights).backward(gy, gx, gweights);
    }

    /**
     * Two-dimensional convolution. The windows of a whole batch are never in memory at once.
     *
     * @param x {@code [batch, in, rows, columns]}
     * @param weight {@code [out, in / groups, height, width]}
     * @param out {@code [batch, out, positionsY, positionsX]}. Modified.
     */
    default void convolve(View x, View weight, SlidingWindow window, int groups, View out) {
        new CompositeConvolution(this, x, weight, window, groups).forward(x, weight, out);
    }

    /**
     * Gradients of {@link #convolve}, written to {@code gx} and {@code gweight}, which have the shapes of {@code x} and
     * {@code weight}; either may be null.
     */
    default void convolveBackward(
            View x, View weight, SlidingWindow window, int groups, View gy, @Nullable View gx, @Nullable View gweight) {
        new CompositeConvolution(this, x, weight, window, groups).backward(x, weight, gy, gx, gweight);
    }

    /**
     * Convolution of each channel by itself with an activation, channels last.
     *
     * @param x {@code [batch, rows, columns, channels]}
     * @param weight {@code [height, width, channels]}
     * @param bias {@code [channels]} or null
     * @param activation a function without constants, or null
     * @param out {@code [batch, positionsY, positionsX, channels]}. Modified.
     */
    default void convolveDepthwise(
            View x, View weight, @Nullable View bias, @Nullable Unary activation, SlidingWindow window, View out) {
        new CompositeDepthwise(this, x, window).forward(weight, bias, activation, out);
    }

    /**
     * Gradients of {@link #convolveDepthwise} without bias and activation, written to {@code gx} and {@code gweight},
     * which have the shapes of {@code x} and {@code weight}; either may be null.
     */
    default void convolveDepthwiseBackward(
            View x, View weight, SlidingWindow window, View gy, @Nullable View gx, @Nullable View gweight) {
        new CompositeDepthwise(this, x, window).backward(weight, gy, gx, gweight);
    }

    /**
     * One step of AdamW with decoupled weight decay, as in torch: {@code w -= lr decay w}, then {@code w -= lr / (1 -
     * β₁ᵗ) · m / (√(v / (1 - β₂ᵗ)) + eps)}.
     *
     * @param weight the parameter. Modified.
     * @param m first moment. Modified.
     * @param v second moment. Modified.
     * @param step {@code t}, counted from 1
     */
    default void adamW(
            View weight,
            View gradient,
            View m,
            View v,
            double rate,
            double beta1,
            double beta2,
            double eps,
            double decay,
            long step) {
        new CompositeAdamW(this, rate, beta1, beta2, eps, decay).step(weight, gradient, m, v, step);
    }
}
