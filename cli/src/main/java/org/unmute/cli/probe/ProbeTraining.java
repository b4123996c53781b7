package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.option.WarmStart;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.UsedClips;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.tensor.TensorScope;

/** Trains a probe, once for each seed, and writes the probes and the lists of their clips to the folder of a run. */
public final class ProbeTraining {
    private static final String VALIDATION = "validation-clips.csv";
    private static final Pattern FILES = Pattern.compile(
            "(probe|mined)-seed-?\\d+\\.(safetensors|csv)|checkpoint-((round|fold|half)\\d-)?seed-?\\d+\\..+");

    private final ProbeChoice choice;
    private final TrainingClips clips;
    private final LearningOptions learning;
    private final Path out;
    private final KnownDigests digests;
    private final BackgroundTokens.Display embedding;
    private final CommandRun run;

    /**
     * @param out       folder of the run
     * @param digests   hashes the encoder's file, if it must be opened
     * @param embedding shows how background recordings are embedded
     */
    public ProbeTraining(
            ProbeChoice choice,
            TrainingClips clips,
            LearningOptions learning,
            Path out,
            KnownDigests digests,
            BackgroundTokens.Display embedding,
            CommandRun run) {
        this.choice = choice;
        this.clips = clips;
        this.learning = learning;
        this.out = out;
        this.digests = digests;
        this.embedding = embedding;
        this.run = run;
    }

    /** What a probe learns from besides its training clips. */
    private record Lessons(
            TokenCache tokens,
            ValidationClips held,
            BackgroundTokens background,
            EventLearning events,
            TrainingBoxes boxes,
            LeftOutScores leftOut) {}

    /** Whether a file in the folder of a run is of a seed, perhaps of one that a killed run left. */
    public static boolean isOfSeed(String file) {
        return FILES.matcher(file).matches();
    }

    /**
     * Trains with each seed, or resumes that, and writes the record.
     *
     * @throws CommandException if clips, tokens and options do not fit together
     * @throws IOException if tokens cannot be read or a file of the run cannot be written
     */
    public TrainedRun train(TokenCache tokens, List<Long> seeds) throws IOException {
        TokenData.requireLayers(choice.name(), tokens, clips.cache());
        String search = learning.search(clips).orElse(null);
        TrainingClips.Found found = clips.find(tokens, run);
        ValidationClips held = found.validation();
        clips.audit(learning.audit(), found, tokens, run);
        writeClips(held, tokens);
        TokenSource source = learning.tokens(held, tokens, run);
        FrameLabels rows = learning.timed(clips, held, tokens, digests, run);
        Manifest train = held.train();
        TokenSet labelled = new TokenSet(source, train.targets(), train.labels().size(), rows.train(), rows.boxes());
        ProbeChoice choice = learning.convex(this.choice, labelled);
        Objective objective = choice.loss().objective();
        Map<String, TrainedRun.SeedRun> runs = new LinkedHashMap<>();
        try (VerdictClips more = learning.verdicts(objective, clips.cache(), held, tokens, run);
                BackgroundTokens background = background(tokens, train, objective)) {
            TokenSet set = more == null ? labelled : more.with(labelled);
            EventLearning events = EventLearning.of(
                    learning.events(),
                    held,
                    clips.cache(),
                    background,
                    held.timed(rows.validation()),
                    rows.boxes() != null);
            ProbeOptions chosen = learning.training().options(choice.name(), set.classes(), choice.options());
            SeedTraining trainer = new SeedTraining(
                    choice.name(),
                    chosen,
                    train.labels().names(),
                    tokens.key(),
                    out,
                    groups(held, more),
                    learning.training().fitsLinear(),
                    held.folds(),
                    neverTrainedOn(held, tokens, source.isSoundOnly()),
                    run::progress);
            TrainingBoxes boxes = rows.boxes() == null ? null : rows.boxes().summary();
            LeftOutScores leftOut = held.any() ? new LeftOutScores(held) : null;
            Lessons lessons = new Lessons(tokens, held, background, events, boxes, leftOut);
            int stretch = learning.events()
                    .stretchRows(CacheOrigin.rowTimes(clips.cache()).orElse(null));
            for (long seed : seeds) {
                TrainingSettings settings = learning.training()
                        .settings(choice.name(), objective, seed, set.clips())
                        .withStretch(stretch);
                runs.put("seed " + seed, train(set, trainer, lessons, settings));
            }
            TrainedRun result =
                    new TrainedRun(choice, out, set, held, found.missing(), leftOut, events.reason(), search, runs);
            result.addTo(run.record(), tokens);
            CacheOrigin.note(clips.cache(), run.record());
            run.record().write(out);
            return result;
        }
    }

