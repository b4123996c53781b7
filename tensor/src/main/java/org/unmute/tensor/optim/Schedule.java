package org.unmute.tensor.optim;

/**
 * Computes the learning rate of each optimizer step from the base rate of a parameter group. Steps count from 0; steps
 * past the end keep the last rate. {@link Plateau} depends on what the training achieves.
 */
@FunctionalInterface
public interface Schedule {
    /** The learning rate of a step. */
    double rate(double base, long step);

    /** The base rate at every step. */
    static Schedule constant() {
        return (base, step) -> base;
    }

    /** The base rate, multiplied by a factor after each {@code every} steps: torch's {@code StepLR}. */
    static Schedule step(long every, double factor) {
        if (every < 1 || !(factor > 0)) {
            throw new IllegalArgumentException(
                    "schedule: steps and factor must be above 0: every " + every + ", factor " + factor);
        }
        return (base, step) -> base * Math.pow(factor, step / every);
    }

    /** Cosine annealing from the base rate to 0: torch's {@code CosineAnnealingLR} with {@code T_max = total}. */
    static Schedule cosine(long total) {
        return cosine(total, 0);
    }

    /** Cosine annealing from the base rate to {@code min}. */
    static Schedule cosine(long total, double min) {
        return cosineWithWarmUp(total, 0, min);
    }

    /**
     * Linear warm-up over {@code warmUp} steps, the first of which has rate 0, then cosine annealing from the base rate
     * to {@code min} at step {@code total}. As in Bird-MAE's {@code CosineWarmupScheduler}.
     */
    static Schedule cosineWithWarmUp(long total, long warmUp, double min) {
        requireSteps(total, warmUp);
        return (base, step) ->
                step < warmUp ? base * step / warmUp : min + (base - min) * halfCosine(step - warmUp, total - warmUp);
    }

    /**
     * As {@link #cosineWithWarmUp}, but anneals to 0 and clamps all rates to at least {@code min}, which is therefore
     * the rate of the first warm-up step. As in BAT's {@code RiseRunDecay}.
     */
    static Schedule riseAndDecay(long total, long warmUp, double min) {
        requireSteps(total, warmUp);
        return (base, step) -> Math.max(
                min, base * (step < warmUp ? (double) step / warmUp : halfCosine(step - warmUp, total - warmUp)));
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
