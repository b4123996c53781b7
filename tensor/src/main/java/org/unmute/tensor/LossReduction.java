package org.unmute.tensor;

/** Reduces the losses of elements to a scalar. */
public enum LossReduction {
    /** Mean over all elements. */
    MEAN,
    /** Sum over all elements. */
    SUM;

    /** The mean or sum of these losses. */
    public Tensor of(Tensor elements) {
        return this == MEAN ? elements.mean() : elements.sum();
    }
}
