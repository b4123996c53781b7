package org.unmute.tensor.optim;

import java.util.Map;
import java.util.SequencedMap;
import org.unmute.tensor.Tensor;

/**
 * Updates parameters in place from their gradients. Its state can be saved and restored by name, so that an interrupted
 * training run continues as if it had not been interrupted. Write your own from this interface, or more easily from
 * {@link MomentOptimizer}.
 */
public interface Optimizer {
    /** The parameters that steps change, by name, in the order of their groups. Not modifiable. */
    SequencedMap<String, Tensor> parameters();

    /**
     * Takes one step, which modifies the parameters in place.
     *
     * @param gradients one for every parameter, in its shape
     * @throws IllegalArgumentException if one is missing or does not fit; no parameter has changed then
     */
    void step(Gradients gradients);

    /**
     * Takes one step down the gradients of a loss: {@code step(Gradients.of(loss, parameters()))}.
     *
     * @param loss of one element, recorded from the parameters; one that it does not depend on has a gradient of 0
     * @throws IllegalArgumentException if the loss has more elements or depends on no parameter; nothing has changed
     *     then
     */
    default void minimize(Tensor loss) {
        step(Gradients.of(loss, parameters()));
    }

    /**
     * {@link #minimize(Tensor)} by gradients whose norm, of all together, is at most {@code limit}:
     * {@link Gradients#clipped}. The norm is summed in the order of {@link #parameters()}.
     *
     * @throws IllegalArgumentException if the limit is not above 0, or as without it
     */
    default void minimize(Tensor loss, double limit) {
        step(Gradients.of(loss, parameters()).clipped(limit));
    }

    /** Steps taken so far. */
    long steps();

    /** The learning rate that the next step uses for a group of parameters. */
    double rate(int group);

    /** Copies of everything that the next steps depend on, by name. */
    Map<String, Tensor> state();

    /**
     * Restores a {@linkplain #state() saved state}, either completely or not at all.
     *
     * @throws IllegalArgumentException if names, types or shapes do not match this optimizer's parameters
     */
    void restore(Map<String, Tensor> state);
}
