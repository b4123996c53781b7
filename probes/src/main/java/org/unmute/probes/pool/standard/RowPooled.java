package org.unmute.probes.pool.standard;

import java.util.List;
import java.util.SplittableRandom;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;

/** A probe that does not pool a single row as it would pool a clip of one row: the rows around it count, too. */
interface RowPooled {
    /** The descriptor of each row: {@code [batch * time, features]}, those of the first clip first. */
    Tensor rowDescriptors(TokenBatch batch);

    /**
     * Those of all parts in training, {@code [rows of all parts, features]}, for example with dropout.
     *
     * @param random source of what is dropped
     */
    default Tensor trainingRowDescriptors(List<TokenBatch> parts, SplittableRandom random) {
        return TokenBatch.pooled(parts, this::rowDescriptors);
    }

    /** How many rows before a row, and after it, its descriptor depends on. */
    int reach();

    /** The logit of a class of a row of one clip as a sum of parts. */
    Contributions rowTerms(TokenBatch clip, int row, int classIndex);
}
