package org.unmute.probes.loss;

import org.unmute.tensor.Tensor;

/** What training minimizes. Built from recorded ops, so gradients come from {@link org.unmute.tensor.Grad}. */
public interface Loss {
    /** Short name, as the command line takes it. */
    String name();

    /**
     * The loss of a batch, one number.
     *
     * @param logits {@code [batch, classes]}, or with more leading axes for frames
     * @param targets of the shape of the logits, 1 for present classes and 0 for absent ones, or in between
     * @throws IllegalArgumentException if the shapes do not fit
     */
    Tensor of(Tensor logits, Tensor targets);

    /** Targets in the logits' element type; refuses another shape. */
    static Tensor targetsLike(String loss, Tensor logits, Tensor targets) {
        if (!logits.shape().equals(targets.shape())) {
            throw new IllegalArgumentException(
                    loss + ": shapes differ: logits are " + logits.shape() + ", targets are " + targets.shape());
        }
        return targets.cast(logits.dtype());
    }

    /** Class weights in the logits' element type, where the logits are; null if there are none. */
    static Tensor weightsLike(Tensor logits, Tensor weights) {
        return weights == null ? null : weights.to(logits.backend()).cast(logits.dtype());
    }
}
