package org.unmute.tensor.optim;

import java.util.List;
import java.util.Map;
import org.unmute.tensor.Tensor;

/**
 * Gradient descent with momentum, as in torch's {@code SGD} with dampening 0: {@code g += decay w}, {@code b = μ b +
 * g}, {@code w -= rate b}, or {@code w -= rate (g + μ b)} with Nesterov momentum. Weight decay is coupled: it passes
 * through the momentum. The moment in the state is named {@code momentum_buffer}.
 */
public final class Sgd extends MomentOptimizer {
    private static final String BUFFER = "momentum_buffer";

    private final double momentum;
    private final boolean nesterov;

    /** All parameters with one rate at every step, without weight decay and Nesterov momentum. */
    public Sgd(Map<String, Tensor> parameters, double rate, double momentum) {
        this(List.of(new ParameterGroup(parameters, rate, 0)), Schedule.constant(), momentum, false);
    }

    /** The momentum must be from 0 to below 1, and above 0 with Nesterov momentum. */
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
    protected void update(String name, Tensor parameter, Tensor gradient, double rate, double decay) {
        Tensor w = parameter.detach();
        Tensor g = decay == 0 ? gradient : gradient.plus(w.times(decay));
        Tensor buffer = moment(BUFFER, name);
        // With a zero buffer, the first step gives b = g, as in torch.
        Tensor b = buffer.times(momentum).plus(g);
        buffer.assign(b);
        w.assign(w.minus((nesterov ? g.plus(b.times(momentum)) : b).times(rate)));
    }
}
