package org.unmute.cli.option;

import org.unmute.cli.console.CommandException;
import org.unmute.data.Task;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.TrainingSettings;
import picocli.CommandLine.Option;

/** Options for training a probe. Defaults are the paper's recipe. */
public final class TrainingOptions {
    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the training clips (default: ${DEFAULT-VALUE}).")
    private int epochs = 30;

    @Option(names = "--batch", paramLabel = "N", description = "Clips per step (default: ${DEFAULT-VALUE}).")
    private int batch = 128;

    @Option(
            names = "--lr",
            paramLabel = "X",
            description = "Learning rate (default: 1e-2 for probes with prototypes, 1e-3 for others).")
    private Double rate;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            defaultValue = "1e-4",
            description = "Weight decay (default: ${DEFAULT-VALUE}).")
    private double decay;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description = "Warm-up steps of the learning rate (default: ${DEFAULT-VALUE}).")
    private long warmUp;

    @Option(
            names = "--clip",
            paramLabel = "X",
            defaultValue = "0",
            description = "Maximum gradient norm; 0 for no limit (default: ${DEFAULT-VALUE}).")
    private double clip;

    @Option(
            names = "--loss",
            paramLabel = "NAME",
            description = "asl (asymmetric, several classes a clip), bce, or ce (one class a clip) (default: ce for a"
                    + " --dataset with one class a clip, such as esc50 and sc2; else asl).")
    private String loss;

    @Option(
            names = "--standardize",
            description = "Standardize each token channel by the training clips' mean and deviation.")
    private boolean standardize;

    /**
     * A loss and the reason for its choice.
     *
     * @param objective the loss
     * @param reason as text, for output and records
     */
    public record ChosenLoss(Objective objective, String reason) {
        @Override
        public String toString() {
            return "loss " + objective.loss().name() + " (" + reason + ")";
        }
    }

    /**
     * The given loss; by default cross-entropy for a data set with one class per clip, else the asymmetric loss.
     *
     * @param task of the data set; null for a label file, which does not state it
     * @throws CommandException if there is no such loss
     */
    public ChosenLoss loss(Task task) {
        if (loss != null) {
            try {
                return new ChosenLoss(Objective.named(loss), "as given");
            } catch (IllegalArgumentException e) {
                throw CommandException.usage("--" + e.getMessage(), e);
            }
        }
        return task == Task.SINGLE_LABEL
                ? new ChosenLoss(Objective.CE, "the data set has one class a clip; --loss asl or bce takes another")
                : new ChosenLoss(
                        Objective.ASL, task == null ? "the default; --loss ce for one class a clip" : "the default");
    }

    /** The recipe for one probe and seed. */
    public TrainingSettings settings(String probe, Objective objective, long seed) {
        TrainingSettings s = TrainingSettings.defaults(probe)
                .withEpochs(epochs)
                .withBatch(batch)
                .withDecay(decay)
                .withWarmUp(warmUp)
                .withClip(clip)
                .withObjective(objective)
                .withStandardize(standardize)
                .withSeed(seed);
        return rate == null ? s : s.withRate(rate);
    }
}
