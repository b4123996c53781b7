package org.unmute.probes.pool;

import java.util.Map;
import java.util.SplittableRandom;
import org.unmute.tensor.Tensor;

/**
 * A small trainable head on frozen tokens: pools a token map to a descriptor and classifies that. Paper, section 3.
 * Forward passes keep nothing, so several threads may run one probe; only an optimizer changes its parameters.
 */
public interface Probe {
    /** Name as {@link Probes#create} takes it. */
    String name();

    /** The options in force, defaults resolved. */
    ProbeOptions options();

    /** Numbers a token it expects. */
    int dim();

    /** Number of classes. */
    int classes();

    /** Parameters by name, in a fixed order. Each takes gradients; optimizers change the contents in place. */
    Map<String, Tensor> parameters();

    /**
     * What the final linear layer sees.
     *
     * @return {@code [batch, features]}
     * @throws IllegalArgumentException if the batch does not fit
     */
    Tensor descriptor(TokenBatch batch);

    /**
     * Whether pooling has no parameters and leaves one vector of {@link #dim()} numbers, which it would leave as it is if
     * it stood for the clip's only token: then training pools each clip once for all epochs.
     */
    default boolean poolsWithoutParameters() {
        return false;
    }

    /**
     * Scores before sigmoid or softmax.
     *
     * @return {@code [batch, classes]}
     * @throws IllegalArgumentException if the batch does not fit
     */
    Tensor logits(TokenBatch batch);

    /**
     * Logits with whatever regularisation the probe has in training (dropout); {@link #logits} where it has none.
     *
     * @param random the source of every random decision
     */
    default Tensor trainingLogits(TokenBatch batch, SplittableRandom random) {
        return logits(batch);
    }
}
