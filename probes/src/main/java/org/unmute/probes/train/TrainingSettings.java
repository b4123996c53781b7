package org.unmute.probes.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.probes.pool.Probes;
import org.unmute.tensor.optim.Schedule;

/**
 * How a probe is trained: AdamW, learning rate from {@code rate} to 0 along a cosine over all steps.
 *
 * @param epochs passes over the clips, at least 1
 * @param batch clips a step, at least 1; the last step of an epoch takes what is left
 * @param rate learning rate, above 0
 * @param decay decoupled weight decay, at least 0
 * @param decayAll whether decay reaches every parameter, else only weights of linear layers and convolutions: not
 *     prototypes, queries, biases and gains
 * @param warmUp steps of linear rise from 0 before the cosine, 0 for none
 * @param clip maximum norm of a step's gradients, 0 for no limit
 * @param objective the loss
 * @param standardize whether tokens are standardized by the training clips' mean and deviation of each dimension
 * @param seed decides the order of clips and dropout; fresh parameters have a seed of their own
 */
public record TrainingSettings(
        int epochs,
        int batch,
        double rate,
        double decay,
        boolean decayAll,
        long warmUp,
        double clip,
        Objective objective,
        boolean standardize,
        long seed) {
    private static final double PROTOTYPE_RATE = 1e-2;
    private static final double RATE = 1e-3;

    /** @throws IllegalArgumentException if a number is out of range */
    public TrainingSettings {
        if (epochs < 1 || batch < 1 || warmUp < 0) {
            throw new IllegalArgumentException("training: epochs and batch must be at least 1, warm-up at least 0: "
                    + epochs + ", " + batch + ", " + warmUp);
        }
        if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)
                || !(decay >= 0 && decay < Double.POSITIVE_INFINITY)
                || !(clip >= 0 && clip < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "training: the rate must be above 0, decay and clip at least 0, all finite: " + rate + ", " + decay
                            + ", " + clip);
        }
    }

    /**
     * The paper's recipe (sections 5 and 11): 30 epochs, batches of 128, weight decay 1e-4 on everything, cosine
     * without warm-up, no clipping, asymmetric loss. The learning rate, which the paper tunes, is 1e-2 for probes with
     * prototypes (searched from 2e-3 to 8e-2, since cosines are small) and 1e-3 for all others (1e-4 to 7e-3).
     *
     * @param probe name of the probe
     * @throws IllegalArgumentException if there is none of that name
     */
    public static TrainingSettings defaults(String probe) {
        return new TrainingSettings(
                30,
                128,
                Probes.type(probe).hasPrototypes() ? PROTOTYPE_RATE : RATE,
                1e-4,
                true,
                0,
                0,
                Objective.ASL,
                false,
                0);
    }

    /** With another number of epochs. */
    public TrainingSettings withEpochs(int epochs) {
        return new TrainingSettings(epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed);
    }

    /** With another batch size. */
    public TrainingSettings withBatch(int batch) {
        return new TrainingSettings(epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed);
    }

    /** With another learning rate. */
    public TrainingSettings withRate(double rate) {
        return new TrainingSettings(epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed);
    }

    /** With another weight decay. */
    public TrainingSettings withDecay(double decay) {
        return new TrainingSettings(epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed);
    }

    /** With weight decay on everything or on matrices only. */
    public TrainingSettings withDecayAll(boolean decayAll) {
        return new TrainingSettings(epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed);
    }

    /** With another number of warm-up steps. */
    public TrainingSettings withWarmUp(long warmUp) {
        return new TrainingSettings(epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed);
    }

    /** With another limit of the gradients' norm. */
    public TrainingSettings withClip(double clip) {
        return new TrainingSettings(epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed);
    }

    /** With another loss. */
    public TrainingSettings withObjective(Objective objective) {
        return new TrainingSettings(epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed);
    }

    /** With or without standardized tokens. */
    public TrainingSettings withStandardize(boolean standardize) {
        return new TrainingSettings(epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed);
    }

    /** With another seed. */
    public TrainingSettings withSeed(long seed) {
        return new TrainingSettings(epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed);
    }

    /** The learning rate's course over all steps. */
    Schedule schedule(long steps) {
        return warmUp == 0 ? Schedule.cosine(steps) : Schedule.cosineWithWarmUp(steps, warmUp, 0);
    }

    /** By name, for reports and for comparing a checkpoint's settings. */
    public Map<String, String> describe() {
        Map<String, String> d = new LinkedHashMap<>();
        d.put("epochs", Integer.toString(epochs));
        d.put("batch", Integer.toString(batch));
        d.put("rate", Double.toString(rate));
        d.put("decay", Double.toString(decay));
        d.put("decay_all", Boolean.toString(decayAll));
        d.put("warm_up", Long.toString(warmUp));
        d.put("clip", Double.toString(clip));
        d.put("loss", objective.loss().name());
        d.put("standardize", Boolean.toString(standardize));
        d.put("seed", Long.toString(seed));
        return d;
    }
}
