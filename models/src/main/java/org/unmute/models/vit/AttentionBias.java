package org.unmute.models.vit;

import org.unmute.tensor.Tensor;

/** A bias added to attention scores before the softmax. */
public interface AttentionBias {
    /**
     * The values to add to the scores.
     *
     * @param queries {@code [batch, heads, tokens, dim / heads]}, unscaled
     * @return a tensor that broadcasts to {@code [batch, heads, tokens, tokens]}, query before key
     */
    Tensor of(Tensor queries);

    /**
     * Attention with this bias: {@code softmax(scale q kᵀ + of(q)) v}.
     *
     * @param q {@code [batch, heads, tokens, dim / heads]}, the shape of {@code k} and {@code v} too
     */
    default Tensor attend(Tensor q, Tensor k, Tensor v, double scale) {
        return q.attention(k, v, of(q), scale);
    }
}
