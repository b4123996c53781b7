package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Progress;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.pool.MaxPooled;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.GroupStratification;
import org.unmute.probes.train.LinearFit;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.backend.Backends;

/**
 * Trains the probes of a run, each with a checkpoint in the run's folder, or fits linear ones to the minimum of their
 * loss. With background recordings, a first training finds their hardest stretches, and the probe is trained again with
 * these.
 *
 * @param name    name of the probe
 * @param classes names of the classes
 * @param key     key of the tokens
 * @param folder  folder of the run
 * @param recordings recording of each labelled clip, none of which is divided between left-out clips and others, if
 *                linear probes are fitted where the loss allows it; null if all are trained by steps
 * @param display shows the progress
 */
public record SeedTraining(
        String name,
        ProbeOptions options,
        List<String> classes,
        CacheKey key,
        Path folder,
        List<String> recordings,
        Display display) {
    /** Number of times that background is mined for hard stretches. */
    private static final int ROUNDS = 1;

    /** Parts of the clips that are left out in turn to choose the penalty of a linear probe. */
    private static final int FOLDS = 5;

    /** Opens a progress display. */
    @FunctionalInterface
    public interface Display {
        /** Starts to show progress. */
        Progress start(String what, String unit, long total);
    }

    /**
     * The result of a training.
     *
     * @param background number of background stretches trained on; null without background
     * @param fitted     how a linear probe was fitted; null if the probe was trained by steps
     */
    public record Trained(
            TrainedProbe probe, ProbeTrainer.Result result, Integer background, LinearFit.Fitted fitted) {}

    /**
     * Trains a probe, or resumes its training.
     *
     * @param set        the labelled clips
     * @param background null for none
     * @throws CommandException if the options do not fit the tokens
     * @throws IOException if tokens cannot be read or a file of the run cannot be written
     */
    public Trained train(TokenSet set, BackgroundTokens background, TrainingSettings settings) throws IOException {
        String seed = "seed" + settings.seed() + ".safetensors";
        if (background == null) {
            return once(set, settings, folder.resolve("checkpoint-" + seed), "", null);
        }
        HardNegatives negatives = new HardNegatives(set, classes, background, settings.seed());
        for (int round = 1; round <= ROUNDS && negatives.isMoreLeft(); round++) {
            Path checkpoint = folder.resolve("checkpoint-round" + round + "-" + seed);
            negatives.mine(
                    once(negatives.clips(), settings, checkpoint, " round " + round, null)
                            .probe(),
                    round);
        }
        negatives.write(folder.resolve("mined-seed" + settings.seed() + ".csv"));
        return once(negatives.clips(), settings, folder.resolve("checkpoint-" + seed), "", negatives.background());
    }

    private Trained once(TokenSet set, TrainingSettings settings, Path checkpoint, String round, Integer background)
            throws IOException {
        Probe probe = fresh(name, set, options, settings.seed());
        if (set.boxes() != null && !(probe instanceof MaxPooled)) {
            throw CommandException.usage("--boxes: probe " + name + (options.has("rows") ? " with rows=true" : "")
                    + " does not take the maximum over tokens: use protobin or protofloat, without rows");
        }
        LinearFit fit =
                recordings == null ? null : LinearFit.of(probe, set, settings).orElse(null);
        if (fit != null) {
            return fitted(probe, fit, set, settings, round, background);
        }
        long steps = (long) settings.epochs() * Math.ceilDiv(set.clips(), settings.batch());
        ProbeTrainer.Result result;
        try (Progress progress = display.start(name + " seed " + settings.seed() + round, "steps", steps)) {
            long[] done = {0};
            long perEpoch = steps / settings.epochs();
            progress.resumable(() -> "it goes on after epoch " + done[0] / perEpoch + " of " + settings.epochs());
            result = ProbeTrainer.train(probe, set, settings, checkpoint, step -> {
                long now = (long) (step.epoch() - 1) * step.steps() + step.step();
                if (done[0] == 0 && now > 1) {
                    progress.pass(now - 1);
                    progress.remark("going on after epoch " + (step.epoch() - 1) + " of " + step.epochs());
                }
                done[0] = now;
                progress.advance(1);
            });
        }
        return new Trained(trained(result, probe, set, settings), result, background, null);
    }

    private TrainedProbe trained(ProbeTrainer.Result result, Probe probe, TokenSet set, TrainingSettings settings) {
        return result.trained(
                probe, classes, set.tokens().grid().cls(), settings.objective(), key.encoderHash(), key.frontEndHash());
    }

    private Trained fitted(
            Probe probe, LinearFit fit, TokenSet set, TrainingSettings settings, String round, Integer background) {
        int[] folds = folds(set, settings.seed());
        try (Progress progress =
                display.start(name + " seed " + settings.seed() + round, "fits", fit.minimizations(folds))) {
            LinearFit.Fitted fitted = fit.fit(folds, () -> progress.advance(1));
            ProbeTrainer.Result result = fitted.result(set);
            return new Trained(trained(result, probe, set, settings), result, background, fitted);
        }
    }

    private int[] folds(TokenSet set, long seed) {
        List<String> groups = new ArrayList<>(recordings);
        for (int i = groups.size(); i < set.clips(); i++) {
            groups.add("background " + i); // stretches, which come last
        }
        return GroupStratification.of(groups, set.targets(), set.classes()).folds(FOLDS, seed);
    }

    /** A probe for the tokens of a set, with the parameters that training begins with. */
    static Probe fresh(String name, TokenSet set, ProbeOptions options, long seed) {
        try {
            return Probes.create(Backends.current(), name, set.tokens().layout(), set.classes(), options, seed);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage());
        }
    }
}
