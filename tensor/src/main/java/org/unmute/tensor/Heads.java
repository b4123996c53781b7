package org.unmute.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Masked attention and multi-head self-attention, built on {@link Tensor#attention}. */
public final class Heads {
    private Heads() {}

    /**
     * {@code softmax(scale q kᵀ + bias) v} with a mask. A query that attends to no key gives NaN.
     *
     * @param q {@code [..., queries, d]}
     * @param k {@code [..., keys, d]}
     * @param v {@code [..., keys, e]}
     * @param bias broadcasts to {@code [..., queries, keys]}, or null
     * @param mask broadcasts likewise, 0 hides a key; or null
     */
    public static Tensor attention(
            Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, @Nullable Tensor mask, double scale) {
        if (mask == null) {
            return q.attention(k, v, bias, scale);
        }
        Tensor hidden = q.scalarLike(Double.NEGATIVE_INFINITY);
        return q.attention(k, v, mask.where(bias == null ? q.scalarLike(0) : bias, hidden), scale);
    }

    /**
     * The causal mask for {@link #attention}: query {@code i} attends to keys 0 to {@code i}; {@code I32 [queries,
     * keys]}.
     */
    public static Tensor causalMask(Tensor q, Tensor k) {
        int queries = q.shape().dim(-2);
        int keys = k.shape().dim(-2);
        int[] visible = new int[Math.multiplyExact(queries, keys)];
        Arrays.setAll(visible, i -> i % keys <= i / keys ? 1 : 0);
        return Tensor.of(q.backend(), visible, queries, keys);
    }

    /**
     * Multi-head self-attention with packed weights, as in timm. The packed projection has output channels {@code [q |
     * k | v]}, each split into heads; the scale is {@code 1/√(dim / heads)}.
     *
     * @param x {@code [batch, tokens, dim]}
     * @param packedWeight {@code [3 dim, dim]}
     * @param packedBias {@code [3 dim]} or null
     * @param outWeight {@code [dim, dim]}
     * @param outBias {@code [dim]} or null
     */
    public static Tensor selfAttention(
            Tensor x,
            Tensor packedWeight,
            @Nullable Tensor packedBias,
            Tensor outWeight,
            @Nullable Tensor outBias,
            int heads) {
        if (x.rank() != 3 || heads < 1 || x.size(2) % heads != 0) {
            throw new IllegalArgumentException("selfAttention: x is " + x.shape()
                    + " [batch, tokens, dim], which does not split into " + heads + " heads");
        }
        long batch = x.size(0);
        long tokens = x.size(1);
        long dim = x.size(2);
        long head = dim / heads;
        Tensor packed = x.linear(packedWeight, packedBias)
                .reshape(batch, tokens, 3, heads, head)
                .permute(2, 0, 3, 1, 4);
        Tensor mixed =
                packed.select(0, 0).attention(packed.select(0, 1), packed.select(0, 2), null, 1 / Math.sqrt(head));
        return mixed.transpose(1, 2).reshape(batch, tokens, dim).linear(outWeight, outBias);
    }
}
