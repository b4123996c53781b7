package org.unmute.probes.pool;

import org.unmute.tensor.Tensor;

/** A probe that can also say when: its pooling over time can be left out without other parameters. */
public interface FrameWise extends Probe {
    /**
     * Logits for each row of the grid, pooled over frequency only.
     *
     * @return {@code [batch, time, classes]}
     * @throws IllegalArgumentException if the batch does not fit
     */
    Tensor frameLogits(TokenBatch batch);
}
