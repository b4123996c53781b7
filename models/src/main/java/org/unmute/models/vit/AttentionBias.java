package org.unmute.models.vit;

import org.unmute.tensor.Tensor;

/** Added to the scores of an attention before the softmax. */
public interface AttentionBias {
    /**
     * The values to add.
     *
     * @param queries {@code [batch, heads, tokens, dim / heads]}, not scaled
     * @return broadcasts to {@code [batch, heads, tokens, tokens]}, query before key
     */
    Tensor of(Tensor queries);

    /**
     * Attention with this bias: {@code softmax(scale q kᵀ + of(q)) v}.
     *
     * @param q {@code [batch, heads, tokens, dim / heads]}, as {@code k} and {@code v}
     */
    default Tensor attend(Tensor q, Tensor k, Tensor v, double scale) {
        return q.attention(k, v, of(q), scale);
    }
}
