package org.unmute.tensor.op;

import java.util.Arrays;
import java.util.List;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** Matrix products. */
public sealed interface Product extends Op {
    /** {@code a b} over the two last axes; leading axes broadcast. */
    record MatMul(Tensor a, Tensor b) implements Product {
        @Override
        public List<Tensor> inputs() {
            return List.of(a, b);
        }

        @Override
        public Shape shape() {
            if (a.rank() < 2 || b.rank() < 2) {
                throw new IllegalArgumentException("matmul: needs two axes or more: a is " + a.shape() + ", b is " + b.shape());
            }
            if (a.size(-1) != b.size(-2) || a.dtype() != b.dtype()) {
                throw new IllegalArgumentException("matmul: inner sizes differ: a is " + a.dtype() + a.shape() + ", b is "
                        + b.dtype() + b.shape());
            }
            Shape batch = Shape.broadcast("matmul", a.shape().head(a.rank() - 2), b.shape().head(b.rank() - 2));
            return batch.concat(Shape.of(a.size(-2), b.size(-1)));
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.matmul(batched(a.view(), out.shape()), batched(b.view(), out.shape()), out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return Arrays.asList(
                    a.takesGradient() ? Elementwise.reduceTo(a.shape(), gy.matmul(b.transpose(-1, -2))) : null,
                    b.takesGradient() ? Elementwise.reduceTo(b.shape(), a.transpose(-1, -2).matmul(gy)) : null);
        }

        private static View batched(View m, Shape out) {
            int rank = m.shape().rank();
            return m.expand(out.head(out.rank() - 2).concat(m.shape().tail(rank - 2)));
        }
    }

    /** {@code x weightᵀ + bias}; x {@code [..., in]}, weight {@code [out, in]}, bias {@code [out]} or null. */
    record Linear(Tensor x, Tensor weight, Tensor bias) implements Product {
        @Override
        public List<Tensor> inputs() {
            return bias == null ? List.of(x, weight) : List.of(x, weight, bias);
        }

        @Override
        public Shape shape() {
            if (x.rank() < 1 || weight.rank() != 2 || x.size(-1) != weight.size(1)
                    || bias != null && !bias.shape().equals(Shape.of(weight.size(0)))) {
                throw new IllegalArgumentException("linear: sizes do not fit: x is " + x.shape() + ", weight is "
                        + weight.shape() + " [out, in], bias is " + (bias == null ? "absent" : bias.shape()));
            }
            return x.shape().with(-1, weight.size(0));
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.linear(x.view(), weight.view(), bias == null ? null : bias.view(), out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor rows = gy.reshape(-1, weight.size(0));
            Tensor gx = x.takesGradient() ? gy.linear(weight.transpose(0, 1), null) : null;
            Tensor gw = weight.takesGradient() ? rows.transpose(0, 1).matmul(x.reshape(-1, weight.size(1))) : null;
            Tensor gb = bias != null && bias.takesGradient() ? rows.sum(false, 0) : null;
            return bias == null ? Arrays.asList(gx, gw) : Arrays.asList(gx, gw, gb);
        }
    }
}
