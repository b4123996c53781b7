package org.unmute.tensor.nn;

import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.RandomNumbers;

/**
 * Whether a network is evaluated or trained. It is passed to {@link Layer#apply(org.unmute.tensor.Tensor, Mode)}
 * instead of being a switch in the layer, so one network may be evaluated while it is trained, and none is left in the
 * wrong mode.
 */
public final class Mode {
    /** Dropout drops nothing, batch normalization uses its running statistics. */
    public static final Mode EVALUATION = new Mode(0, null);

    private static final int DROPOUT = 1;

    private final long seed;
    private final @Nullable LongSupplier steps;
    private long step = -1;
    private @Nullable SplittableRandom random;

    private Mode(long seed, @Nullable LongSupplier steps) {
        this.seed = seed;
        this.steps = steps;
    }

    /**
     * Training. All random decisions are functions of the seed and the step, so a run gives the same bits each time,
     * also one that goes on from a saved optimizer. One mode serves the whole training.
     *
     * @param seed  of the run
     * @param steps number of steps taken, at least 0, as {@code optimizer::steps} gives it
     */
    public static Mode training(long seed, LongSupplier steps) {
        return new Mode(seed, Objects.requireNonNull(steps));
    }

    /** Whether the network is trained. */
    public boolean isTraining() {
        return steps != null;
    }

    /**
     * The source of random decisions: a new one at each step, the same one, read on, within a step.
     *
     * @throws IllegalStateException in evaluation
     */
    public SplittableRandom random() {
        if (steps == null) {
            throw new IllegalStateException("mode: evaluation takes no random decision");
        }
        long now = steps.getAsLong();
        if (random == null || now != step) {
            random = RandomNumbers.stream(seed, DROPOUT, now);
            step = now;
        }
        return random;
    }
}
