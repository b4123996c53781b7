package org.unmute.probes.loss;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Losses;
import org.unmute.tensor.Tensor;

/** A training objective. It is built from recorded ops, so {@link org.unmute.tensor.Grad} computes its gradients. */
public interface Loss {
    /** Short name, as used on the command line. */
    String name();

    /**
     * The loss of a batch, a scalar.
     *
     * @param logits {@code [batch, classes]}, or with more leading axes, for instance for frames
     * @param targets in the shape of the logits, 1 for present classes, 0 for absent ones, or a value in between
     * @throws IllegalArgumentException if the shapes do not fit
     */
    Tensor of(Tensor logits, Tensor targets);

    /**
     * The loss of some elements of a batch as if there were no others, so a mean is over these elements only.
     *
     * @param targets in the shape of the logits; the other elements are not read and may be NaN
     * @param elements row-major positions in the batch; at least one
     * @throws IllegalArgumentException if the shapes do not fit
     * @throws UnsupportedOperationException if an element's loss depends on other elements of its row
     */
    default Tensor ofElements(Tensor logits, Tensor targets, int[] elements) {
        return of(elements(logits, elements), elements(Losses.targetsLike(name(), logits, targets), elements));
    }

    /**
     * The loss of each element by itself, in the shape of the logits, without reduction and weights of classes.
     *
     * @param targets in the shape of the logits
     * @throws UnsupportedOperationException if an element's loss depends on other elements of its row
     */
    default Tensor elements(Tensor logits, Tensor targets) {
        throw new UnsupportedOperationException(name() + ": an element has no loss by itself");
    }

    /** Some elements of a tensor by their row-major positions, {@code [elements]}. */
    static Tensor elements(@Nullable Tensor all, int[] elements) {
        return all.reshape(-1).indexSelect(0, Tensor.of(all.backend(), elements, elements.length));
    }
}
