package org.unmute.probes.loss;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.LossReduction;
import org.unmute.tensor.Losses;
import org.unmute.tensor.Tensor;

/**
 * Softmax cross-entropy of logits, as in PyTorch. Targets are class indices {@code I32 [batch]} or probabilities {@code
 * [batch, classes]}. With smoothing ε, targets become {@code (1 - ε) q + ε / classes}. With class weights w, each
 * class's term is multiplied by its weight; the mean divides by the sum of the weights of the true classes for indices,
 * and by the batch size for probabilities.
 *
 * @param smoothing ε in [0, 1]
 * @param classWeight w, {@code [classes]}, or null for 1
 * @param reduction over the batch
 */
public record CrossEntropy(double smoothing, @Nullable Tensor classWeight, LossReduction reduction) implements Loss {
    /** No smoothing, no weights, mean. */
    public static final CrossEntropy DEFAULT = new CrossEntropy(0, null, LossReduction.MEAN);

    /** Checks the range. */
    public CrossEntropy {
        if (!(smoothing >= 0 && smoothing <= 1)) {
            throw new IllegalArgumentException("cross-entropy: smoothing must lie in [0, 1]: " + smoothing);
        }
    }

    @Override
    public String name() {
        return "ce";
    }

    @Override
    public Tensor of(Tensor logits, Tensor targets) {
        return Losses.crossEntropy(logits, targets, classWeight, smoothing, reduction);
    }

    @Override
    public Tensor ofElements(Tensor logits, Tensor targets, int[] elements) {
        throw new UnsupportedOperationException("cross-entropy: a softmax needs the targets of all classes of a clip: "
                + elements.length + " of " + logits.shape().elements() + " are known: use asl or bce");
    }
}
