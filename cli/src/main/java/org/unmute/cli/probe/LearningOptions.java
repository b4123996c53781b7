package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.option.EventLearningOptions;
import org.unmute.cli.option.FrameOptions;
import org.unmute.cli.option.PaddingOptions;
import org.unmute.cli.option.ProbeSettings;
import org.unmute.cli.option.TrainingOptions;
import org.unmute.cli.option.TrainingOptions.ChosenLoss;
import org.unmute.cli.option.VerdictOptions;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.files.NearestName;
import org.unmute.options.HelpTopic;
import org.unmute.options.InputPath;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;
import org.unmute.probes.train.TrainingSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** Options of how a probe learns, and from what besides its training clips. */
@HelpTopic("Training")
public final class LearningOptions {
    @Mixin
    private PaddingOptions padding;

    @Mixin
    private FrameOptions frames;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private ProbeSettings settings;

    @Mixin
    private EventLearningOptions events;

    @Mixin
    private TrainingAudit audit;

    @Mixin
    private VerdictOptions verdicts;

    @InputPath
    @Option(
            names = "--verdict-cache",
            paramLabel = "DIR",
            description = "Token cache of the recordings of --verdicts, if it is not --cache.")
    private Path verdictCache;

    /**
     * The probe to train.
     *
     * @param line with its options
     * @throws CommandException if there is no such probe, or options contradict each other
     */
    public ProbeChoice choose(String name, TrainingClips clips, ParseResult line) {
        if (!Probes.names().contains(name)) {
            throw CommandException.usage("--probe " + name + " is not known"
                    + NearestName.suggestion(name, Probes.names()) + "; " + Probes.ELSEWHERE);
        }
        clips.requireValid();
        events.rule();
        ProbeOptions options = settings.of(name, line);
        ChosenLoss loss = training.loss(clips.labels().task(), frames.given());
        if (frames.given()) {
            options = frames.isOfBoxes() ? BoxLabels.ofBoxes(name, options) : FrameLabels.ofRows(name, options);
            frames.edges();
            events.requireNoStretch();
        } else if (training.converges()) {
            options = TrainingSettings.convergingOptions(name, options);
        }
        if (Probes.type(name).needsLayers() && training.standardizes()) {
            throw CommandException.usage(
                    "--standardize is for tokens of one layer, probe " + name + " looks at all: leave it out");
        }
        return new ProbeChoice(name, options, loss);
    }

    /**
     * The probe with the loss that it has if it is fitted to its minimum; as it is if it is trained by steps.
     *
     * @param clips to train on
     */
    ProbeChoice convex(ProbeChoice choice, TokenSet clips) {
        boolean fits = training.fitsLinear() && !frames.given() && !events.trainsStretches();
        return fits
                        && SeedTraining.fresh(choice.name(), clips, choice.options(), 0)
                                .isLinear()
                ? new ProbeChoice(choice.name(), choice.options(), TrainingOptions.convex(choice.loss()))
                : choice;
    }

    /** How the probe is trained. */
    TrainingOptions training() {
        return training;
    }

    /** What the probe learns of events. */
    EventLearningOptions events() {
        return events;
    }

    /** The audit of the labels. */
    TrainingAudit audit() {
        return audit;
    }

    /** The tokens of training clips, with or without padding. */
    TokenSource tokens(ValidationClips clips, TokenCache tokens, CommandRun run) {
        return padding.training(clips.train(), clips.clips(), tokens, run::tell);
    }

    /** When the classes sound in the clips. */
    FrameLabels timed(
            TrainingClips clips, ValidationClips held, TokenCache tokens, KnownDigests digests, CommandRun run)
            throws IOException {
        if (!frames.given()) {
            return FrameLabels.NONE;
        }
        return frames.isOfBoxes()
                ? BoxLabels.of(
                        frames,
                        clips.labels(),
                        held,
                        tokens,
                        clips.cache(),
                        events.context(),
                        digests,
                        run.record(),
                        run::tell)
                : FrameLabels.of(frames, clips.labels(), held, tokens, clips.cache(), run.record(), run::tell);
    }

    /** The command that does better than a probe of few clips: a search for the marks; empty after a search. */
    Optional<String> search(TrainingClips clips) {
        return verdicts.given() ? Optional.empty() : clips.labels().search();
    }

    /** Stretches with verdicts; null if no verdicts were given. */
    VerdictClips verdicts(Objective objective, Path cache, ValidationClips held, TokenCache tokens, CommandRun run)
            throws IOException {
        return VerdictClips.of(verdicts, verdictCache, objective, tokens, cache, held, run.record(), run::tell);
    }
}
