package org.unmute.probes.loss;

import org.unmute.tensor.Tensor;

/** Reduces the losses of elements to a scalar. */
public enum LossReduction {
    /** Mean over all elements. */
    MEAN,
    /** Sum over all elements. */
    SUM;

    Tensor of(Tensor elements) {
        return this == MEAN ? elements.mean() : elements.sum();
    }
}
