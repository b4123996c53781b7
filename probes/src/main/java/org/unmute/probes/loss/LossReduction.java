package org.unmute.probes.loss;

import org.unmute.tensor.Tensor;

/** How single losses become one number. */
public enum LossReduction {
    /** Mean over all. */
    MEAN,
    /** Sum over all. */
    SUM;

    Tensor of(Tensor elements) {
        return this == MEAN ? elements.mean() : elements.sum();
    }
}
