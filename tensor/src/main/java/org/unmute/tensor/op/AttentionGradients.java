package org.unmute.tensor.op;

import org.unmute.tensor.Tensor;

/**
 * Gradients of an attention; null where none is required.
 *
 * @param scores {@code [..., queries, keys]}, before the softmax; also the gradient of the bias
 */
record AttentionGradients(Tensor q, Tensor k, Tensor v, Tensor scores) {
    static AttentionGradients of(AttentionOps.Attention a, boolean biased, Tensor gy) {
        // Recomputed, not kept: the weights are the largest tensor of a transformer.
        Tensor weights = Tensor.compute(
                gy.backend(),
                a.q().dtype(),
                a.scores(),
                w -> gy.backend()
                        .attentionWeights(
                                a.q().view(),
                                a.k().view(),
                                a.bias() == null ? null : a.bias().view().expand(a.scores()),
                                a.scale(),
                                w));
        Tensor gv = a.v().requiresGradient() ? weights.transpose(-1, -2).matmul(gy) : null;
        if (!a.q().requiresGradient() && !a.k().requiresGradient() && !biased) {
            return new AttentionGradients(null, null, gv, null);
        }
        Tensor gw = gy.matmul(a.v().transpose(-1, -2));
        Tensor gs = Tensor.compute(
                gy.backend(),
                a.q().dtype(),
                a.scores(),
                out -> gy.backend().softmaxBackward(weights.view(), gw.view(), out));
        return new AttentionGradients(
                a.q().requiresGradient() ? gs.matmul(a.k()).times(a.scale()) : null,
                a.k().requiresGradient() ? gs.transpose(-1, -2).matmul(a.q()).times(a.scale()) : null,
                gv,
                gs);
    }
}
