package org.unmute.models.vit;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * One transformer block.
 *
 * @param kind where the block normalizes
 * @param alpha weight of the input in the sums of a {@link Kind#DEEP} block; ignored in others
 */
public record TransformerBlock(
        Kind kind, LayerNorm norm1, Attention attention, LayerNorm norm2, FeedForward mlp, double alpha) {
    /** Where a block normalizes. */
    public enum Kind {
        /** Before each sublayer: {@code x += A(LN₁ x)}, {@code x += M(LN₂ x)}. */
        PRE,
        /** After each sum: {@code x = LN₁(x + A(x))}, {@code x = LN₂(x + M(x))}. */
        POST,
        /** As {@link #POST}, but with {@code α x} in place of {@code x} in the sums, {@code α = (2 depth)^¼}. */
        DEEP
    }

    /** Creates a block of another kind than {@link Kind#DEEP}. */
    public TransformerBlock(Kind kind, LayerNorm norm1, Attention attention, LayerNorm norm2, FeedForward mlp) {
        this(kind, norm1, attention, norm2, mlp, 1);
    }

    /** Maps {@code [batch, tokens, dim]} to the same shape. */
    public Tensor apply(Tensor x) {
        return apply(x, null);
    }

    /**
     * Maps {@code [batch, tokens, dim]} to the same shape.
     *
     * @param attended receives the output of the attention, {@code [batch, tokens, dim]}; null if it is not needed,
     *     which saves writing it
     */
    public Tensor apply(Tensor x, @Nullable Consumer<Tensor> attended) {
        Supplier<Tensor> half = kind == Kind.PRE
                ? () -> attention.apply(norm1.apply(x), x, attended)
                : () -> norm1.apply(attention.apply(x, weighted(x), attended));
        // Releases intermediate tensors unless one of them is handed out.
        Tensor y = attended == null ? TensorScope.only(half) : half.get();
        return TensorScope.only(() -> second(y));
    }

    private Tensor second(Tensor y) {
        return kind == Kind.PRE ? mlp.apply(norm2.apply(y), y) : norm2.apply(mlp.apply(y, weighted(y)));
    }

    private Tensor weighted(Tensor x) {
        return kind == Kind.DEEP ? x.times(alpha) : x;
    }

    /**
     * The attention that the first token, usually the class token, pays to each token in this block.
     *
     * @param x the block's input, {@code [batch, tokens, dim]}
     * @return {@code [batch, heads, tokens]}; sums to 1 over the tokens
     */
    public Tensor firstTokenAttention(Tensor x) {
        return attention.ofFirstToken(kind == Kind.PRE ? norm1.apply(x) : x);
    }
}
