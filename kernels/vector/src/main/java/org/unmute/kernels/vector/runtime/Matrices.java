package org.unmute.kernels.vector.runtime;

import org.unmute.tensor.backend.View;

/** The matrices (last two axes) of a batch. */
public final class Matrices {
    private Matrices() {}

    /** Matrix {@code i} of a batch, counted in row-major order. */
    public static View at(View batch, int i) {
        View m = batch;
        int rest = i;
        for (int axis = batch.shape().rank() - 3; axis >= 0; axis--) {
            int n = batch.shape().dim(axis);
            m = m.select(axis, rest % n);
            rest /= n;
        }
        return m;
    }
}
