package org.unmute.cli.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.Resampler;
import org.unmute.benchmark.protocol.StepCost;
import org.unmute.cli.audio.ClipProgress;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.console.Progress;
import org.unmute.cli.demo.DemoReport;
import org.unmute.cli.probe.Scoring;
import org.unmute.data.ClipList;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.scene.SceneFolder;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.files.AtomicFile;
import org.unmute.files.RegularFile;
import org.unmute.metrics.ScoreScale;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.Embedding;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.TokenGrid;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.report.demo.DemoModel;
import org.unmute.report.demo.DemoPage;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Backends;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the whole pipeline on synthesized sounds. */
@Command(
        name = "demo",
        description = {
            "Shows the whole line without any data of yours: synthesizes polyphonic recordings of ten classes, embeds"
                    + " them with the encoder in the program, trains four probes over several seeds, prints the table"
                    + " and writes an HTML report.",
            "The folder it leaves (recordings, labels, token cache) is good for trying the other commands."
        })
final class DemoCommand extends ComputingCommand {
    private static final List<String> PROBES = List.of("linear", "linear-mean", "mhca", "protobin");

    /** Clips per training step: the default of the settings. */
    private static final int BATCH =
            TrainingSettings.defaults(PROBES.getFirst()).batch();

    /** In seconds; see {@link StepCost#measure}. */
    private static final double PATIENCE = 0.2;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "unmute-demo",
            description = "Folder of the demo (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Option(names = "--train", paramLabel = "N", description = "Training clips (default: ${DEFAULT-VALUE}).")
    private int train = 1000;

    @Option(names = "--test", paramLabel = "N", description = "Test clips (default: ${DEFAULT-VALUE}).")
    private int test = 400;

    @Option(names = "--seeds", paramLabel = "N", description = "Training runs per probe (default: ${DEFAULT-VALUE}).")
    private int seeds = 3;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the training clips (default: ${DEFAULT-VALUE}).")
    private int epochs = 30;

    /** Clips and their tokens, in memory. */
    private record Split(Manifest manifest, List<TokenMap> maps) {}

    @Override
    public Integer call() throws IOException {
        begin();
        if (train < 10 || test < 10 || seeds < 1) {
            throw CommandException.usage("--train and --test are at least 10, --seeds at least 1");
        }
        record.seed(common.seed());
        openBackend();
        try (OutputFolder output = claim(out)) {
            demonstrate();
            output.finish(file -> file.startsWith("recordings/") || file.startsWith("cache/"));
        }
        return status;
    }

    private void demonstrate() throws IOException {
        Path recordings = recordings();
        Manifest labels = Manifest.read(
                recordings.resolve(SceneFolder.MANIFEST),
                ManifestFormat.AUTO,
                LabelSet.of(SyntheticScenes.classNames()));
        OpenEncoder encoder = OpenEncoder.embedded();
        Split trained;
        Split tested;
        try (TokenCache cache = embed(encoder, recordings)) {
            trained = load(labels.inSplits(List.of("train")), cache);
            tested = load(labels.inSplits(List.of("test")), cache);
        }
        Map<String, DemoReport.Result> results = train(trained, tested);
        DemoReport report =
                new DemoReport(encoder, tested.manifest(), tested.maps(), recordings, results, record.backendReason());
        Path html = out.resolve("report.html");
        DemoPage.write(report.model(trained.manifest().clips().size(), seeds), html);
        encoder.note(record, "hann");
        results.forEach((name, r) -> record.result(name, r.scoring().document()));
        record.write(out);
        print(results, tested.manifest(), html);
    }

    /** Synthesizes the recordings, or reuses those of an earlier run with the same settings. */
    private Path recordings() throws IOException {
        Path folder = out.resolve("recordings");
        Path note = out.resolve("demo-settings.txt");
        String settings = "train " + train + ", test " + test + ", seed " + common.seed() + "\n";
        if (RegularFile.exists(folder.resolve(SceneFolder.MANIFEST))) {
            String before = RegularFile.exists(note) ? Files.readString(note) : "unknown settings";
            if (!before.equals(settings)) {
                throw CommandException.usage(folder + " was made with other settings (" + before.strip()
                        + "), now they are " + settings.strip() + ": choose another --out");
            }
            return folder;
        }
        // Written before the recordings: a manifest left by a killed run is assumed to have these settings.
        AtomicFile.write(note, settings.getBytes(StandardCharsets.UTF_8));
        try (Progress progress = progress("synthesizing", "clips", train + test)) {
            new SyntheticScenes(SyntheticScenes.Options.standard(), common.seed()).write(folder, train, test);
            progress.advance(train + test);
        }
        return folder;
    }

