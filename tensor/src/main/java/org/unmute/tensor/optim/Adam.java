package org.unmute.tensor.optim;

import java.util.List;
import java.util.Map;
import org.unmute.tensor.Tensor;

/**
 * Adam as in torch, with coupled weight decay: {@code decay w} is added to the gradient. The moments in the state are
 * named {@code exp_avg} and {@code exp_avg_sq}.
 */
public final class Adam extends MomentOptimizer {
    private static final String FIRST = "exp_avg";
    private static final String SECOND = "exp_avg_sq";

    private final double beta1;
    private final double beta2;
    private final double eps;

    /** All parameters with one rate and weight decay, at every step. */
    public Adam(Map<String, Tensor> parameters, double rate, double decay) {
        this(List.of(new ParameterGroup(parameters, rate, decay)), Schedule.constant());
    }

    /** Adam with β₁ = 0.9, β₂ = 0.999 and eps = 1e-8. */
    public Adam(List<ParameterGroup> groups, Schedule schedule) {
        this(groups, schedule, 0.9, 0.999, 1e-8);
    }

    /** Adam with the given constants. Both betas must be from 0 to below 1. */
    public Adam(List<ParameterGroup> groups, Schedule schedule, double beta1, double beta2, double eps) {
        super(groups, schedule, FIRST, SECOND);
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && eps >= 0)) {
            throw new IllegalArgumentException(
                    "Adam: betas must be from 0 to below 1 and eps at least 0: " + beta1 + ", " + beta2 + ", " + eps);
        }
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.eps = eps;
    }

    @Override
    protected void update(String name, Tensor parameter, Tensor gradient, double rate, double decay) {
        Tensor w = parameter.detach();
        Tensor g = decay == 0 ? gradient : gradient.plus(w.times(decay));
        w.backend()
                .adamW(
                        w.view(),
                        g.view(),
                        moment(FIRST, name).view(),
                        moment(SECOND, name).view(),
                        rate,
                        beta1,
                        beta2,
                        eps,
                        0,
                        steps() + 1);
    }
}
