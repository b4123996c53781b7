package org.unmute.tensor.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** Scaled dot-product attention. */
public sealed interface AttentionOps extends Op {
    /**
     * {@code softmax(scale q kᵀ + bias) v}.
     *
     * @param q {@code [..., queries, d]}
     * @param k {@code [..., keys, d]}
     * @param v {@code [..., keys, e]}
     * @param bias broadcasts to {@code [..., queries, keys]}, or null; -∞ hides a key
     */
    record Attention(Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, double scale) implements AttentionOps {
        @Override
        public List<Tensor> inputs() {
            return Op.present(q, k, v, bias);
        }

        @Override
        public Shape shape() {
            int r = q.rank();
            boolean fits = r >= 2
                    && k.rank() == r
                    && v.rank() == r
                    && q.size(-1) == k.size(-1)
                    && k.size(-2) == v.size(-2)
                    && q.shape().head(r - 2).equals(k.shape().head(r - 2))
                    && q.shape().head(r - 2).equals(v.shape().head(r - 2));
            if (!fits) {
                throw new IllegalArgumentException("attention: shapes do not fit: q is " + q.shape() + ", k is "
                        + k.shape() + ", v is " + v.shape());
            }
            if (bias != null
                    && !Shape.broadcast("attention", bias.shape(), scores()).equals(scores())) {
                throw new IllegalArgumentException("attention: bias is " + bias.shape() + ", scores are " + scores());
            }
            requireOneFloatingType(q, k, v, bias);
            return q.shape().with(-1, v.size(-1));
        }

        Shape scores() {
            return q.shape().with(-1, k.size(-2));
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.attention(q.view(), k.view(), v.view(), biasView(), scale, out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            boolean biased = bias != null && bias.requiresGradient();
            Gradients g = gradients(biased, gy);
            Tensor gbias = biased ? ElementwiseOps.reduceTo(bias.shape(), g.scores) : null;
            return Arrays.asList(g.q, g.k, g.v, gbias).subList(0, inputs().size());
        }

        private @Nullable View biasView() {
            return bias == null ? null : bias.view().expand(scores());
        }

        private Gradients gradients(boolean biased, Tensor gy) {
            Backend backend = gy.backend();
            // Recomputed instead of kept, because the weights are the largest tensor of a transformer.
            Tensor weights = Tensor.compute(
                    backend,
                    q.dtype(),
                    scores(),
                    w -> backend.attentionWeights(q.view(), k.view(), biasView(), scale, w));
            Tensor gv = v.requiresGradient() ? weights.transpose(-1, -2).matmul(gy) : null;
            if (!q.requiresGradient() && !k.requiresGradient() && !biased) {
                return new Gradients(null, null, gv, null);
            }
            Tensor gw = gy.matmul(v.transpose(-1, -2));
            Tensor gs = Tensor.compute(
                    backend, q.dtype(), scores(), out -> backend.softmaxBackward(weights.view(), gw.view(), out));
            return new Gradients(
                    q.requiresGradient() ? gs.matmul(k).times(scale) : null,
                    k.requiresGradient() ? gs.transpose(-1, -2).matmul(q).times(scale) : null,
                    gv,
                    gs);
        }

        /**
         * Gradients of the inputs; null for those that require none.
         *
         * @param scores gradient of the scores before the softmax, {@code [..., queries, keys]}; the gradient of the
         *     bias is derived from it
         */
        private record Gradients(
                @Nullable Tensor q,
                @Nullable Tensor k,
                @Nullable Tensor v,
                @Nullable Tensor scores) {}
    }

    /**
     * {@code softmax(scale q kᵀ + gate bias) v}: attention with a bias that is scaled by a gate for each query (WavLM,
     * BEATs).
     *
     * @param q {@code [..., queries, d]}
     * @param k {@code [..., keys, d]}
     * @param v {@code [..., keys, e]}
     * @param bias broadcasts to {@code [..., queries, keys]}
     * @param gate broadcasts to {@code [..., queries, 1]}
     */
    record GatedAttention(Tensor q, Tensor k, Tensor v, Tensor bias, Tensor gate, double scale)
            implements AttentionOps {
        @Override
        public List<Tensor> inputs() {
            return List.of(q, k, v, bias, gate);
        }

        @Override
        public Shape shape() {
            Shape result = new Attention(q, k, v, bias, scale).shape();
            Shape gates = q.shape().with(-1, 1);
            if (!Shape.broadcast("attention", gate.shape(), gates).equals(gates)) {
                throw new IllegalArgumentException(
                        "attention: gate is " + gate.shape() + ", it must have one number for each query: " + gates);
            }
            requireOneFloatingType(q, gate);
            return result;
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.gatedAttention(
                    q.view(),
                    k.view(),
                    v.view(),
                    bias.view().expand(q.shape().with(-1, k.size(-2))),
                    gate.view().expand(q.shape().with(-1, 1)),
                    scale,
                    out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Attention ungated = new Attention(q, k, v, gate.times(bias), scale);
            Attention.Gradients g = ungated.gradients(bias.requiresGradient() || gate.requiresGradient(), gy);
            return Arrays.asList(
                    g.q,
                    g.k,
                    g.v,
                    bias.requiresGradient() ? ElementwiseOps.reduceTo(bias.shape(), g.scores.times(gate)) : null,
                    gate.requiresGradient() ? ElementwiseOps.reduceTo(gate.shape(), g.scores.times(bias)) : null);
        }
    }

    /**
     * Self-attention from packed queries, keys and values, without a bias. The result is {@code [batch, tokens, heads,
     * d]}, so a token's heads are adjacent. Gradients are written directly into the packed gradient.
     *
     * @param packed {@code [batch, tokens, 3, heads, d]}: queries, keys and values
     */
    record SelfAttention(Tensor packed, double scale) implements AttentionOps {
        @Override
        public List<Tensor> inputs() {
            return List.of(packed);
        }

        @Override
        public Shape shape() {
            if (packed.rank() != 5 || packed.size(2) != 3) {
                throw new IllegalArgumentException(
                        "attention: packed queries, keys and values must be [batch, tokens, 3, heads, d], they are "
                                + packed.shape());
            }
            requireOneFloatingType(packed);
            return Shape.of(packed.size(0), packed.size(1), packed.size(3), packed.size(4));
        }

        /** The queries (0), keys (1) or values (2), {@code [batch, heads, tokens, d]}. */
        private static View part(View packed, int which) {
            return packed.select(2, which).transpose(1, 2);
        }

        @Override
        public void forward(Backend backend, View out) {
            View x = packed.view();
            backend.attention(part(x, 0), part(x, 1), part(x, 2), null, scale, out.transpose(1, 2));
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            View x = packed.view();
            return List.of(packed.computeLike(out -> gy.backend()
                    .attentionBackward(
                            part(x, 0),
                            part(x, 1),
                            part(x, 2),
                            scale,
                            gy.view().transpose(1, 2),
                            part(out, 0),
                            part(out, 1),
                            part(out, 2))));
        }
    }
}
