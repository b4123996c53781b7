package org.unmute.tensor.optim;

import java.util.List;
import java.util.Map;
import org.unmute.tensor.Tensor;

/**
 * Adam as in torch, with coupled weight decay: {@code decay w} is added to the gradient. The moments in the state are
 * named {@code exp_avg} and {@code exp_avg_sq}.
 */
public final class Adam extends AdamMoments {
    /** All parameters with one rate and weight decay, at every step. */
    public Adam(Map<String, Tensor> parameters, double rate, double decay) {
        this(List.of(new ParameterGroup(parameters, rate, decay)), Schedule.constant());
    }

    /** Adam with β₁ = 0.9, β₂ = 0.999 and eps = 1e-8. */
    public Adam(List<ParameterGroup> groups, Schedule schedule) {
        this(groups, schedule, BETA1, BETA2, EPS);
    }

    /** Adam with the given constants. Both betas must be from 0 to below 1. */
    public Adam(List<ParameterGroup> groups, Schedule schedule, double beta1, double beta2, double eps) {
        super(groups, schedule, beta1, beta2, eps);
    }

    @Override
    protected void update(String name, Tensor parameter, Tensor gradient, double rate, double decay) {
        Tensor coupled =
                decay == 0 ? gradient : gradient.plus(parameter.detach().times(decay));
        move(name, parameter, coupled, rate, 0);
    }
}
