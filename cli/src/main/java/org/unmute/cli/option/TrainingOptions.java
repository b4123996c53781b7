package org.unmute.cli.option;

import org.unmute.cli.console.CommandException;
import org.unmute.data.Task;
import org.unmute.options.HelpTopic;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.TrainingSettings;
import picocli.CommandLine.Option;

/** Options for training a probe. By default probes train to convergence, linear ones to the minimum of their loss. */
@HelpTopic("Training")
public final class TrainingOptions {
    private static final String PAPER = "paper";
    private static final double DECAY = 1e-4;

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            description = "What the options below and those of the probe are unless they are given: paper, made for"
                    + " thousands of clips (30 epochs in batches of 128, tokens as they are), or with --frames also "
                    + FrameRecipe.NAME + ", by which the authors of BAT_ICML2026 train heads"
                    + " frame by frame: 10,000 prototypes, bce, learning rate 1e-3 to 1e-6, weight decay 0.05 on linear"
                    + " layers, 10,000 steps of 16 clips with a warm-up of 1,000 (cgp: 4,000, 4, 400) (default: what"
                    + " converges with few clips, too).")
    private String recipe;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the training clips (default: 75, of few clips so many that there are at least"
                    + " 600 steps, of more than 2,500 fewer; linear probes are fitted to the minimum of their loss,"
                    + " unless this, --batch, --lr, --weight-decay, --warm-up, --clip, --recipe or --loss asl is"
                    + " given).")
    private Integer epochs;

    @Option(names = "--batch", paramLabel = "N", description = "Clips per step (default: 32).")
    private Integer batch;

    @Option(
            names = "--lr",
            paramLabel = "X",
            description = "Learning rate (default: 1e-2 for probes with prototypes, 1e-3 for others).")
    private Double rate;

    @Option(names = "--weight-decay", paramLabel = "X", description = "Weight decay (default: " + DECAY + ").")
    private Double decay;

    @Option(names = "--warm-up", paramLabel = "N", description = "Warm-up steps of the learning rate (default: 0).")
    private Long warmUp;

    @Option(
            names = "--clip",
            paramLabel = "X",
            defaultValue = "0",
            description = "Maximum gradient norm; 0 for no limit (default: ${DEFAULT-VALUE}).")
    private double clip;

    @Option(
            names = "--loss",
            paramLabel = "NAME",
            description = "asl (asymmetric, several classes a clip), bce, or ce (one class a clip) (default: bce with"
                    + " --frames and --boxes, and for linear probes; ce for a --dataset with one class a clip, such as"
                    + " esc50 and sc2; else asl).")
    private String loss;

    @Option(
            names = "--standardize",
            negatable = true,
            description =
                    "Standardize each token channel by the training clips' mean and deviation, or do not (default:"
                            + " standardized, unless the probe looks at all layers or keeps its clips, or a --recipe is"
                            + " given).")
    private Boolean standardize;

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
     * The given loss; by default binary cross-entropy of rows, cross-entropy for a data set with one class per clip,
     * else the asymmetric loss.
     *
     * @param task of the data set; null for a label file, which does not state it
     * @param frames whether rows are trained
     * @throws CommandException if there is no such loss or recipe, or it is not for rows
     */
    public ChosenLoss loss(Task task, boolean frames) {
        if (recipe != null && !recipe.equals(PAPER) && !(recipe.equals(FrameRecipe.NAME) && frames)) {
            throw CommandException.usage(
                    "--recipe " + recipe + ": there are " + PAPER + " and, with --frames, " + FrameRecipe.NAME);
        }
        if (loss != null) {
            try {
                Objective given = Objective.named(loss);
                if (frames && given.isSingleLabel()) {
                    throw CommandException.usage("--loss " + loss + " is for one class a clip, and with times a"
                            + " moment may have several or none: use bce or asl");
                }
                return new ChosenLoss(given, "as given");
            } catch (IllegalArgumentException e) {
                throw CommandException.usage("--" + e.getMessage(), e);
            }
        }
        if (frames) {
            return new ChosenLoss(Objective.BCE, "the default of rows and boxes");
        }
        return task == Task.SINGLE_LABEL
                ? new ChosenLoss(Objective.CE, "the data set has one class a clip; --loss asl or bce takes another")
                : new ChosenLoss(
                        Objective.ASL, task == null ? "the default; --loss ce for one class a clip" : "the default");
    }

    /**
     * Whether linear probes are fitted to the minimum of their loss: no option is given of a training by steps, and no
     * loss that is not convex.
     */
    public boolean fitsLinear() {
        return recipe == null
                && epochs == null
                && batch == null
                && rate == null
                && decay == null
                && warmUp == null
                && clip == 0
                && (loss == null || Objective.named(loss) != Objective.ASL);
    }

    /** The loss of a linear probe that is fitted: the one that was chosen, but binary cross-entropy in place of the
     * asymmetric loss, which is not convex. */
    public static ChosenLoss convex(ChosenLoss chosen) {
        return chosen.objective() == Objective.ASL
                ? new ChosenLoss(Objective.BCE, "the default of linear probes; --loss ce for one class a clip")
                : chosen;
    }

    /** Whether standardized tokens were asked for. */
    public boolean standardizes() {
        return standardize != null && standardize;
    }

    /** Whether probes are trained by what converges, not by a recipe. */
    public boolean converges() {
        return recipe == null;
    }

    private boolean ofFrames() {
        return FrameRecipe.NAME.equals(recipe);
    }

    /** The options of a probe, with those that the recipe sets where they are not given. */
    public ProbeOptions options(String probe, int classes, ProbeOptions given) {
        return ofFrames() ? FrameRecipe.options(probe, classes, given) : given;
    }

    /**
     * The recipe for one probe and seed.
     *
     * @param clips to train on
     */
    public TrainingSettings settings(String probe, Objective objective, long seed, int clips) {
        TrainingSettings s = recipe == null ? TrainingSettings.converging(probe) : TrainingSettings.paper(probe);
        FrameRecipe own = ofFrames() ? FrameRecipe.of(probe) : null;
        if (own != null) {
            s = own.settings(s);
        }
        s = batch != null ? s.withBatch(batch) : s;
        s = rate != null ? s.withFloor(Math.min(s.floor(), rate)).withRate(rate) : s;
        s = decay != null ? s.withDecay(decay) : s;
        s = warmUp != null ? s.withWarmUp(warmUp) : s;
        s = standardize != null ? s.withStandardize(standardize) : s;
        return s.withEpochs(epochs != null ? epochs : epochs(s, own, clips))
                .withClip(clip)
                .withObjective(objective)
                .withSeed(seed);
    }

    private int epochs(TrainingSettings s, FrameRecipe own, int clips) {
        return own != null
                ? own.epochs(clips, s.batch())
                : recipe == null ? TrainingSettings.convergingEpochs(clips, s.batch()) : s.epochs();
    }
}
