package org.unmute.tensor.optim;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.tensor.Tensor;

/**
 * Parameters that share a learning rate and a weight decay.
 *
 * @param parameters by name, each made by {@link Tensor#parameter()} and not frozen
 * @param rate base learning rate
 * @param decay weight decay
 */
public record ParameterGroup(Map<String, Tensor> parameters, double rate, double decay) {
    /** Checks the ranges and that every tensor is a trainable parameter. */
    public ParameterGroup {
        if (!(rate >= 0) || !(decay >= 0) || Double.isInfinite(rate) || Double.isInfinite(decay)) {
            throw new IllegalArgumentException(
                    "optimizer: rate and weight decay must be finite and at least 0: " + rate + ", " + decay);
        }
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        parameters.forEach((name, p) -> {
            if (!p.requiresGradient() || p.origin() != null) {
                throw new IllegalArgumentException(
                        "optimizer: " + name + " is not a parameter: make it one with parameter()");
            }
            if (p.view().buffer().isFrozen()) {
                throw new IllegalArgumentException("optimizer: " + name + " is frozen and cannot be trained");
            }
        });
    }
}
