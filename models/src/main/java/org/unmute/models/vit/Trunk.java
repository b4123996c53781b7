package org.unmute.models.vit;

import java.util.List;
import org.unmute.tensor.Tensor;

/**
 * A sequence of transformer blocks.
 *
 * @param blocks first to last
 */
public record Trunk(List<? extends Block> blocks) {
    /** Copies the list. */
    public Trunk {
        blocks = List.copyOf(blocks);
    }

    /** Name in a trace of the class token's attention in a block, {@code [batch, heads, tokens]}; computed only if wanted. */
    public static String attentionName(int block) {
        return "attention." + block;
    }

    /**
     * {@code [batch, tokens, dim]} to the same; the trace is told {@code attn_out.i}, what the attention gave, and
     * {@code block.i} for each block.
     */
    public Tensor apply(Tensor tokens, Trace trace) {
        Tensor x = tokens;
        for (int i = 0; i < blocks.size(); i++) {
            if (trace.wants(attentionName(i))) {
                trace.accept(attentionName(i), blocks.get(i).firstTokenAttention(x));
            }
            String attended = "attn_out." + i;
            x = blocks.get(i).apply(x, trace.takes(attended) ? a -> trace.accept(attended, a) : null);
            trace.accept("block." + i, x);
        }
        return x;
    }
}
