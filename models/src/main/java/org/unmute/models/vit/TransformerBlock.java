package org.unmute.models.vit;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * One transformer block.
 *
 * @param kind where it normalizes
 * @param alpha weight of the input in the sums of a deep block; without effect in others
 */
public record TransformerBlock(
        Kind kind, LayerNorm norm1, Attention attention, LayerNorm norm2, FeedForward mlp, double alpha) {
    /** Where a block normalizes. */
    public enum Kind {
        /** Before each part: {@code x += A(LN₁ x)}, {@code x += M(LN₂ x)}. */
        PRE,
        /** After each sum: {@code x = LN₁(x + A(x))}, {@code x = LN₂(x + M(x))}. */
        POST,
        /** As post with {@code α x} in place of {@code x} in the sums, {@code α = (2 depth)^¼}. */
        DEEP
    }

    /** A block that is not deep. */
    public TransformerBlock(Kind kind, LayerNorm norm1, Attention attention, LayerNorm norm2, FeedForward mlp) {
        this(kind, norm1, attention, norm2, mlp, 1);
    }

    /** {@code [batch, tokens, dim]} to the same. */
    public Tensor apply(Tensor x) {
        return apply(x, null);
    }

    /**
     * {@code [batch, tokens, dim]} to the same.
     *
     * @param attended receives the output of the attention, {@code [batch, tokens, dim]}; null if it is not needed on
     *     its own, which saves writing it
     */
    public Tensor apply(Tensor x, Consumer<Tensor> attended) {
        Supplier<Tensor> half = kind == Kind.PRE
                ? () -> attention.apply(norm1.apply(x), x, attended)
                : () -> norm1.apply(attention.apply(x, weighted(x), attended));
        // Releases intermediate tensors unless one of them is handed out.
        Tensor y = attended == null ? TensorScope.only(half) : half.get();
        return TensorScope.only(
                () -> kind == Kind.PRE ? mlp.apply(norm2.apply(y), y) : norm2.apply(mlp.apply(y, weighted(y))));
    }

    private Tensor weighted(Tensor x) {
        return kind == Kind.DEEP ? x.times(alpha) : x;
    }

    /**
     * How much the first token, which is the class token where there is one, attends to each token in this block.
     *
     * @param x the block's input, {@code [batch, tokens, dim]}
     * @return {@code [batch, heads, tokens]}; sums to 1 over the tokens
     */
    public Tensor firstTokenAttention(Tensor x) {
        return attention.ofFirstToken(kind == Kind.PRE ? norm1.apply(x) : x);
    }
}
