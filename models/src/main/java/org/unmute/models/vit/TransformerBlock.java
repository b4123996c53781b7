package org.unmute.models.vit;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * One transformer block. The three kinds differ in where they normalize:
 *
 * <ul>
 *   <li>pre: {@code x += A(LN₁ x)}, {@code x += M(LN₂ x)}
 *   <li>post: {@code x = LN₁(x + A(x))}, {@code x = LN₂(x + M(x))}
 *   <li>deep: post with {@code α x} in place of {@code x} in the sums, {@code α = (2 depth)^¼}
 * </ul>
 */
public sealed interface TransformerBlock {
    /**
     * {@code [batch, tokens, dim]} to the same.
     *
     * @param attended receives the output of the attention, {@code [batch, tokens, dim]}; null if it is not needed on
     *     its own, which saves writing it
     */
    Tensor apply(Tensor x, Consumer<Tensor> attended);

    /** {@code [batch, tokens, dim]} to the same. */
    default Tensor apply(Tensor x) {
        return apply(x, null);
    }

    /**
     * How much the first token, which is the class token where there is one, attends to each token in this block.
     *
     * @param x the block's input, {@code [batch, tokens, dim]}
     * @return {@code [batch, heads, tokens]}; sums to 1 over the tokens
     */
    Tensor firstTokenAttention(Tensor x);

    /** The first half of a block; releases intermediate tensors unless one of them is handed out. */
    private static Tensor firstHalf(Consumer<Tensor> attended, Supplier<Tensor> half) {
        return attended == null ? TensorScope.only(half) : half.get();
    }

    /** Normalizes before each part. */
    record Pre(LayerNorm norm1, Attention attention, LayerNorm norm2, FeedForward mlp) implements TransformerBlock {
        @Override
        public Tensor apply(Tensor x, Consumer<Tensor> attended) {
            Tensor y = firstHalf(attended, () -> attention.apply(norm1.apply(x), x, attended));
            return TensorScope.only(() -> mlp.apply(norm2.apply(y), y));
        }

        @Override
        public Tensor firstTokenAttention(Tensor x) {
            return attention.ofFirstToken(norm1.apply(x));
        }
    }

    /** Normalizes after each sum. */
    record Post(LayerNorm norm1, Attention attention, LayerNorm norm2, FeedForward mlp) implements TransformerBlock {
        @Override
        public Tensor apply(Tensor x, Consumer<Tensor> attended) {
            Tensor y = firstHalf(attended, () -> norm1.apply(attention.apply(x, x, attended)));
            return TensorScope.only(() -> norm2.apply(mlp.apply(y, y)));
        }

        @Override
        public Tensor firstTokenAttention(Tensor x) {
            return attention.ofFirstToken(x);
        }
    }

    /** Normalizes after each sum, in which the block's input has the weight {@code alpha}. */
    record Deep(LayerNorm norm1, Attention attention, LayerNorm norm2, FeedForward mlp, double alpha)
            implements TransformerBlock {
        @Override
        public Tensor apply(Tensor x, Consumer<Tensor> attended) {
            Tensor y = firstHalf(attended, () -> norm1.apply(attention.apply(x, x.times(alpha), attended)));
            return TensorScope.only(() -> norm2.apply(mlp.apply(y, y.times(alpha))));
        }

        @Override
        public Tensor firstTokenAttention(Tensor x) {
            return attention.ofFirstToken(x);
        }
    }
}
