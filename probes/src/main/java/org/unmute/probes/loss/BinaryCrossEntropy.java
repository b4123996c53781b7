package org.unmute.probes.loss;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.LossReduction;
import org.unmute.tensor.Losses;
import org.unmute.tensor.Tensor;

/**
 * Binary cross-entropy of logits: {@code -[w y log p + (1 - y) log(1 - p)]} with {@code p = sigmoid(x)}, computed with
 * the logarithm of the sigmoid, so it is finite for any finite logit.
 *
 * @param positiveWeight w, {@code [classes]}, or null for 1
 * @param reduction over batch and classes
 */
public record BinaryCrossEntropy(@Nullable Tensor positiveWeight, LossReduction reduction) implements Loss {
    /** Unweighted mean. */
    public static final BinaryCrossEntropy DEFAULT = new BinaryCrossEntropy(null, LossReduction.MEAN);

    @Override
    public String name() {
        return "bce";
    }

    @Override
    public Tensor of(Tensor logits, Tensor targets) {
        return Losses.bce(logits, targets, positiveWeight, reduction);
    }

    @Override
    public Tensor elements(Tensor logits, Tensor targets) {
        return Losses.bceOfElements(logits, targets);
    }

    @Override
    public Tensor ofElements(Tensor logits, Tensor targets, int[] elements) {
        if (positiveWeight == null) {
            return Loss.super.ofElements(logits, targets, elements);
        }
        int classes = logits.shape().dim(-1);
        int[] classOf = Arrays.stream(elements).map(i -> i % classes).toArray();
        // One weight per element.
        Tensor weights = Loss.elements(Losses.weightsLike(logits, positiveWeight), classOf);
        return new BinaryCrossEntropy(weights, reduction)
                .of(
                        Loss.elements(logits, elements),
                        Loss.elements(Losses.targetsLike("binary cross-entropy", logits, targets), elements));
    }
}
