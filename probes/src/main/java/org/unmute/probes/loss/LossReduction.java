package org.unmute.probes.loss;

import org.unmute.tensor.Tensor;

/** How the losses of elements become one number. */
public enum LossReduction {
    /** Mean over all. */
    MEAN,
    /** Sum over all. */
    SUM;

    Tensor of(Tensor elements) {
        return this == MEAN ? elements.mean() : elements.sum();
    }
}
