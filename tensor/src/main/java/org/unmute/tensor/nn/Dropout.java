package org.unmute.tensor.nn;

import org.unmute.tensor.Functions;
import org.unmute.tensor.Tensor;

/**
 * In training, sets each element to 0 with a probability and divides the others by the rest; in evaluation, the
 * identity.
 *
 * @param p probability, from 0 to below 1
 */
public record Dropout(double p) implements Layer {
    /** Checks the range. */
    public Dropout {
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException("dropout: the probability must be from 0 to below 1, is " + p);
        }
    }

    @Override
    public Tensor apply(Tensor x, Mode mode) {
        return mode.isTraining() ? Functions.dropout(x, p, mode.random().nextLong()) : x;
    }
}
