package org.unmute.models.vit;

import java.util.List;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * A sequence of transformer blocks.
 *
 * @param blocks in the order in which they run
 */
public record Trunk(List<TransformerBlock> blocks) {
    /** Copies the list. */
    public Trunk {
        blocks = List.copyOf(blocks);
    }

    /**
     * Trace name of the class token's attention in a block, {@code [batch, heads, tokens]}; it is computed only if
     * {@linkplain Trace#wants wanted}.
     */
    public static String attentionName(int block) {
        return "attention." + block;
    }

    /**
     * Maps {@code [batch, tokens, dim]} to the same shape. The trace receives {@code attn_out.i}, the output of the
     * attention, and {@code block.i} for each block. The input and the intermediate tensors of a block are released
     * before the next block runs, except those that the trace uses or that gradients need.
     */
    public Tensor apply(Tensor tokens, Trace trace) {
        Tensor x = tokens;
        for (int i = 0; i < blocks.size(); i++) {
            if (trace.wants(attentionName(i))) {
                trace.accept(attentionName(i), blocks.get(i).firstTokenAttention(x));
            }
            Tensor y = apply(i, x, trace);
            if (i > 0 && !trace.takes("block." + (i - 1)) && !y.requiresGradient()) {
                TensorScope.release(x);
            }
            x = y;
            trace.accept("block." + i, x);
        }
        return x;
    }

    private Tensor apply(int i, Tensor x, Trace trace) {
        String attended = "attn_out." + i;
        TransformerBlock block = blocks.get(i);
        if (trace.takes(attended)) {
            return block.apply(x, a -> trace.accept(attended, a));
        }
        return TensorScope.only(() -> block.apply(x, null));
    }
}
