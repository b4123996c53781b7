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

    /**
     * The loss of some elements of a batch as if there were no others: a mean is over them alone.
     *
     * @param targets of the shape of the logits; the others are not read and may be NaN
     * @param elements their positions in the batch, row-major; at least one
     * @throws IllegalArgumentException if the shapes do not fit
     * @throws UnsupportedOperationException if an element's loss depends on other elements of its row
     */
    default Tensor ofElements(Tensor logits, Tensor targets, int[] elements) {
        return of(elements(logits, elements), elements(targetsLike(name(), logits, targets), elements));
    }

    /** Some elements of a tensor by their row-major positions, {@code [elements]}. */
    static Tensor elements(Tensor all, int[] elements) {
        return all.reshape(-1).indexSelect(0, Tensor.of(all.backend(), elements, elements.length));
    }

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
