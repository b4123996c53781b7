package org.unmute.models.vit;

import org.unmute.tensor.Tensor;

/** What an attention adds to its scores before the softmax. */
@FunctionalInterface
public interface ScoreBias {
    /**
     * The numbers to add.
     *
     * @param queries {@code [batch, heads, tokens, dim / heads]}, not scaled
     * @return broadcasts to {@code [batch, heads, tokens, tokens]}, query before key
     */
    Tensor of(Tensor queries);
}
