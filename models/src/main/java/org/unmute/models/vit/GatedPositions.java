package org.unmute.models.vit;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.AttentionOps;

/**
 * Relative positions, scaled by a gate that is computed from each query (WavLM, BEATs). {@code linear} maps a head's
 * query to eight values. With {@code a} and {@code b} the sigmoids of the sums of the first four and of the last four
 * values, the gate is {@code a (b s - 1) + 2}.
 *
 * @param positions the scores before gating
 * @param linear {@code dim / heads} to 8, shared by all heads
 * @param scale {@code s}, {@code [heads, 1, 1]}
 */
public record GatedPositions(@Nullable RelativePositions positions, Linear linear, Tensor scale)
        implements AttentionBias {
    @Override
    public Tensor of(Tensor queries) {
        return gate(queries).times(positions.of(queries));
    }

    @Override
    public Tensor attend(Tensor q, Tensor k, Tensor v, double scale) {
        return Tensor.run(new AttentionOps.GatedAttention(q, k, v, positions.of(q), gate(q), scale));
    }

    /** The gate: {@code [batch, heads, tokens, dim / heads]} to {@code [batch, heads, tokens, 1]}. */
    Tensor gate(Tensor queries) {
        Tensor u = linear.apply(queries);
        Tensor sums = u.reshape(u.size(0), u.size(1), u.size(2), 2, 4).sum(-1).sigmoid();
        Tensor a = sums.slice(-1, 0, 1);
        Tensor b = sums.slice(-1, 1, 1);
        return a.times(b.times(scale).minus(1)).plus(2);
    }
}
