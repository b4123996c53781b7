package org.unmute.tensor.optim;

/**
 * The learning rate of each optimizer step, from the base rate of a parameter group. Steps count from 0; steps past the
 * end keep the last rate.
 */
@FunctionalInterface
public interface Schedule {
    /** The rate of step {@code step}. */
    double rate(double base, long step);

    /** Always the base rate. */
    static Schedule constant() {
        return (base, step) -> base;
    }

    /** Half a cosine from the base rate to 0: torch's {@code CosineAnnealingLR} with {@code T_max = total}. */
    static Schedule cosine(long total) {
        return cosine(total, 0);
    }

    /** Half a cosine from the base rate to {@code least}. */
    static Schedule cosine(long total, double least) {
        return cosineWithWarmUp(total, 0, least);
    }

    /**
     * Linear from 0 over {@code warmUp} steps, then half a cosine from the base rate to {@code least} at {@code total};
     * the first step of a warm-up has rate 0. As Bird-MAE's {@code CosineWarmupScheduler}.
     */
    static Schedule cosineWithWarmUp(long total, long warmUp, double least) {
        requireSteps(total, warmUp);
        return (base, step) -> step < warmUp
                ? base * step / warmUp
                : least + (base - least) * halfCosine(step - warmUp, total - warmUp);
    }

    /**
     * The same shape, but from the base rate to 0 and never below {@code least}, which is also the rate of a warm-up's
     * first step. As {@code RiseRunDecay} of BAT.
     */
    static Schedule riseAndDecay(long total, long warmUp, double least) {
        requireSteps(total, warmUp);
        return (base, step) -> Math.max(
                least, base * (step < warmUp ? (double) step / warmUp : halfCosine(step - warmUp, total - warmUp)));
    }

    private static double halfCosine(long step, long length) {
        return 0.5 * (1 + Math.cos(Math.PI * Math.min(step, length) / length));
    }

    private static void requireSteps(long total, long warmUp) {
        if (warmUp < 0 || total <= warmUp) {
            throw new IllegalArgumentException(
                    "schedule: needs 0 <= warm-up < total, got warm-up " + warmUp + " of " + total);
        }
    }
}
