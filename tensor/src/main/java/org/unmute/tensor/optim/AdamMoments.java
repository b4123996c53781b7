package org.unmute.tensor.optim;

import java.util.List;
import org.unmute.tensor.Tensor;

/**
 * What {@link Adam} and {@link AdamW} share: two moments of each gradient, in the state under the names {@code exp_avg}
 * and {@code exp_avg_sq}, and the step along them. They differ in where the weight decay enters.
 */
abstract sealed class AdamMoments extends MomentOptimizer permits Adam, AdamW {
    static final double BETA1 = 0.9;
    static final double BETA2 = 0.999;
    static final double EPS = 1e-8;

    private static final String FIRST = "exp_avg";
    private static final String SECOND = "exp_avg_sq";

    private final double beta1;
    private final double beta2;
    private final double eps;

    AdamMoments(List<ParameterGroup> groups, Schedule schedule, double beta1, double beta2, double eps) {
        super(groups, schedule, FIRST, SECOND);
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && eps >= 0)) {
            throw new IllegalArgumentException(getClass().getSimpleName()
                    + ": betas must be from 0 to below 1 and eps at least 0: " + beta1 + ", " + beta2 + ", " + eps);
        }
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.eps = eps;
    }

    /**
     * Moves a parameter along its moments.
     *
     * @param decay weight decay apart from the gradient, as a share of the rate
     */
    final void move(String name, Tensor parameter, Tensor gradient, double rate, double decay) {
        parameter
                .backend()
                .adamW(
                        parameter.view(),
                        gradient.view(),
                        moment(FIRST, name).view(),
                        moment(SECOND, name).view(),
                        rate,
                        beta1,
                        beta2,
                        eps,
                        decay,
                        steps() + 1);
    }
}