    /** The validation clips, whose loss is observed; null if they are trained on, or there are none. */
    private static TokenSet neverTrainedOn(ValidationClips held, TokenCache tokens, boolean soundOnly) {
        if (!held.any() || held.folds() != null) {
            return null;
        }
        Manifest clips = held.clips();
        TokenSource source = TokenSource.of(
                tokens, clips.clips().stream().map(LabelledClip::file).toList());
        return new TokenSet(
                soundOnly ? source.soundOnly() : source,
                clips.targets(),
                clips.labels().size());
    }

    private static List<String> groups(ValidationClips held, VerdictClips more) {
        List<LabelledClip> all = new ArrayList<>(held.train().clips());
        if (more != null) {
            all.addAll(more.labelled());
        }
        return all.stream().map(clip -> held.groups().of(clip.file())).toList();
    }

    private void writeClips(ValidationClips held, TokenCache tokens) throws IOException {
        UsedClips.write(out.resolve("clips.csv"), held.train(), tokens, run::tell);
        if (held.any() && held.folds() == null) {
            UsedClips.write(out.resolve(VALIDATION), held.clips(), tokens, run::tell);
        } else {
            Files.deleteIfExists(out.resolve(VALIDATION));
        }
    }

    private TrainedRun.SeedRun train(TokenSet set, SeedTraining training, Lessons lessons, TrainingSettings settings)
            throws IOException {
        Path file = out.resolve("probe-seed" + settings.seed() + ".safetensors");
        try (TensorScope _ = new TensorScope()) {
            SeedTraining.Trained trained = training.train(set, lessons.background(), settings);
            TrainedProbe taught = taught(trained, lessons);
            taught.save(file);
            return TrainedRun.SeedRun.of(file.getFileName().toString(), taught, trained, settings);
        }
    }

    private static TrainedProbe taught(SeedTraining.Trained trained, Lessons lessons) throws IOException {
        TrainedProbe probe = trained.probe().withBoxes(lessons.boxes());
        ValidationClips held = lessons.held();
        if (!held.any()) {
            return lessons.events().taught(probe, null, lessons.tokens());
        }
        float[][] scores = held.scores(probe, trained.cross(), lessons.tokens());
        float[][] half = trained.half() == null ? null : held.scores(probe, trained.half(), lessons.tokens());
        TrainedProbe taught = lessons.events().taught(held.taught(probe, scores), trained.cross(), lessons.tokens());
        lessons.leftOut().add(scores, half, taught);
        return taught;
    }

    private BackgroundTokens background(TokenCache tokens, Manifest train, Objective objective) throws IOException {
        Path path = learning.events().background();
        if (path == null) {
            return null;
        }
        if (objective.isSingleLabel()) {
            throw CommandException.usage("--background has none of the classes, and with --loss "
                    + objective.loss().name() + " a clip has exactly one: use asl or bce");
        }
        if (Files.isDirectory(path) && CacheOrigin.hasShards(path)) {
            return BackgroundTokens.ofCache(path, tokens);
        }
        SavedProbe origin = SavedProbe.ofCache(clips.cache());
        return BackgroundTokens.ofRecordings(
                path,
                out.resolve(BackgroundTokens.FOLDER),
                run.line(),
                tokens,
                WarmStart.awaitedBy(origin.openEncoder(digests)),
                origin.resampling().name(),
                EventLearning.medianSeconds(train, tokens, clips.cache()),
                embedding,
                run::tell);
    }
}
