package org.unmute.probes.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.probes.pool.MaxPooled;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.Probes;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.optim.ParameterGroup;
import org.unmute.tensor.optim.Schedule;

/**
 * The settings for training a probe with AdamW; a cosine schedule takes the learning rate from {@code rate} to 0, or to
 * {@code floor}, over all steps.
 *
 * @param epochs passes over the clips, at least 1
 * @param batch clips per step, at least 1; the last step of an epoch may have fewer
 * @param rate learning rate, above 0
 * @param decay decoupled weight decay, at least 0
 * @param decayAll whether decay applies to all parameters; if not, only to weights of linear layers and convolutions,
 *     not to prototypes, queries, biases and gains
 * @param warmUp steps of linear warm-up from 0 before the cosine, 0 for none
 * @param clip maximum gradient norm, 0 for no clipping
 * @param objective the loss
 * @param standardize whether tokens are standardized by mean and standard deviation of each dimension over the training
 *     clips
 * @param seed for the order of clips and dropout; initial parameters have their own seed
 * @param stretch rows of the stretches that clips are trained by: a clip has the max of the logits of its stretches, as
 *     when detection scores them; 0: a clip is scored as a whole
 * @param floor learning rate below which the schedule does not fall, also in the warm-up; 0 for none
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
        long seed,
        int stretch,
        double floor) {
    private static final double PROTOTYPE_RATE = 1e-2;
    private static final double RATE = 1e-3;
    /** Smaller than the paper's: as many steps cost a fraction, and probes are as good. */
    private static final int BATCH = 32;
    /** Steps after which probes of some hundred clips no longer improve; fewer underfit. */
    private static final int LEAST_STEPS = 600;
    /** Epochs after which probes of a thousand clips hardly improve, unless that takes more steps than pay. */
    private static final int EPOCHS = 75;

    private static final int STEPS_THAT_PAY = 6000;
    private static final int LEAST_EPOCHS = 30;

    /** @throws IllegalArgumentException if a number is out of range */
    public TrainingSettings {
        if (epochs < 1 || batch < 1 || warmUp < 0 || stretch < 0) {
            throw new IllegalArgumentException(
                    "training: epochs and batch must be at least 1, warm-up and stretch at least 0: " + epochs + ", "
                            + batch + ", " + warmUp + ", " + stretch);
        }
        if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)
                || !(decay >= 0 && decay < Double.POSITIVE_INFINITY)
                || !(clip >= 0 && clip < Double.POSITIVE_INFINITY)
                || !(floor >= 0 && floor <= rate)) {
            throw new IllegalArgumentException(
                    "training: the rate must be above 0, decay and clip at least 0, all finite, and the floor 0 to the"
                            + " rate: " + rate + ", " + decay + ", " + clip + ", " + floor);
        }
    }

    /**
     * The paper's recipe (sections 5 and 11), made for thousands of clips: 30 epochs, batches of 128, weight decay 1e-4
     * on all parameters, cosine without warm-up, no clipping, asymmetric loss. The learning rate, which the paper
     * tunes, is 1e-2 for probes with prototypes (searched from 2e-3 to 8e-2, since cosines are small) and 1e-3 for all
     * others (1e-4 to 7e-3).
     *
     * @param probe name of the probe
     * @throws IllegalArgumentException if there is no such probe
     */
    public static TrainingSettings paper(String probe) {
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
                0,
                0,
                0);
    }

    /**
     * Settings by which a probe converges also with few clips: the paper's, but in batches of {@value #BATCH}, and with
     * standardized tokens if the probe is trained on those of one layer. {@link #convergingEpochs} fits.
     *
     * @param probe name of the probe
     * @throws IllegalArgumentException if there is no such probe
     */
    public static TrainingSettings converging(String probe) {
        TrainingSettings paper = paper(probe);
        ProbeType type = Probes.type(probe);
        return paper.withBatch(BATCH).withStandardize(!type.needsLayers() && !type.hasNeighbours());
    }

    /**
     * The options of a probe of clips that is trained by {@link #converging}: where the probe has {@link
     * MaxPooled#EXTREMES} and it is not given, it is {@code true}.
     *
     * @param probe name of the probe
     * @param given options that are kept
     * @throws IllegalArgumentException if there is no such probe
     */
    public static ProbeOptions convergingOptions(String probe, ProbeOptions given) {
        boolean has = Probes.type(probe).options().contains(MaxPooled.EXTREMES);
        return has && !given.has(MaxPooled.EXTREMES) ? given.with(MaxPooled.EXTREMES, true) : given;
    }

    /**
     * A number of epochs in which a probe converges: {@value #EPOCHS}, more for few clips so that there are at least
     * {@value #LEAST_STEPS} steps, and down to {@value #LEAST_EPOCHS} where more take over {@value #STEPS_THAT_PAY}.
     *
     * @param clips to train on, at least 1
     * @param batch clips per step
     */
    public static int convergingEpochs(int clips, int batch) {
        int perEpoch = Math.ceilDiv(clips, batch);
        int least = Math.max(LEAST_EPOCHS, Math.ceilDiv(LEAST_STEPS, perEpoch));
        return Math.max(least, Math.min(EPOCHS, STEPS_THAT_PAY / perEpoch));
    }

    /** With another number of epochs. */
    public TrainingSettings withEpochs(int epochs) {
        return new TrainingSettings(
                epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed, stretch, floor);
    }

    /** With another batch size. */
    public TrainingSettings withBatch(int batch) {
        return new TrainingSettings(
                epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed, stretch, floor);
    }

    /** With another learning rate. */
    public TrainingSettings withRate(double rate) {
        return new TrainingSettings(
                epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed, stretch, floor);
    }

    /** With another weight decay. */
    public TrainingSettings withDecay(double decay) {
        return new TrainingSettings(
                epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed, stretch, floor);
    }

    /** With weight decay on all parameters or on matrices only. */
    public TrainingSettings withDecayAll(boolean decayAll) {
        return new TrainingSettings(
                epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed, stretch, floor);
    }

    /** With another number of warm-up steps. */
    public TrainingSettings withWarmUp(long warmUp) {
        return new TrainingSettings(
                epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed, stretch, floor);
    }

    /** With another maximum gradient norm. */
    public TrainingSettings withClip(double clip) {
        return new TrainingSettings(
                epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed, stretch, floor);
    }

    /** With another loss. */
    public TrainingSettings withObjective(Objective objective) {
        return new TrainingSettings(
                epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed, stretch, floor);
    }

    /** With or without standardized tokens. */
    public TrainingSettings withStandardize(boolean standardize) {
        return new TrainingSettings(
                epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed, stretch, floor);
    }

    /** With another seed. */
    public TrainingSettings withSeed(long seed) {
        return new TrainingSettings(
                epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed, stretch, floor);
    }

    /** With stretches of this many rows, or whole clips. */
    public TrainingSettings withStretch(int stretch) {
        return new TrainingSettings(
                epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed, stretch, floor);
    }

    /** With a learning rate below which the schedule does not fall. */
    public TrainingSettings withFloor(double floor) {
        return new TrainingSettings(
                epochs, batch, rate, decay, decayAll, warmUp, clip, objective, standardize, seed, stretch, floor);
    }

    /**
     * The parameters with their rate and decay, in their order: the norm to which gradients are clipped is summed in
     * that of the groups.
     */
    List<ParameterGroup> groups(Map<String, Tensor> parameters) {
        if (decayAll()) {
            return List.of(new ParameterGroup(parameters, rate(), decay()));
        }
        List<ParameterGroup> groups = new ArrayList<>();
        parameters.forEach((name, p) -> {
            double own = p.rank() > 1 && name.endsWith("weight") ? decay() : 0;
            groups.add(new ParameterGroup(Map.of(name, p), rate(), own));
        });
        return groups;
    }

    /** The learning rate schedule over all steps. */
    Schedule schedule(long steps) {
        if (floor > 0) {
            return Schedule.riseAndDecay(steps, warmUp, floor);
        }
        return warmUp == 0 ? Schedule.cosine(steps) : Schedule.cosineWithWarmUp(steps, warmUp, 0);
    }

    /** All settings by name, for reports and for comparison with a checkpoint. */
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
        if (stretch > 0) {
            d.put("stretch", Integer.toString(stretch));
        }
        if (floor > 0) {
            d.put("floor", Double.toString(floor));
        }
        return d;
    }
}
