package org.unmute.probes.pool;

import org.unmute.tensor.Tensor;

/** A probe that can score single frames: with the same parameters, it pools over frequency only. */
public interface FrameWise extends Probe {
    /**
     * Logits of each row of the grid.
     *
     * @return {@code [batch, time, classes]}
     * @throws IllegalArgumentException if the batch does not fit
     */
    Tensor frameLogits(TokenBatch batch);
}
