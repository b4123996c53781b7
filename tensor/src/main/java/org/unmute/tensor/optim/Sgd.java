package org.unmute.tensor.optim;

import java.util.List;
import org.unmute.tensor.Tensor;

/**
 * Gradient descent with momentum, as torch's {@code SGD} with dampening 0: {@code g += decay w}, {@code b = μ b + g},
 * {@code w -= rate b}, or {@code w -= rate (g + μ b)} with Nesterov's look-ahead. Weight decay is coupled: it passes
 * through the momentum. Moment in the state: {@code momentum_buffer}.
 */
public final class Sgd extends Optimizer {
    private static final String BUFFER = "momentum_buffer";

    private final double momentum;
    private final boolean nesterov;

    /** Momentum from 0 to below 1; Nesterov's look-ahead needs one above 0. */
    public Sgd(List<ParameterGroup> groups, Schedule schedule, double momentum, boolean nesterov) {
        super(groups, schedule, BUFFER);
        if (!(momentum >= 0 && momentum < 1) || nesterov && momentum == 0) {
            throw new IllegalArgumentException(
                    "Sgd: momentum must be from 0 to below 1, and above 0 with nesterov: " + momentum);
        }
        this.momentum = momentum;
        this.nesterov = nesterov;
    }

    @Override
    void update(String name, Tensor parameter, Tensor gradient, double rate, double decay) {
        Tensor w = parameter.detach();
        Tensor g = decay == 0 ? gradient : gradient.plus(w.times(decay));
        Tensor buffer = moment(BUFFER, name);
        // From a zero buffer the first step gives b = g, which is where torch starts.
        Tensor b = buffer.times(momentum).plus(g);
        buffer.assign(b);
        w.assign(w.minus((nesterov ? g.plus(b.times(momentum)) : b).times(rate)));
    }
}
