package org.unmute.tensor.optim;

import java.util.Map;
import org.unmute.tensor.Tensor;

/**
 * Updates parameters in place from their gradients. Its state can be saved and restored by name, so that an interrupted
 * training run continues as if it had not been interrupted. Write your own from this interface, or more easily from
 * {@link MomentOptimizer}.
 */
public interface Optimizer {
    /**
     * Takes one step, which modifies the parameters in place.
     *
     * @param gradients one for every parameter, in its shape
     * @throws IllegalArgumentException if one is missing or does not fit; no parameter has changed then
     */
    void step(Gradients gradients);

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
