package org.unmute.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.EventLearningOptions;
import org.unmute.cli.option.FrameOptions;
import org.unmute.cli.option.LabelOptions;
import org.unmute.cli.option.MissingTokens;
import org.unmute.cli.option.PaddingOptions;
import org.unmute.cli.option.ProbeSettings;
import org.unmute.cli.option.TrainingOptions;
import org.unmute.cli.option.ValidationOptions;
import org.unmute.cli.option.VerdictOptions;
import org.unmute.cli.option.WarmStart;
import org.unmute.cli.probe.BackgroundTokens;
import org.unmute.cli.probe.BoxLabels;
import org.unmute.cli.probe.EventDecisionTable;
import org.unmute.cli.probe.EventLearning;
import org.unmute.cli.probe.FrameLabels;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.cli.probe.SeedTraining;
import org.unmute.cli.probe.TokenData;
import org.unmute.cli.probe.TrainingAudit;
import org.unmute.cli.probe.ValidationClips;
import org.unmute.cli.probe.VerdictClips;
import org.unmute.data.Manifest;
import org.unmute.data.UsedClips;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.files.FileFailure;
import org.unmute.files.NearestName;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.tensor.TensorScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a probe on cached tokens. */
@Command(
        name = "probe",
        description = {
            "Trains a probe on the frozen tokens in a cache, once for each seed.",
            "Run the same command again after an interruption: it goes on after the last finished epoch, with the same"
                    + " result."
        },
        footer = {
            "",
            "Example:",
            "  unmute probe --probe protobin --cache cache/ --labels labels.csv --split train --seeds 0,1,2 --out run1/"
        })
final class ProbeCommand extends ComputingCommand {
    private static final String VALIDATION = "validation-clips.csv";
    private static final Pattern PROBE_FILES =
            Pattern.compile("(probe|mined)-seed-?\\d+\\.(safetensors|csv)|checkpoint-(round\\d-)?seed-?\\d+\\..+");

