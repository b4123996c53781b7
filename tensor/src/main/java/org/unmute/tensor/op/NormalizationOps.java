package org.unmute.tensor.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** Ops that normalise each row, that is, along the last axis. */
public sealed interface NormalizationOps extends Op {
    /** The input to be normalised. */
    Tensor x();

    @Override
    default List<Tensor> inputs() {
        return List.of(x());
    }

    @Override
    default Shape shape() {
        requireOneFloatingType(x());
        if (x().rank() == 0) {
            throw new IllegalArgumentException(name() + ": needs an axis, x is " + x().shape());
        }
        return x().shape();
    }

    /** Softmax along the last axis. */
    record Softmax(Tensor x) implements NormalizationOps {
        @Override
        public void forward(Backend backend, View out) {
            backend.softmax(x.view(), out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(x.computeLike(gx -> gy.backend().softmaxBackward(y.view(), gy.view(), gx)));
        }
    }

    /** Logarithm of the softmax along the last axis. */
    record LogSoftmax(Tensor x) implements NormalizationOps {
        @Override
        public void forward(Backend backend, View out) {
            backend.logSoftmax(x.view(), out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(x.computeLike(gx -> gy.backend().logSoftmaxBackward(y.view(), gy.view(), gx)));
        }
    }

    /** Layer normalisation along the last axis. Weight and bias are {@code [n]}; either may be null. */
    record LayerNorm(
            Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps) implements NormalizationOps {
        @Override
        public List<Tensor> inputs() {
            return Op.present(x, weight, bias);
        }

        @Override
        public Shape shape() {
            Shape n = x.shape().tail(Math.max(0, x.rank() - 1));
            if (x.rank() < 1
                    || weight != null && !weight.shape().equals(n)
                    || bias != null && !bias.shape().equals(n)) {
                throw new IllegalArgumentException("layerNorm: sizes do not fit: x is " + x.shape() + ", weight is "
                        + Op.shapeOf(weight) + ", bias is "
                        + Op.shapeOf(bias));
            }
            requireOneFloatingType(x, weight, bias);
            return x.shape();
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.layerNorm(x.view(), Op.view(weight), Op.view(bias), eps, out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor gw = weight == null ? null : weight.zerosLike();
            Tensor gb = bias == null ? null : bias.zerosLike();
            Tensor gx = x.computeLike(out -> gy.backend()
                    .layerNormBackward(x.view(), Op.view(weight), eps, gy.view(), out, Op.view(gw), Op.view(gb)));
            return Op.present(gx, gw, gb);
        }
    }

    /** {@code x / max(‖x‖, 1e-12)} along the last axis. */
    record L2Normalize(Tensor x) implements NormalizationOps {
        @Override
        public void forward(Backend backend, View out) {
            backend.l2Normalize(x.view(), out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(x.computeLike(gx -> gy.backend().l2NormalizeBackward(x.view(), y.view(), gy.view(), gx)));
        }
    }

    /**
     * {@code Σₙ weights[n] x[n] / max(‖x[n]‖, 1e-12)}, norms along the last axis; the unit vectors are not
     * stored.
     *
     * @param x {@code [n, ..., dim]}
     * @param weights {@code [n]}
     */
    record UnitSum(Tensor x, Tensor weights) implements NormalizationOps {
        @Override
        public List<Tensor> inputs() {
            return List.of(x, weights);
        }

        @Override
        public Shape shape() {
            if (x.rank() < 2 || weights.rank() != 1 || weights.size(0) != x.size(0)) {
                throw new IllegalArgumentException("unitSum: needs x [n, ..., dim] and weights [n]: x is " + x.shape()
                        + ", weights are " + weights.shape());
            }
            requireOneFloatingType(x, weights);
            return x.shape().tail(1);
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.unitSum(x.view(), weights.view(), out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor gx = Op.gradientOf(x);
            Tensor gw = Op.gradientOf(weights);
            gy.backend().unitSumBackward(x.view(), weights.view(), gy.view(), Op.view(gx), Op.view(gw));
            return Arrays.asList(gx, gw);
        }
    }
}