    private TokenCache embed(OpenEncoder encoder, Path recordings) throws IOException {
        Path folder = out.resolve("cache");
        List<AudioClip> clips = ClipList.of(recordings, null).clips();
        try (TokenCacheWriter writer =
                        TokenCacheWriter.open(folder, encoder.key("hann", DType.F16), CacheOptions.DEFAULT);
                ClipProgress progress =
                        progress("embedding", clips, encoder.encoder().describe())) {
            new Embedding(encoder.encoder(), AudioFiles::open, Resampler.Kernel.HANN, true)
                    .run(clips, writer, progress);
        }
        return TokenCache.open(folder);
    }

    private static Split load(Manifest manifest, TokenCache cache) throws IOException {
        List<TokenMap> maps = new ArrayList<>();
        for (LabelledClip c : manifest.clips()) {
            maps.add(cache.read(c.file()));
        }
        return new Split(manifest, maps);
    }

    private Map<String, DemoReport.Result> train(Split trained, Split tested) throws IOException {
        TokenSet set = TokenSet.of(
                trained.maps(),
                trained.manifest().targets(),
                trained.manifest().labels().size());
        long steps = (long) seeds * epochs * Math.ceilDiv(trained.maps().size(), BATCH);
        Map<String, DemoReport.Result> results = new LinkedHashMap<>();
        try (Progress progress = progress(
                "training " + PROBES.size() + " probes x " + seeds + " seeds", "steps", PROBES.size() * steps)) {
            Map<String, Double> seconds = new LinkedHashMap<>();
            for (String name : PROBES) {
                seconds.put(name, stepSeconds(name, set, steps));
            }
            progress.expect(
                    steps * seconds.values().stream().mapToDouble(s -> s).sum());
            for (String name : PROBES) {
                Runnable step = () -> progress.advance(1, seconds.get(name));
                results.put(name, run(name, trained, set, tested, step));
            }
        }
        return results;
    }

    /** Seconds of a training step. Costs differ severalfold between probes, which the remaining time accounts for. */
    private static double stepSeconds(String name, TokenSet set, long steps) throws IOException {
        StepCost.Step step = new StepCost.Step(
                name,
                ProbeOptions.DEFAULTS,
                set.tokens().grid(),
                0,
                set.classes(),
                BATCH,
                TrainingSettings.defaults(name).objective());
        return BATCH
                * StepCost.measure(Backends.current(), step, new StepCost.Clips(BATCH * steps, 0, 0), PATIENCE)
                        .train();
    }

    private DemoReport.Result run(String name, Split trained, TokenSet set, Split tested, Runnable step)
            throws IOException {
        TokenGrid grid = set.tokens().grid();
        Scoring scoring = new Scoring(tested.manifest(), false, 1000, common.seed());
        TrainedProbe first = null;
        float[][] firstScores = null;
        for (int seed = 0; seed < seeds; seed++) {
            TrainingSettings settings = TrainingSettings.defaults(name)
                    .withEpochs(epochs)
                    .withStandardize(true)
                    .withSeed(seed);
            Probe probe = Probes.create(name, grid.dim(), set.classes(), grid.cls(), ProbeOptions.DEFAULTS, seed);
            ProbeTrainer.Result result = ProbeTrainer.train(probe, set, settings, null, _ -> step.run());
            TrainedProbe t = result.trained(
                    probe, trained.manifest().labels().names(), grid.cls(), settings.objective(), "", "");
            float[][] scores = t.rawScores(tested.maps());
            scoring.add(scores, ScoreScale.PROBABILITY);
            if (first == null) {
                first = t;
                firstScores = scores;
            }
        }
        return new DemoReport.Result(first, firstScores, scoring);
    }

    private void print(Map<String, DemoReport.Result> results, Manifest tested, Path html) throws IOException {
        ConsoleTable table =
                new ConsoleTable("probe", "parameters", "mAP", "sd over seeds", "95 % from", "to", "AUROC").decimals(3);
        results.forEach((name, r) -> {
            DemoModel.ProbeResult row = r.row(name, seeds);
            table.row(
                    name,
                    row.parameters(),
                    row.map(),
                    row.sd(),
                    row.ciLow(),
                    row.ciHigh(),
                    r.scoring().value("auroc_macro_skip").mean());
        });
        print(table.document(), o -> {
            o.printf(
                    Locale.ROOT,
                    "%d test clips of %d classes, %d training clips, %d seeds; macro mAP on tokens of the encoder in"
                            + " the program%n",
                    tested.clips().size(),
                    tested.labels().size(),
                    train,
                    seeds);
            o.println();
            table.print(o);
            o.println();
            o.println("report: " + html.toAbsolutePath().toUri());
        });
    }
}
