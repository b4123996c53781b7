package org.unmute.tensor.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/**
 * Losses of rows of logits, one number per row: {@code [..., n]} to {@code [..., 1]}. The backward pass recomputes
 * probabilities from the logits.
 */
public sealed interface LossOps extends Op {
    /** Logits, {@code [..., n]}. */
    Tensor x();

    /** Targets, in the shape of the logits. */
    Tensor y();

    /** Weights of the classes, {@code [n]}; null for 1. */
    @Nullable
    Tensor weight();

    @Override
    default List<Tensor> inputs() {
        return Op.present(x(), y(), weight());
    }

    @Override
    default Shape shape() {
        Shape s = x().shape();
        if (s.rank() < 1
                || !y().shape().equals(s)
                || weight() != null && !weight().shape().equals(Shape.of(s.size(-1)))) {
            throw new IllegalArgumentException(name() + ": sizes do not fit: logits are " + s + ", targets are "
                    + y().shape() + ", weights are " + Op.shapeOf(weight()));
        }
        requireOneFloatingType(x(), y(), weight());
        return s.with(-1, 1);
    }

    /**
     * {@code -Σ [weight y log σ(x) + (1 - y) log σ(-x)]}
     *
     * @param weight weights of present classes
     */
    record BinaryCrossEntropy(Tensor x, Tensor y, @Nullable Tensor weight) implements LossOps {
        @Override
        public void forward(Backend backend, View out) {
            backend.binaryCrossEntropy(x.view(), y.view(), Op.view(weight), out);
        }

        @Override
        public List<Tensor> backward(Tensor loss, Tensor gloss) {
            return gradients(
                    this,
                    x.requiresGradient()
                            ? x.computeLike(gx -> gloss.backend()
                                    .binaryCrossEntropyBackward(x.view(), y.view(), Op.view(weight), gloss.view(), gx))
                            : null,
                    y.requiresGradient()
                            ? x.times(-1)
                                    .unary(Unary.LOG_SIGMOID)
                                    .minus(weighted(this, x.unary(Unary.LOG_SIGMOID)))
                                    .times(gloss)
                            : null,
                    weight != null && weight.requiresGradient()
                            ? weightGradient(this, y.times(x.unary(Unary.LOG_SIGMOID)), gloss)
                            : null);
        }
    }

    /** {@code -Σ weight q log softmax(x)} with {@code q = keep y + share}. */
    record CrossEntropy(Tensor x, Tensor y, @Nullable Tensor weight, double keep, double share) implements LossOps {
        @Override
        public void forward(Backend backend, View out) {
            backend.crossEntropy(x.view(), y.view(), Op.view(weight), keep, share, out);
        }

        @Override
        public List<Tensor> backward(Tensor loss, Tensor gloss) {
            return gradients(
                    this,
                    x.requiresGradient()
                            ? x.computeLike(gx -> gloss.backend()
                                    .crossEntropyBackward(
                                            x.view(), y.view(), Op.view(weight), keep, share, gloss.view(), gx))
                            : null,
                    y.requiresGradient()
                            ? weighted(this, x.logSoftmax(-1)).times(-keep).times(gloss)
                            : null,
                    weight != null && weight.requiresGradient()
                            ? weightGradient(this, y.affine(keep, share).times(x.logSoftmax(-1)), gloss)
                            : null);
        }
    }

    private static List<Tensor> gradients(
            LossOps loss, @Nullable Tensor gx, @Nullable Tensor gy, @Nullable Tensor gweight) {
        return Arrays.asList(gx, gy, gweight).subList(0, loss.inputs().size());
    }

    private static Tensor weighted(LossOps loss, Tensor elements) {
        return loss.weight() == null ? elements : elements.times(loss.weight());
    }

    /** The gradient of the weights, {@code [n]}: minus the sum over all rows. */
    private static Tensor weightGradient(LossOps loss, Tensor elements, Tensor gloss) {
        return elements.times(gloss).reshape(-1, loss.x().size(-1)).sum(0).times(-1);
    }
}
