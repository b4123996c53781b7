package org.unmute.tensor.backend;

import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.FilterBank;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/**
 * The arithmetic seam: does the work on {@link View}s it is given, without checking arguments again.
 *
 * <p><b>Numerics.</b> The same input on the same backend and device gives the same bits, whatever the number of
 * threads: sums run in a fixed order. float32 sums may be taken in float32; the scalar backend takes them in double and
 * is the specification. NaN propagates; in maxima and minima NaN wins.
 *
 * <p><b>Two layers.</b> {@link Primitives} is what every backend writes. The default methods in {@link RowComposites} and here
 * are composites of them: correct on every backend from the day they are added, and on the same device. A backend
 * overrides those where one fused kernel is faster.
 *
 * <p>Thread-safe.
 */
public interface Backend extends RowComposites, AutoCloseable {
    /** Short lower-case name, as {@code --device} takes it. */
    String name();

    /** One line for people: what it runs on. */
    String describe();

    /** Whether memory here is a device's own, so that numbers from Java arrays and back cost a copy. */
    default boolean isDevice() {
        return false;
    }

    /**
     * A dense view of a Java array as memory of this backend: the array itself where that is possible, or a copy.
     *
     * @param host not to be used otherwise from now on
     */
    default View take(View host) {
        View own = allocateForResult(host.dtype(), host.shape());
        upload(host, own);
        return own;
    }

    /**
     * A dense float32 weight {@code [out, in]} for {@link #linear}, not to be written to: in the form in which it is
     * multiplied with, where a backend has one of its own.
     *
     * @param source its elements, row-major; read before this returns, and not afterwards
     */
    default View linearWeight(Shape shape, ElementSource source) {
        HostBuffer elements = HostBuffer.allocate(DType.F32, shape.elements());
        source.read(0, elements.floats(), 0, elements.floats().length);
        return take(View.dense(elements, shape));
    }

    /**
     * Readies the innermost loops of a forward pass, where they are slow at first, and returns when that is done or has
     * taken too long. Results do not depend on it. For a thread of its own while a program that has only one thing to
     * compute reads its files.
     */
    default void warmUp() {}

    /** Releases what the backend holds. Its tensors cannot be used afterwards. */
    @Override
    void close();

    /**
     * Affine map of the last axis: {@code out = x weightᵀ + bias}.
     *
     * @param x {@code [..., in]}
     * @param weight {@code [out, in]}
     * @param bias {@code [out]} or null
     * @param out {@code [..., out]}. Modified.
     */
    default void linear(View x, View weight, View bias, View out) {
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
     * {@link #linear(View, View, View, View)} and what follows it in transformers: {@code out = activation(x weightᵀ +
     * bias) + residual}. A fused override gives the same bits as the steps one by one.
     *
     * @param bias {@code [out]} or null
     * @param activation a function without constants, or null
     * @param residual shape of {@code out}, or null
     * @param out {@code [..., out]}. Modified.
     */
    default void linear(View x, View weight, View bias, Unary activation, View residual, View out) {
        linear(x, weight, bias, out);
        if (activation != null) {
            unary(activation, 0, 0, out, out);
        }
        if (residual != null) {
            binary(Binary.ADD, residual, out, out);
        }
    }

    /**
     * Convolution along tokens, in groups of channels, and a function of it. Zeros stand before and after the tokens,
     * so that there is one result a token: {@code out[t, g, o] = activation(bias[g, o] + Σₖ Σᵢ weight[g, o, k, i] x[t +
     * k - taps / 2, g, i])}.
     *
     * @param x {@code [batch, tokens, groups · in]}
     * @param weight {@code [groups, out, taps, in]}
     * @param bias {@code [groups · out]} or null
     * @param activation a function without constants, or null
     * @param out {@code [batch, tokens, groups · out]}. Modified.
     */
    default void convolveTokens(View x, View weight, View bias, Unary activation, View out) {
        CompositeTokenConvolution.compute(this, x, weight, bias, activation, out);
    }

