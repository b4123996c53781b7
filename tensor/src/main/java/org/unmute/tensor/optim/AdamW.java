package org.unmute.tensor.optim;

import java.util.List;
import java.util.Map;
import org.unmute.tensor.Tensor;

/**
 * Adam with decoupled weight decay, as in torch's {@code AdamW}. The moments in the state are named {@code exp_avg} and
 * {@code exp_avg_sq}.
 */
public final class AdamW extends AdamMoments {
    /** All parameters with one rate and weight decay, at every step; torch's default decay is 0.01. */
    public AdamW(Map<String, Tensor> parameters, double rate, double decay) {
        this(List.of(new ParameterGroup(parameters, rate, decay)), Schedule.constant());
    }

    /** AdamW with β₁ = 0.9, β₂ = 0.999 and eps = 1e-8. */
    public AdamW(List<ParameterGroup> groups, Schedule schedule) {
        this(groups, schedule, BETA1, BETA2, EPS);
    }

    /** AdamW with the given constants. Both betas must be from 0 to below 1. */
    public AdamW(List<ParameterGroup> groups, Schedule schedule, double beta1, double beta2, double eps) {
        super(groups, schedule, beta1, beta2, eps);
    }

    @Override
    protected void update(String name, Tensor parameter, Tensor gradient, double rate, double decay) {
        move(name, parameter, gradient, rate, decay);
    }
}
