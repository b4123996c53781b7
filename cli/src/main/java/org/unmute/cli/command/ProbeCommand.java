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
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Progress;
import org.unmute.cli.option.LabelOptions;
import org.unmute.cli.option.MissingTokens;
import org.unmute.cli.option.PaddingOptions;
import org.unmute.cli.option.ProbeSettings;
import org.unmute.cli.option.TrainingOptions;
import org.unmute.cli.option.ValidationOptions;
import org.unmute.cli.probe.TokenData;
import org.unmute.cli.probe.TrainingAudit;
import org.unmute.cli.probe.ValidationClips;
import org.unmute.data.Manifest;
import org.unmute.data.UsedClips;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.files.NearestName;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.TokenGrid;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backends;
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
            Pattern.compile("probe-seed-?\\d+\\.safetensors|checkpoint-seed-?\\d+\\..+");

    @Option(
            names = "--probe",
            paramLabel = "NAME",
            required = true,
            completionCandidates = ProbeNames.class,
            description = {
                "One of ${COMPLETION-CANDIDATES}; docs/probes.md says what each computes.",
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
    private TrainingOptions training;

    @Mixin
    private ProbeSettings settings;

    @Mixin
    private TrainingAudit audit;

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
            Double clipsPerSecond) {}

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
        ProbeOptions options = settings.of(name, spec.commandLine().getParseResult());
        TrainingOptions.ChosenLoss loss = training.loss(labels.task());
        if (Probes.type(name).needsLayers()
                && training.settings(name, loss.objective(), 0).standardize()) {
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
        TokenSet set = new TokenSet(source, train.targets(), train.labels().size());
        Map<String, SeedRun> runs = new LinkedHashMap<>();
        for (long seed : seeds == null ? List.of(common.seed()) : seeds) {
            runs.put("seed " + seed, run(set, held, tokens, options, loss.objective(), seed));
        }
        record.result("probe", name)
                .result("clips", set.clips())
                .result("classes", train.labels().names())
                .result("missing", missing)
                .result("loss", loss.toString())
                .result("padding", source.isSoundOnly() ? "left out" : "as sound")
                .result("thresholds", held.summary())
                .result("cache", tokens.key().toString())
                .result("runs", runs);
        CacheOrigin.note(cache, record);
        record.write(out);
        print(
                new Result(
                        out.toString(),
                        name,
                        set.clips(),
                        missing,
                        loss.objective().loss().name(),
                        held.summary(),
                        runs),
                o -> {
                    print(o, runs, set.clips(), missing, loss);
                    held.print(o);
                });
    }

    private Probe fresh(TokenSet set, ProbeOptions options, long seed) {
        try {
            return Probes.create(Backends.current(), name, set.tokens().layout(), set.classes(), options, seed);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage());
        }
    }

    private SeedRun run(
            TokenSet set, ValidationClips held, TokenCache tokens, ProbeOptions options, Objective objective, long seed)
            throws IOException {
        Path file = out.resolve("probe-seed" + seed + ".safetensors");
        Path checkpoint = out.resolve("checkpoint-seed" + seed + ".safetensors");
        TrainingSettings settings = training.settings(name, objective, seed);
        TokenGrid grid = set.tokens().grid();
        try (TensorScope _ = new TensorScope()) {
            Probe probe = fresh(set, options, seed);
            long numbers = probe.parameterCount();
            long steps = (long) settings.epochs() * Math.ceilDiv(set.clips(), settings.batch());
            ProbeTrainer.Result result;
            try (Progress progress = progress(name + " seed " + seed, "steps", steps)) {
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
            TrainedProbe trained = result.trained(
                    probe,
                    held.train().labels().names(),
                    grid.cls(),
                    settings.objective(),
                    tokens.key().encoderHash(),
                    tokens.key().frontEndHash());
            held.taught(trained, tokens).save(file);
            double[] losses = result.losses().epochs();
            double pace = result.throughput().clipsPerSecond();
            return new SeedRun(
                    file.getFileName().toString(),
                    numbers,
                    settings.describe(),
                    probe.options().values(),
                    losses[0],
                    losses[losses.length - 1],
                    Double.isNaN(pace) ? null : pace);
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
