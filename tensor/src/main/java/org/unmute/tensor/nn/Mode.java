package org.unmute.tensor.nn;

import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Whether a network is evaluated or trained. It is passed to {@link Layer#apply(org.unmute.tensor.Tensor, Mode)}
 * instead of being a switch in the layer, so one network may be evaluated while it is trained, and none is left in the
 * wrong mode.
 */
public final class Mode {
    /** Dropout drops nothing, batch normalization uses its running statistics. */
    public static final Mode EVALUATION = new Mode(null);

    private final @Nullable SplittableRandom random;

    private Mode(@Nullable SplittableRandom random) {
        this.random = random;
    }

    /**
     * Training.
     *
     * @param random source of all random decisions, see {@link org.unmute.tensor.RandomNumbers#stream}
     */
    public static Mode training(SplittableRandom random) {
        return new Mode(Objects.requireNonNull(random));
    }

    /** Whether the network is trained. */
    public boolean isTraining() {
        return random != null;
    }

    /**
     * The source of random decisions.
     *
     * @throws IllegalStateException in evaluation
     */
    public SplittableRandom random() {
        if (random == null) {
            throw new IllegalStateException("mode: evaluation takes no random decision");
        }
        return random;
    }
}
