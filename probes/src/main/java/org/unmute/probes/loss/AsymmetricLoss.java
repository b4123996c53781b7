package org.unmute.probes.loss;

import org.unmute.tensor.Grad;
import org.unmute.tensor.LossReduction;
import org.unmute.tensor.Losses;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * Asymmetric loss for multi-label targets (Ridnik et al. 2021; paper, section 4.4). With {@code p = sigmoid(x)} and
 * {@code p_m = max(p - margin, 0)} it is {@code -[y (1 - p)^γ⁺ log p + (1 - y) p_m^γ⁻ log(1 - p_m)]}; targets between 0
 * and 1 blend focusing weights and exponents alike. Arguments of logarithms are clamped to at least {@code eps}.
 *
 * <p>1 - p is computed as sigmoid(-x), which is accurate where p is near 1. Where the base of a focusing weight is 0,
 * its gradient is 0, even for exponents below 1.
 *
 * @param gammaNegative γ⁻, exponent of absent classes, at least 0
 * @param gammaPositive γ⁺, exponent of present classes, at least 0
 * @param margin probability below which an absent class costs nothing, in [0, 1)
 * @param eps lower bound of the arguments of logarithms, in (0, 1)
 * @param detached whether the gradient treats the focusing weight as a constant
 * @param reduction over batch and classes
 */
public record AsymmetricLoss(
        double gammaNegative,
        double gammaPositive,
        double margin,
        double eps,
        boolean detached,
        LossReduction reduction)
        implements Loss {
    /** γ⁻ 4, γ⁺ 1, margin 0.05, mean; the gradient flows through the focusing weight. */
    public static final AsymmetricLoss DEFAULT = new AsymmetricLoss(4, 1, 0.05, 1e-8, false, LossReduction.MEAN);

    /** Lower bound of the base of powers, so that the gradient at 0 is 0 instead of 0 · ∞. */
    private static final double MIN_BASE = 1e-30;

    /** Checks the ranges. */
    public AsymmetricLoss {
        if (!(gammaNegative >= 0) || !(gammaPositive >= 0) || !(margin >= 0 && margin < 1) || !(eps > 0 && eps < 1)) {
            throw new IllegalArgumentException(
                    "asymmetric loss: needs gammas of at least 0, margin in [0, 1), eps in (0, 1): " + gammaNegative
                            + ", " + gammaPositive + ", " + margin + ", " + eps);
        }
    }

    @Override
    public String name() {
        return "asl";
    }

    @Override
    public Tensor of(Tensor logits, Tensor targets) {
        return reduction.of(gains(logits, targets)).times(-1);
    }

    @Override
    public Tensor elements(Tensor logits, Tensor targets) {
        return gains(logits, targets).times(-1);
    }

    private Tensor gains(Tensor logits, Tensor targets) {
        Tensor y = Losses.targetsLike("asymmetric loss", logits, targets);
        Tensor absent = y.affine(-1, 1);
        Tensor logP = logits.unary(Unary.LOG_SIGMOID);
        Tensor logQ = logits.times(-1).unary(Unary.LOG_SIGMOID);
        Tensor logNotPm = margin == 0
                ? atLeastLogEps(logQ)
                : logQ.exp().plus(margin).clamp(eps, 1).log();
        Tensor elements = y.times(atLeastLogEps(logP)).plus(absent.times(logNotPm));
        if (gammaNegative > 0 || gammaPositive > 0) {
            Tensor weight =
                    detached ? Grad.withoutRecording(() -> focus(logP, logQ, y, absent)) : focus(logP, logQ, y, absent);
            elements = elements.times(weight);
        }
        return elements;
    }

    private Tensor atLeastLogEps(Tensor logarithms) {
        return logarithms.clamp(Math.log(eps), Double.POSITIVE_INFINITY);
    }

    private Tensor focus(Tensor logP, Tensor logQ, Tensor y, Tensor absent) {
        Tensor p = logP.exp();
        Tensor pm = margin == 0 ? p : p.minus(margin).clamp(0, Double.POSITIVE_INFINITY);
        Tensor base = y.times(logQ.exp()).plus(absent.times(pm));
        return base.clamp(MIN_BASE, Double.POSITIVE_INFINITY)
                .pow(y.affine(gammaPositive - gammaNegative, gammaNegative));
    }
}
