package org.unmute.probes.pool;

import org.unmute.tensor.Tensor;

/**
 * A frame-wise probe whose descriptor of a clip is, entry by entry, the maximum over the descriptors of its rows. So
 * rows that were pooled once can be pooled again with any others around them.
 */
public interface MaxPooled extends FrameWise {
    /**
     * The descriptor of each row of the grid, as if it were a clip.
     *
     * @return {@code [batch * time, features]}, which {@link Probe#classify} takes
     * @throws IllegalArgumentException if the batch does not fit
     */
    Tensor rowDescriptors(TokenBatch batch);

    @Override
    default Tensor frameLogits(TokenBatch batch) {
        return classify(rowDescriptors(batch)).reshape(batch.size(), batch.time(), classes());
    }
}
