package org.unmute.tensor.op;

import java.util.Arrays;
import java.util.List;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** Attention. */
public sealed interface Attend extends Op {
    /**
     * {@code softmax(scale q kᵀ + bias) v}.
     *
     * @param q {@code [..., queries, d]}
     * @param k {@code [..., keys, d]}
     * @param v {@code [..., keys, e]}
     * @param bias broadcasts to {@code [..., queries, keys]}, or null; -∞ hides a key
     */
    record Attention(Tensor q, Tensor k, Tensor v, Tensor bias, double scale) implements Attend {
        @Override
        public List<Tensor> inputs() {
            return bias == null ? List.of(q, k, v) : List.of(q, k, v, bias);
        }

        @Override
        public Shape shape() {
            int r = q.rank();
            boolean fits = r >= 2 && k.rank() == r && v.rank() == r && q.size(-1) == k.size(-1) && k.size(-2) == v.size(-2)
                    && q.shape().head(r - 2).equals(k.shape().head(r - 2)) && q.shape().head(r - 2).equals(v.shape().head(r - 2));
            if (!fits) {
                throw new IllegalArgumentException("attention: shapes do not fit: q is " + q.shape() + ", k is " + k.shape()
                        + ", v is " + v.shape());
            }
            if (bias != null && !Shape.broadcast("attention", bias.shape(), scores()).equals(scores())) {
                throw new IllegalArgumentException("attention: bias is " + bias.shape() + ", scores are " + scores());
            }
            requireOneFloatingType(q, k, v, bias);
            return q.shape().with(-1, v.size(-1));
        }

        private Shape scores() {
            return q.shape().with(-1, k.size(-2));
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.attention(q.view(), k.view(), v.view(), bias == null ? null : bias.view().expand(scores()), scale, out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            // The weights are computed again rather than kept: they are the largest tensor of a transformer.
            Tensor weights = Tensor.compute(gy.backend(), q.dtype(), scores(), w -> gy.backend().attentionWeights(q.view(),
                    k.view(), bias == null ? null : bias.view().expand(scores()), scale, w));
            Tensor gv = v.takesGradient() ? weights.transpose(-1, -2).matmul(gy) : null;
            boolean biased = bias != null && bias.takesGradient();
            Tensor gq = null;
            Tensor gk = null;
            Tensor gb = null;
            if (q.takesGradient() || k.takesGradient() || biased) {
                Tensor gw = gy.matmul(v.transpose(-1, -2));
                Tensor gs = Tensor.compute(gy.backend(), q.dtype(), scores(),
                        out -> gy.backend().softmaxBackward(weights.view(), gw.view(), out));
                gq = q.takesGradient() ? gs.matmul(k).times(scale) : null;
                gk = k.takesGradient() ? gs.transpose(-1, -2).matmul(q).times(scale) : null;
                gb = biased ? Elementwise.reduceTo(bias.shape(), gs) : null;
            }
            return bias == null ? Arrays.asList(gq, gk, gv) : Arrays.asList(gq, gk, gv, gb);
        }
    }
}