    /**
     * Affine map of each patch of images, patches row by row, the numbers of a patch row by row.
     *
     * @param image {@code [batch, rows, columns]}
     * @param window a patch and how far apart patches start; no padding
     * @param weight {@code [out, window.height · window.width]}
     * @param bias {@code [out]} or null
     * @param out {@code [batch, positionsY · positionsX, out]}. Modified.
     */
    default void embedPatches(View image, SlidingWindow window, View weight, View bias, View out) {
        long down = image.stride(1);
        long right = image.stride(2);
        Shape shape = Shape.of(
                image.shape().size(0),
                window.positionsY(image.shape().size(1)),
                window.positionsX(image.shape().size(2)),
                window.height(),
                window.width());
        // Patches may overlap in memory: of what is only read a view may.
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
     * @param bias {@code [..., queries, keys]} by strides of 0 if shared, or null; -∞ hides a key
     * @param out {@code [..., queries, e]}. Modified.
     */
    default void attention(View q, View k, View v, View bias, double scale, View out) {
        View scores = allocateForResult(q.dtype(), q.shape().with(-1, k.shape().size(-2)));
        attentionWeights(q, k, bias, scale, scores);
        matmul(scores, v, out);
        scores.buffer().close();
    }

    /**
     * Gradients of {@link #attention} without a bias. The weights are computed again rather than kept: they are the
     * largest tensor of a transformer.
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
        for (View used : new View[] {weights, gw, gs}) {
            used.buffer().close();
        }
    }

    /**
     * {@link #attention} with a bias that is weighed for each query: {@code softmax(scale q kᵀ + gate bias) v}. The
     * product of gate and bias is the largest tensor of such a transformer; here it is made for one entry of the first
     * axis at a time, a fused override makes none.
     *
     * @param bias {@code [..., queries, keys]} by strides of 0 if shared
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

    /** The softmax in {@link #attention}; {@code weights} is {@code [..., queries, keys]}. Modified. */
    default void attentionWeights(View q, View k, View bias, double scale, View weights) {
        View scores = allocateForResult(q.dtype(), weights.shape());
        matmul(q, k.transpose(-1, -2), scores);
        affine(scores, scale, 0, scores);
        if (bias != null) {
            binary(Binary.ADD, scores, bias, scores);
        }
        softmax(scores, weights);
        scores.buffer().close();
    }

    /** Whether {@link #filterBank} is one kernel here, not the steps one by one. */
    default boolean hasFilterBank() {
        return isDevice();
    }

    /**
     * Energies of mel bands, or their logarithms, of the frames of clips of one length.
     *
     * @param samples {@code [clips, samples]}
     * @param out {@code [clips, frames, bands]}, {@link FilterBank#count} frames. Modified.
     */
    default void filterBank(View samples, FilterBank f, View out) {
        new CompositeFilterBank(this, f, samples.dtype()).compute(samples, out);
    }

    /**
     * For each prototype the greatest cosine over a clip's tokens and the winning token (paper, section 4, equations 2
     * and 3): {@code values[b, j] = maxₙ cos(tokens[b, n], prototypes[j])}. The first token wins ties; NaN wins over
     * all. A fused override never writes the {@code [tokens, prototypes]} similarities. With frames in place of clips,
     * {@code [batch · time, freq, dim]}, this is the maximum over frequency only.
     *
     * @param tokens {@code [batch, tokens, dim]}
     * @param prototypes {@code [prototypes, dim]}
     * @param values {@code [batch, prototypes]}. Modified.
     * @param winners {@code [batch, prototypes]}, {@code I32}. Modified.
     */
    default void prototypeMaxPool(View tokens, View prototypes, View values, View winners) {
        View x = allocate(tokens.dtype(), tokens.shape());
        View p = allocate(tokens.dtype(), prototypes.shape());
        l2Normalize(tokens, x);
        l2Normalize(prototypes, p);
        long n = tokens.shape().size(1);
        View similarities = allocate(tokens.dtype(), values.shape().insert(2, n));
        matmul(p.expand(values.shape().head(1).concat(p.shape())), x.transpose(1, 2), similarities);
        extreme(true, similarities, values, winners);
        similarities.buffer().close();
        x.buffer().close();
        p.buffer().close();
    }

    /**
     * Gradients of {@link #prototypeMaxPool}. Only winners take part: O(batch · prototypes · dim).
     *
     * @param winners as the forward pass left them
     * @param gy {@code [batch, prototypes]}
     * @param gtokens {@code [batch, tokens, dim]} or null. Modified.
     * @param gprototypes {@code [prototypes, dim]} or null. Modified.
     */
    default void prototypeMaxPoolBackward(
            View tokens, View prototypes, View winners, View gy, View gtokens, View gprototypes) {
        CompositePrototypeGradient.compute(this, tokens, prototypes, winners, gy, gtokens, gprototypes);
    }

    /**
     * For each prototype the least and the greatest product with a clip's tokens, and the tokens that give them; the
     * first token wins ties, NaN over all. The {@code [tokens, prototypes]} products of a batch are never held.
     *
     * @param tokens {@code [batch, tokens, dim]}
     * @param prototypes {@code [prototypes, dim]}
     * @param values {@code [2, batch, prototypes]}, least first. Modified.
     * @param winners {@code [2, batch, prototypes]}, {@code I32}. Modified.
     */
    default void productExtremes(View tokens, View prototypes, View values, View winners) {
        CompositeProductExtremes.forward(this, tokens, prototypes, values, winners);
    }

    /**
     * Gradients of {@link #productExtremes}. Only winners take part.
     *
     * @param gy {@code [2, batch, prototypes]}
     * @param gtokens {@code [batch, tokens, dim]} or null. Modified.
     * @param gprototypes {@code [prototypes, dim]} or null. Modified.
     */
    default void productExtremesBackward(
            View tokens, View prototypes, View winners, View gy, View gtokens, View gprototypes) {
        CompositeProductExtremes.backward(this, tokens, prototypes, winners, gy, gtokens, gprototypes);
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
     * Gradients of {@link #unitSum}; {@code gx} and {@code gweights}, of the shapes of x and weights, may be null.
     * Modified.
     */
    default void unitSumBackward(View x, View weights, View gy, View gx, View gweights) {
        new CompositeUnitSum(this, x, weights).backward(gy, gx, gweights);
    }

    /**
     * Two-dimensional convolution. The windows of a batch are never held.
     *
     * @param x {@code [batch, in, rows, columns]}
     * @param weight {@code [out, in / groups, height, width]}
     * @param out {@code [batch, out, positionsY, positionsX]}. Modified.
     */
    default void convolve(View x, View weight, SlidingWindow window, int groups, View out) {
        new CompositeConvolution(this, x, weight, window, groups).forward(x, weight, out);
    }

    /**
     * Gradients of {@link #convolve}; {@code gx} and {@code gweight}, of the shapes of x and weight, may be null.
     * Modified.
     */
    default void convolveBackward(
            View x, View weight, SlidingWindow window, int groups, View gy, View gx, View gweight) {
        new CompositeConvolution(this, x, weight, window, groups).backward(x, weight, gy, gx, gweight);
    }

    /**
     * {@link #prototypeMaxPool} with the signs of the prototypes in place of the prototypes (paper, equation 1): +1 for
     * 0 of either sign. A prototype with an entry that is not finite gives NaN. A fused override packs the signs, one
     * bit an entry.
     *
     * <p>Also in float32 the winner is the token with the greatest cosine in exact arithmetic, the first of equal ones,
     * as far as float64 can tell: a winner that rounding picks gives another gradient, and training on one backend
     * would soon part from training on another.
     *
     * @param tokens {@code [batch, tokens, dim]}, in {@code F16} too if {@link #supportsF16Tokens()}
     */
    default void binaryPrototypeMaxPool(View tokens, View prototypes, View values, View winners) {
        View signs = CompositePrototypeGradient.signs(this, prototypes);
        prototypeMaxPool(tokens, signs, values, winners);
        signs.buffer().close();
    }

    /**
     * Whether {@link #binaryPrototypeMaxPool} and its gradient of prototypes take tokens in {@code F16}, a clip at a
     * time.
     */
    default boolean supportsF16Tokens() {
        return false;
    }

    /**
     * Gradients of {@link #binaryPrototypeMaxPool}; that of the prototypes passes the sign as if it were the identity.
     */
    default void binaryPrototypeMaxPoolBackward(
            View tokens, View prototypes, View winners, View gy, View gtokens, View gprototypes) {
        View signs = CompositePrototypeGradient.signs(this, prototypes);
        prototypeMaxPoolBackward(tokens, signs, winners, gy, gtokens, gprototypes);
        signs.buffer().close();
    }

    /**
     * One step of AdamW with decoupled weight decay, as torch's: {@code w -= lr decay w}, then
     * {@code w -= lr / (1 - β₁ᵗ) · m / (√(v / (1 - β₂ᵗ)) + eps)}.
     *
     * @param weight the parameter. Modified.
     * @param m first moment. Modified.
     * @param v second moment. Modified.
     * @param step t, from 1
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
