package org.unmute.models.vit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

class TransformerBlockTest {
    private static final int DIM = 12;

    private static TransformerBlock block(TransformerBlock.Kind kind, Attention attention) {
        Weights w = new FreshWeights(5);
        return new TransformerBlock(
                kind,
                LayerNorm.read(w, "norm1", DIM, 1e-6),
                attention,
                LayerNorm.read(w, "norm2", DIM, 1e-6),
                FeedForward.read(w, "mlp", DIM, 20, Unary.GELU),
                1.5);
    }

    private static Tensor tokens() {
        SplittableRandom random = new SplittableRandom(2);
        float[] values = new float[2 * 7 * DIM];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, 2, 7, DIM);
    }

    /** Without positions, tokens in another order become the same tokens in that order. */
    @ParameterizedTest
    @EnumSource
    void tokensWithoutPositionsHaveNoOrder(TransformerBlock.Kind kind) {
        Weights w = new FreshWeights(6);
        for (Attention attention :
                new Attention[] {Attention.read(w, "attn", DIM, 3), Attention.readGated(w, "attn", DIM, 3)}) {
            TransformerBlock block = block(kind, attention);
            Golden.assertClose(
                    "turned",
                    turned(block.apply(tokens())).toFloats(),
                    block.apply(turned(tokens())).toFloats(),
                    1e-5,
                    0);
        }
    }

    private static Tensor turned(Tensor x) {
        return Tensor.concat(1, x.slice(1, 3, 4), x.slice(1, 0, 3));
    }

    @Test
    void attentionByPositionsKeepsTheShape() {
        Attention plain = Attention.read(new FreshWeights(6), "attn", DIM, 3);
        TransformerBlock block = block(
                TransformerBlock.Kind.POST, plain.with(new RelativePositions(Tensor.of(new float[32 * 3], 32, 3), 20)));
        assertThat(block.apply(tokens()).shape().toArray()).containsExactly(2, 7, DIM);
    }
}
