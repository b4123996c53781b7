package org.unmute.probes.pool;

import java.util.List;
import java.util.SplittableRandom;
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

    /**
     * Whether it is to be trained and scored row by row: it was created for that, and the logits of a clip are the
     * maximum, class by class, of those of its rows. Else its parameters are for clips as a whole.
     */
    default boolean isOfRows() {
        return false;
    }

    /** How many rows before a row, and after it, its logits depend on; 0 if on the row alone. */
    default int reach() {
        return 0;
    }

    /**
     * {@link #frameLogits} with the probe's regularization in training, of the rows of all clips.
     *
     * @param parts the batch's clips, of one grid in each part
     * @param random the source of every random decision
     * @return {@code [rows, classes]}, the rows of the first clip of the first part first
     */
    default Tensor trainingFrameLogits(List<TokenBatch> parts, SplittableRandom random) {
        return TokenBatch.pooled(parts, part -> frameLogits(part).reshape((long) part.size() * part.time(), classes()));
    }
}