    @Option(
            names = "--probe",
            paramLabel = "NAME",
            required = true,
            completionCandidates = ProbeNames.class,
            description = {
                "The kind of probe to train (the other commands take a trained probe here): one of"
                        + " ${COMPLETION-CANDIDATES}; docs/probes.md says what each computes.",
                "linear takes the cls token, or the token mean where the encoder has none."
            })
    private String name;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            required = true,
            description = "Token cache that 'unmute embed' made.")
    private Path cache;

    @Mixin
    private MissingTokens missingTokens;

    @Mixin
    private LabelOptions labels;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "train",
            description = "Splits to train on, if the label file has a split column (default: ${DEFAULT-VALUE}).")
    private List<String> splits;

    @Mixin
    private ValidationOptions validation;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            split = ",",
            description = "One run per seed (default: the one given by --seed).")
    private List<Long> seeds;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of the run; created if needed.")
    private Path out;

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

    @Option(
            names = "--verdict-cache",
            paramLabel = "DIR",
            description = "Token cache of the recordings of --verdicts, if it is not --cache.")
    private Path verdictCache;

    /** The names of the probes, for the help text. */
    static final class ProbeNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Probes.names().iterator();
        }
    }

    /** The training with one seed, for JSON and the record. */
    private record SeedRun(
            String file,
            long parameters,
            Object settings,
            Object options,
            double firstEpochLoss,
            double lastEpochLoss,
            Double clipsPerSecond,
            Integer backgroundClips,
            EventDecisionTable events) {}

    private record Result(
            String run,
            String probe,
            int clips,
            List<String> missing,
            String loss,
            ValidationClips.Summary thresholds,
            Map<String, SeedRun> runs) {}

    @Override
    public Integer call() throws IOException {
        begin();
        if (!Probes.names().contains(name)) {
            throw CommandException.usage("--probe " + name + " is not known"
                    + NearestName.suggestion(name, Probes.names()) + "; " + Probes.ELSEWHERE);
        }
        validation.rule(); // refuses what contradicts itself before anything is read
        events.rule();
        ProbeOptions options = settings.of(name, spec.commandLine().getParseResult());
        TrainingOptions.ChosenLoss loss = training.loss(labels.task(), frames.given());
        if (frames.given()) {
            options = frames.isOfBoxes() ? BoxLabels.ofBoxes(name, options) : FrameLabels.ofRows(name, options);
            frames.edges();
            events.requireNoStretch();
        }
        if (Probes.type(name).needsLayers() && training.standardizes()) {
            throw CommandException.usage(
                    "--standardize is for tokens of one layer, probe " + name + " looks at all: leave it out");
        }
        record.seed(common.seed());
        openBackend();
        try (TokenCache tokens = missingTokens.open(cache, record, this::tell);
                OutputFolder output = claim(out)) {
            TokenData.requireLayers(name, tokens, cache);
            train(tokens, options, loss);
            // Those of other seeds, which killed runs left.
            output.finish(file -> PROBE_FILES.matcher(file).matches());
        }
        return status;
    }

    private void train(TokenCache tokens, ProbeOptions options, TrainingOptions.ChosenLoss loss) throws IOException {
        List<String> missing = new ArrayList<>();
        Manifest found = TokenData.matched(labels.read(null, splits, record, remarks()), tokens, missing, this::tell);
        TokenData.requireNames(found, labels.source());
        ValidationClips held = ValidationClips.find(validation, labels, found, splits, tokens, remarks());
        Manifest train = held.train();
        audit.run(labels, found, splits, tokens, record, this::tell);
        UsedClips.write(out.resolve("clips.csv"), train, tokens, this::tell);
        if (held.any()) {
            UsedClips.write(out.resolve(VALIDATION), held.clips(), tokens, this::tell);
        } else {
            Files.deleteIfExists(out.resolve(VALIDATION));
        }
        TokenSource source = padding.training(train, held.clips(), tokens, this::tell);
        FrameLabels rows = timed(held, tokens);
        TokenSet own = new TokenSet(source, train.targets(), train.labels().size(), rows.train(), rows.boxes());
        Map<String, SeedRun> runs = new LinkedHashMap<>();
        try (VerdictClips more = VerdictClips.of(
                        verdicts, verdictCache, loss.objective(), tokens, cache, held, record, this::tell);
                BackgroundTokens background = background(tokens, train, loss.objective())) {
            TokenSet set = more == null ? own : more.with(own);
            EventLearning learning =
                    EventLearning.of(events, held, cache, background, rows.validation(), rows.boxes() != null);
            ProbeOptions chosen = training.options(name, set.classes(), options);
            SeedTraining trainer =
                    new SeedTraining(name, chosen, train.labels().names(), tokens.key(), out, this::progress);
            Lessons lessons = new Lessons(
                    tokens,
                    held,
                    background,
                    learning,
                    rows.boxes() == null ? null : rows.boxes().summary());
            int stretch = events.stretchRows(CacheOrigin.rowTimes(cache).orElse(null));
            for (long seed : seeds == null ? List.of(common.seed()) : seeds) {
                TrainingSettings settings = training.settings(name, loss.objective(), seed, set.clips())
                        .withStretch(stretch);
                runs.put("seed " + seed, run(set, trainer, lessons, settings));
            }
            report(set, held, learning, tokens, runs, missing, loss);
        }
    }

    private FrameLabels timed(ValidationClips held, TokenCache tokens) throws IOException {
        if (!frames.given()) {
            return FrameLabels.NONE;
        }
        return frames.isOfBoxes()
                ? BoxLabels.of(
                        frames, labels, held, tokens, cache, events.context(), compute.digests(), record, this::tell)
                : FrameLabels.of(frames, labels, held, tokens, cache, record, this::tell);
    }

    /** What a probe learns from besides its training clips. */
    private record Lessons(
            TokenCache tokens,
            ValidationClips held,
            BackgroundTokens background,
            EventLearning events,
            TrainingBoxes boxes) {}

    private BackgroundTokens background(TokenCache tokens, Manifest train, Objective objective) throws IOException {
        Path path = events.background();
        if (path == null) {
            return null;
        }
        if (objective.isSingleLabel()) {
            throw CommandException.usage("--background has none of the classes, and with --loss "
                    + objective.loss().name() + " a clip has exactly one: use asl or bce");
        }
        if (Files.isDirectory(path) && hasShards(path)) {
            return BackgroundTokens.ofCache(path, tokens);
        }
        SavedProbe origin = SavedProbe.ofCache(cache);
        return BackgroundTokens.ofRecordings(
                path,
                out.resolve(BackgroundTokens.FOLDER),
                line(),
                tokens,
                WarmStart.awaitedBy(origin.openEncoder(compute.digests())),
                origin.resampling().name(),
                EventLearning.medianSeconds(train, tokens, cache),
                (clips, encoder) -> progress("embedding background", clips, encoder),
                this::tell);
    }

    private static boolean hasShards(Path folder) throws IOException {
        return FileFailure.naming(folder, () -> {
            try (Stream<Path> files = Files.list(folder)) {
                return files.anyMatch(f -> CacheOrigin.isShard(f.getFileName().toString()));
            }
        });
    }

    private void report(
            TokenSet set,
            ValidationClips held,
            EventLearning learning,
            TokenCache tokens,
            Map<String, SeedRun> runs,
            List<String> missing,
            TrainingOptions.ChosenLoss loss)
            throws IOException {
        record.result("probe", name)
                .result("clips", set.clips())
                .result("classes", held.train().labels().names())
                .result("missing", missing)
                .result("loss", loss.toString())
                .result("padding", set.tokens().isSoundOnly() ? "left out" : "as sound")
                .result("thresholds", held.summary())
                .result("cache", tokens.key().toString())
                .result("runs", runs);
        CacheOrigin.note(cache, record);
        record.write(out);
        Result result = new Result(
                out.toString(),
                name,
                set.clips(),
                missing,
                loss.objective().loss().name(),
                held.summary(),
                runs);
        print(result, o -> {
            print(o, runs, set.clips(), missing, loss);
            held.print(o);
            if (learning.reason() != null) {
                o.println("no thresholds of events learned: " + learning.reason());
            }
            runs.forEach((seed, run) -> {
                if (run.events() != null) {
                    run.events().print(seed, o);
                }
            });
        });
    }

    private SeedRun run(TokenSet set, SeedTraining training, Lessons lessons, TrainingSettings settings)
            throws IOException {
        Path file = out.resolve("probe-seed" + settings.seed() + ".safetensors");
        try (TensorScope _ = new TensorScope()) {
            SeedTraining.Trained trained = training.train(set, lessons.background(), settings);
            TrainedProbe onClips = lessons.held().taught(trained.probe().withBoxes(lessons.boxes()), lessons.tokens());
            TrainedProbe taught = lessons.events().taught(onClips, lessons.tokens());
            taught.save(file);
            double[] losses = trained.result().losses().epochs();
            double pace = trained.result().throughput().clipsPerSecond();
            return new SeedRun(
                    file.getFileName().toString(),
                    taught.probe().parameterCount(),
                    settings.describe(),
                    taught.probe().options().values(),
                    losses[0],
                    losses[losses.length - 1],
                    Double.isNaN(pace) ? null : pace,
                    trained.background(),
                    EventDecisionTable.of(taught));
        }
    }

    private static String pace(double clipsPerSecond) {
        return String.format(Locale.ROOT, clipsPerSecond < 100 ? "%.1f clips/s" : "%.0f clips/s", clipsPerSecond);
    }

    private void print(
            PrintWriter o,
            Map<String, SeedRun> runs,
            int clips,
            List<String> missing,
            TrainingOptions.ChosenLoss loss) {
        if (!missing.isEmpty()) {
            o.println(missing.size() + " labelled files are not in the cache and were left out, the first: "
                    + missing.getFirst());
        }
        o.println(loss);
        runs.forEach((seed, run) -> o.printf(
                Locale.ROOT,
                "%s, %s: %s parameters, %d clips, loss %.4f in the first epoch, %.4f in the last%s; %s%n",
                name,
                seed,
                run.parameters(),
                clips,
                run.firstEpochLoss(),
                run.lastEpochLoss(),
                run.clipsPerSecond() == null ? "" : ", " + pace(run.clipsPerSecond()),
                out.resolve(run.file())));
    }
}
