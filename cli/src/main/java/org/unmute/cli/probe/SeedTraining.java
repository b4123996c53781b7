package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Progress;
import org.unmute.data.ClipId;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.pool.MaxPooled;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.CrossFit;
import org.unmute.probes.train.CrossFolds;
import org.unmute.probes.train.HeldOutCurve;
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
 * @param recordings recording of each labelled clip, or its block of a single one, none of which is divided between
 *                left-out clips and others
 * @param fitsLinear whether linear probes are fitted where the loss allows it, rather than trained by steps
 * @param folds   without each of which another probe is trained, to score what it has not heard; null for none
 * @param validation clips that no training sees, whose loss is observed; null for none
 * @param display shows the progress
 */
public record SeedTraining(
        String name,
        ProbeOptions options,
        List<String> classes,
        CacheKey key,
        Path folder,
        List<String> recordings,
        boolean fitsLinear,
        CrossFolds folds,
        TokenSet validation,
        Display display) {
    /** Number of times that background is mined for hard stretches. */
    private static final int ROUNDS = 1;

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
     * @param cross      the probes that were trained without a fold; null for none
     * @param half       the probes that were trained with half of the other folds; null for none
     * @param heldOut    the loss of clips that a training has not seen; null without any, or where it is not known
     */
    public record Trained(
            TrainedProbe probe,
            ProbeTrainer.Result result,
            Integer background,
            LinearFit.Fitted fitted,
            CrossFit cross,
            CrossFit half,
            HeldOutCurve heldOut) {}

    /** Clips with their recordings. */
    private record Clips(TokenSet set, List<String> recordings) {
        Clips subset(int[] which) {
            return new Clips(
                    set.subset(which),
                    Arrays.stream(which).mapToObj(recordings::get).toList());
        }
    }

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
            return crossed(new Clips(set, recordings), settings, seed, null);
        }
        HardNegatives negatives = new HardNegatives(set, classes, background, settings.seed());
        for (int round = 1; round <= ROUNDS && negatives.isMoreLeft(); round++) {
            Path checkpoint = folder.resolve("checkpoint-round" + round + "-" + seed);
            negatives.mine(
                    once(clips(negatives), null, settings, checkpoint, " round " + round, null, null)
                            .probe(),
                    round);
        }
        negatives.write(folder.resolve("mined-seed" + settings.seed() + ".csv"));
        return crossed(clips(negatives), settings, seed, negatives.background());
    }

    private Clips clips(HardNegatives negatives) {
        List<String> all = new ArrayList<>(recordings);
        negatives.chosen().forEach(id -> all.add(ClipId.recording(id)));
        return new Clips(negatives.clips(), all);
    }

    /** The probe of all clips, and those that are trained without a fold. */
    private Trained crossed(Clips clips, TrainingSettings settings, String seed, Integer background)
            throws IOException {
        Trained all = once(clips, validation, settings, folder.resolve("checkpoint-" + seed), "", null, null);
        List<HeldOutCurve> curves = new ArrayList<>();
        CrossFit cross = folds == null ? null : crossFit(folds, "fold", clips, settings, seed, all, curves);
        CrossFolds halved = folds == null ? null : folds.halved().orElse(null);
        CrossFit half = halved == null ? null : crossFit(halved, "half", clips, settings, seed, all, null);
        HeldOutCurve heldOut = folds == null ? all.heldOut() : curves.contains(null) ? null : HeldOutCurve.mean(curves);
        return new Trained(all.probe(), all.result(), background, all.fitted(), cross, half, heldOut);
    }

    /** @param curves receives the loss of the clips that each training leaves out; null if it is not wanted */
    private CrossFit crossFit(
            CrossFolds folds,
            String part,
            Clips clips,
            TrainingSettings settings,
            String seed,
            Trained all,
            List<HeldOutCurve> curves)
            throws IOException {
        List<TrainedProbe> probes = new ArrayList<>();
        List<Clips> heard = IntStream.range(0, folds.trainings())
                .mapToObj(i -> clips.subset(folds.heardBy(i, clips.recordings())))
                .toList();
        long steps = heard.stream().mapToLong(own -> steps(settings, own.set())).sum();
        String what = name + " seed " + settings.seed()
                + (part.equals("half")
                        ? " on half of the clips"
                        : (folds.trainings() == 1 ? " without one of " : " without each of ") + folds.count()
                                + " folds");
        try (Progress progress = display.start(
                what, all.fitted() == null ? "steps" : "fits", all.fitted() == null ? steps : folds.trainings())) {
            for (int i = 0; i < folds.trainings(); i++) {
                TokenSet train = heard.get(i).set();
                int[] others = folds.leftOutOf(i, clips.recordings());
                TokenSet leftOut = curves == null || others.length == 0
                        ? null
                        : clips.subset(others).set();
                Path checkpoint = folder.resolve("checkpoint-" + part + i + "-" + seed);
                // Fewer clips have fewer steps, and a warm-up must end before they do.
                TrainingSettings own = settings.withWarmUp(Math.min(settings.warmUp(), steps(settings, train) - 1));
                Trained one = once(heard.get(i), leftOut, own, checkpoint, "", progress, all.fitted());
                probes.add(one.probe());
                if (curves != null) {
                    curves.add(one.heldOut());
                }
            }
        }
        return new CrossFit(folds, probes);
    }

    private static long steps(TrainingSettings settings, TokenSet set) {
        return (long) settings.epochs() * Math.ceilDiv(set.clips(), settings.batch());
    }

    /**
     * @param heldOut  clips whose loss is observed; null for none
     * @param part     of the training, in words
     * @param progress of several trainings, of which this is one; null to show it by itself
     * @param like     the fit of all clips, whose penalty is used again; null to choose one
     */
    private Trained once(
            Clips clips,
            TokenSet heldOut,
            TrainingSettings settings,
            Path checkpoint,
            String part,
            Progress progress,
            LinearFit.Fitted like)
            throws IOException {
        TokenSet set = clips.set();
        Probe probe = fresh(name, set, options, settings.seed());
        if (set.boxes() != null && !(probe instanceof MaxPooled)) {
            throw CommandException.usage("--boxes: probe " + name + (options.has("rows") ? " with rows=true" : "")
                    + " does not take the maximum over tokens: use protobin or protofloat, without rows");
        }
        LinearFit fit = fitsLinear ? LinearFit.of(probe, set, settings).orElse(null) : null;
        if (fit != null && like != null) {
            progress.advance(1);
            return fitted(probe, fit.fitAt(like.strength()), set, settings);
        }
        if (fit != null) {
            return fitted(probe, fit, clips, settings, part);
        }
        if (progress != null) {
            return stepped(probe, set, heldOut, settings, checkpoint, progress);
        }
        try (Progress own = display.start(name + " seed " + settings.seed() + part, "steps", steps(settings, set))) {
            return stepped(probe, set, heldOut, settings, checkpoint, own);
        }
    }

    private Trained stepped(
            Probe probe, TokenSet set, TokenSet heldOut, TrainingSettings settings, Path checkpoint, Progress progress)
            throws IOException {
        long[] done = {0};
        long perEpoch = steps(settings, set) / settings.epochs();
        progress.resumable(() -> "it goes on after epoch " + done[0] / perEpoch + " of " + settings.epochs());
        ProbeTrainer.Result result = ProbeTrainer.train(probe, set, heldOut, settings, checkpoint, step -> {
            long now = (long) (step.epoch() - 1) * step.steps() + step.step();
            if (done[0] == 0 && now > 1) {
                progress.pass(now - 1);
                progress.remark("going on after epoch " + (step.epoch() - 1) + " of " + step.epochs());
            }
            done[0] = now;
            progress.advance(1);
        });
        progress.pass(steps(settings, set) - done[0]); // of a run that was complete, or of a probe that takes one step
        return new Trained(trained(result, probe, set, settings), result, null, null, null, null, result.heldOut());
    }

    private TrainedProbe trained(ProbeTrainer.Result result, Probe probe, TokenSet set, TrainingSettings settings) {
        return result.trained(
                probe, classes, set.tokens().grid().cls(), settings.objective(), key.encoderHash(), key.frontEndHash());
    }

    private Trained fitted(Probe probe, LinearFit fit, Clips clips, TrainingSettings settings, String part) {
        int[] parts = LinearFit.folds(clips.recordings(), clips.set(), settings.seed());
        try (Progress progress =
                display.start(name + " seed " + settings.seed() + part, "fits", fit.minimizations(parts))) {
            return fitted(probe, fit.fit(parts, () -> progress.advance(1)), clips.set(), settings);
        }
    }

    private Trained fitted(Probe probe, LinearFit.Fitted fitted, TokenSet set, TrainingSettings settings) {
        ProbeTrainer.Result result = fitted.result(set);
        return new Trained(trained(result, probe, set, settings), result, null, fitted, null, null, null);
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
