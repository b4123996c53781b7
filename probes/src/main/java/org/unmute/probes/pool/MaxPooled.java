package org.unmute.probes.pool;

import org.unmute.tensor.Tensor;

/**
 * A frame-wise probe whose clip descriptor is the elementwise maximum over the descriptors of its rows. Rows that have
 * been pooled once can therefore be combined with any other rows.
 */
public interface MaxPooled extends FrameWise {
    /**
     * The descriptor of each row of the grid, as if it were a clip.
     *
     * @return {@code [batch * time, features]}, the input of {@link Probe#classify}
     * @throws IllegalArgumentException if the batch does not fit
     */
    Tensor rowDescriptors(TokenBatch batch);

    @Override
    default Tensor frameLogits(TokenBatch batch) {
        return classify(rowDescriptors(batch)).reshape(batch.size(), batch.time(), classes());
    }
}
