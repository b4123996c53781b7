package org.unmute.models.vit;

import org.unmute.tensor.Tensor;

/** What an attention adds to its scores before the softmax. */
public interface AttentionBias {
    /**
     * The numbers to add.
     *
     * @param queries {@code [batch, heads, tokens, dim / heads]}, not scaled
     * @return broadcasts to {@code [batch, heads, tokens, tokens]}, query before key
     */
    Tensor of(Tensor queries);

    /**
     * Attention with these numbers added to the scores: {@code softmax(scale q kᵀ + of(q)) v}.
     *
     * @param q {@code [batch, heads, tokens, dim / heads]}, as {@code k} and {@code v}
     */
    default Tensor attend(Tensor q, Tensor k, Tensor v, double scale) {
        return q.attention(k, v, of(q), scale);
    }
}
