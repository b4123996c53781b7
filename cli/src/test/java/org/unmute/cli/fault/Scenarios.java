package org.unmute.cli.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.unmute.audio.Wav;
import org.unmute.cli.Ran;
import org.unmute.cli.WritingCommands;
import org.unmute.cli.console.ExitCode;
import org.unmute.cli.console.Failure;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.data.scene.SceneFolder;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.Draw;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.ClipStatus;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.tensor.DType;

/** Small inputs, and the scenarios that use them under faults. */
final class Scenarios {
    /** Suffix of scenarios that start from the files left by a fault midway. */
    static final String RESUMED = "-resumed";
    /** Suffix of scenarios that start from the files of an undisturbed run. */
    static final String AGAIN = "-again";
    /** Scenarios that start from an empty folder. */
    static final List<String> PLAIN =
            List.of(("cache embed divide probe background benchmark merge detect decided cached night field summarize "
                            + "search find clips convert report pack export soundscape verdicts")
                    .split(" "));
    /** The names of all scenarios. */
    static final List<String> NAMES = Stream.of(
                    PLAIN.stream(),
                    Stream.of("cache", "embed", "probe", "benchmark", "merge", "detect", "decided", "night", "verdicts")
                            .map(n -> n + RESUMED),
                    Stream.of("embed", "probe", "detect", "report").map(n -> n + AGAIN))
            .flatMap(n -> n)
            .toList();

    private static final int RECORDS = 14;
    private static final int VERDICTS = 6;

    private final Path inputs;
    private final Path outputs;

    /** @param folder receives the inputs and the output of the scenarios */
    Scenarios(Path folder) {
        inputs = folder.resolve("inputs");
        outputs = folder.resolve("outputs");
    }

    /** Writes the inputs of a scenario and returns it. */
    Scenario named(String name) {
        Function<Scenarios, Scenario> maker = switch (name) {
            case "cache" -> Scenarios::cache;
            case "embed" -> Scenarios::embed;
            case "divide" -> Scenarios::divide;
            case "probe" -> Scenarios::probe;
            case "background" -> Scenarios::background;
            case "benchmark" -> Scenarios::benchmark;
            case "merge" -> Scenarios::merge;
            case "detect" -> Scenarios::detect;
            case "decided" -> Scenarios::decided;
            case "cached" -> Scenarios::cached;
            case "night" -> Scenarios::night;
            case "field" -> Scenarios::field;
            case "summarize" -> Scenarios::summarize;
            case "search" -> Scenarios::search;
            case "find" -> Scenarios::find;
            case "clips" -> Scenarios::clips;
            case "convert" -> Scenarios::convert;
            case "report" -> Scenarios::report;
            case "pack" -> Scenarios::pack;
            case "export" -> Scenarios::export;
            case "soundscape" -> Scenarios::soundscape;
            case "verdicts" -> Scenarios::verdicts;
            default -> throw new IllegalArgumentException("no scenario '" + name + "': there are " + NAMES);
        };
        return maker.apply(this);
    }

    private static Object[] with(Object[] args, Object... more) {
        return Stream.concat(Stream.of(args), Stream.of(more)).toArray();
    }

    private Path work(String name) {
        try {
            return Files.createDirectories(outputs.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A cache of several shards that are forced to disk often. */
    private Scenario cache() {
        Path work = work("cache");
        Scenario.Action fill = () -> {
            try {
                fill(work.resolve("cache"));
                return new Ran(ExitCode.OK, "", "");
            } catch (IOException | RuntimeException e) {
                Failure failure = Failure.of(e);
                return new Ran(failure.exitCode(), "", failure.message() + (failure.bug() ? " (a bug)" : ""));
            }
        };
        return new Scenario("cache", fill, fill, work, null, null);
    }

    /** A journal of verdicts, to which those are added that it does not have yet. */
    private Scenario verdicts() {
        Path work = work("verdicts");
        Scenario.Action review = () -> {
            try {
                review(work);
                return new Ran(ExitCode.OK, "", "");
            } catch (IOException | RuntimeException e) {
                Failure failure = Failure.of(e);
                return new Ran(failure.exitCode(), "", failure.message() + (failure.bug() ? " (a bug)" : ""));
            }
        };
        return new Scenario("verdicts", review, review, work, null, null);
    }

    private static void review(Path folder) throws IOException {
        try (VerdictJournal journal = VerdictJournal.open(folder)) {
            for (int i = journal.log().all().size(); i < VERDICTS; i++) {
                ReviewedEvent event = new ReviewedEvent(i + ".wav", i, i + 1, "wren", 2000, 4000, 0.5, i + 0.5);
                Draw draw = Draw.notRandom(Draw.Kind.DOUBTFUL, 0.25, "");
                journal.add(new Verdict(
                        event, i % 2 == 0 ? Answer.YES : Answer.NO, "", null, draw, i, Instant.EPOCH.plusSeconds(i)));
            }
        }
    }

    private static void fill(Path folder) throws IOException {
        CacheKey key = new CacheKey("encoder", Sha256.of("encoder"), "front end", Sha256.of("front end"), DType.F32);
        CacheOptions options = new CacheOptions(4096, 3, 1 << 20, true);
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, options)) {
            for (int i = 0; i < RECORDS; i++) {
                String clip = "folder/" + i + ".wav";
                if (writer.status(clip, Sha256.of(clip)) != ClipStatus.PRESENT) {
                    float[] tokens = new float[(4 + i % 3) * 2 * 16];
                    for (int t = 0; t < tokens.length; t++) {
                        tokens[t] = (float) Math.sin(i + 0.37 * t);
                    }
                    TokenMap map = new TokenMap(4 + i % 3, 2, 16, tokens, null);
                    writer.append(clip, Sha256.of(clip), new Features(map, List.of(), null));
                }
            }
        }
    }

    private Path encoder() {
        Path file = inputs.resolve("encoder.safetensors");
        if (!Files.exists(file)) {
            Object[] training = {"pretrain", "-q", "--synthetic", "--steps", 2, "--batch", 2, "--clips", 4};
            Ran.ok(with(training, "--dim", 16, "--depth", 1, "--heads", 2, "--out", file));
        }
        return file;
    }

    private Path recordings(String name, int train, int test) {
        Path folder = inputs.resolve(name);
        if (!Files.exists(folder)) {
            try {
                new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(1), 5).write(folder, train, test);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return folder;
    }

    private Scenario embed() {
        Path work = work("embed");
        Path recordings = recordings("clips", 10, 4);
        Path cache = work.resolve("cache");
        Object[] command = {"embed", "--audio", recordings, "--encoder", encoder(), "--out", cache};
        return Scenario.command("embed", work, cache.resolve("run.json"), command);
    }

    /** A recording whose length is briefly unreadable must not become a single clip. */
    private Scenario divide() {
        Path work = work("divide");
        Path cache = work.resolve("cache");
        Object[] command = {"embed", "--audio", recordings("nights", 0, 4), "--encoder", encoder(), "--clip", 0.4};
        return Scenario.command("divide", work, cache.resolve("run.json"), with(command, "--out", cache));
    }

    /** Tokens of some recordings. */
    private Path tokens() {
        Path cache = inputs.resolve("cache");
        if (!Files.exists(cache)) {
            Ran.ok("embed", "-q", "--audio", recordings("clips", 10, 4), "--encoder", encoder(), "--out", cache);
        }
        return cache;
    }

    private Object[] training(Path out, int epochs, String seeds) {
        Path labels = recordings("clips", 10, 4).resolve("manifest.csv");
        Object[] data = {"--cache", tokens(), "--labels", labels, "--out", out};
        return with(
                new Object[] {"probe", "--probe", "protobin", "--epochs", epochs, "--batch", 4, "--seeds", seeds},
                data);
    }

    private Scenario probe() {
        Path work = work("probe");
        Path run = work.resolve("run");
        return Scenario.command("probe", work, run.resolve("run.json"), training(run, 4, "0,1"));
    }

    /** A training that embeds background, mines it and learns thresholds of events. */
    private Scenario background() {
        Path work = work("background");
        Path run = work.resolve("run");
        Object[] command = with(training(run, 2, "0"), "--val-share", 0.3, "--background", recordings("quiet", 0, 4));
        return Scenario.command("background", work, run.resolve("run.json"), command);
    }

    /** A probe that was trained without faults. */
    private Path trained() {
        Path run = inputs.resolve("run");
        if (!Files.exists(run)) {
            Ran.ok(training(run, 8, "0"));
        }
        return run;
    }

    private Object[] trials(Path out) {
        recordings("bench", 24, 10);
        Path grid = inputs.resolve("grid.toml");
        String text = """
                [[encoders]]
                name = "tiny"
                file = "%s"
                [[datasets]]
                name = "bench"
                manifest = "bench/manifest.csv"
                [protocol]
                epochs = 2
                batch = 8
                sobol = 2
                tpe = 0
                top = 1
                seeds = [0, 1]
                retrieval = 3
                [[probes]]
                name = "linear-mean"
                [[probes]]
                name = "protobin"
                set.prototypes = 2
                """.formatted(encoder().getFileName());
        try {
            Files.writeString(grid, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Object[] {"benchmark", grid, "--out", out, "--workers", 1};
    }

    private Scenario benchmark() {
        Path work = work("benchmark");
        Path run = work.resolve("run");
        return Scenario.command("benchmark", work, run.resolve("run.json"), trials(run));
    }

    private Scenario merge() {
        Path work = work("merge");
        Path out = work.resolve("run");
        Path linear = inputs.resolve("linear-alone");
        Path protobin = inputs.resolve("protobin-alone");
        if (!Files.exists(protobin)) {
            Ran.ok(with(trials(linear), "--only", "*/*/linear-mean"));
            Ran.ok(with(trials(protobin), "--only", "*/*/protobin"));
        }
        Object[] command = {"benchmark", "--merge", linear, protobin, "--out", out};
        return Scenario.command("merge", work, out.resolve("run.json"), command);
    }

    /** Finds events in tokens that were embedded before, but for one recording. */
    private Scenario cached() {
        Path work = work("cached");
        Path recordings = recordings("reheard", 0, 3);
        Path cache = inputs.resolve("reheard-cache");
        if (!Files.exists(cache)) {
            Object[] embed = {"embed", "-q", "--encoder", encoder(), "--audio", recordings, "--out", cache};
            Ran.ok(with(embed, "--dtype", "f32"));
            try {
                Wav.write(recordings.resolve("test/000002.wav"), new float[16_000], 16_000);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        Object[] command = {"detect", "--probe", trained(), "--cache", cache, "--audio", recordings};
        Path events = work.resolve("events");
        return Scenario.command(
                "cached", work, events.resolve("run.json"), with(command, "--threshold", 0.4, "--out", events));
    }

    private Scenario detect() {
        Path work = work("detect");
        Path recordings = recordings("nights", 0, 4);
        Object[] command = {"detect", "--probe", trained(), "--audio", recordings, "--threshold", 0.4};
        Path events = work.resolve("events");
        return Scenario.command(
                "detect",
                work,
                events.resolve("run.json"),
                with(command, "--format", "csv,jsonl,raven,audacity,parquet", "--out", events));
    }

    /** A detection in recordings of which a listener has judged events before. */
    private Scenario decided() {
        Path work = work("decided");
        Path recordings = recordings("nights", 0, 4);
        Object[] command = {"detect", "--probe", trained(), "--audio", recordings, "--threshold", 0.4};
        Path reviewed = inputs.resolve("reviewed");
        if (!Files.exists(reviewed)) {
            Ran.ok(with(command, "-q", "--out", reviewed));
            try (VerdictJournal journal = VerdictJournal.open(reviewed)) {
                List<String> rows = Files.readAllLines(reviewed.resolve("events.csv"));
                for (int i = 1; i < Math.min(rows.size(), 1 + VERDICTS); i++) {
                    String[] row = rows.get(i).split(",");
                    double start = Double.parseDouble(row[1]);
                    ReviewedEvent event = new ReviewedEvent(
                            row[0], start, Double.parseDouble(row[2]), row[3], Double.NaN, Double.NaN, 0.5, start);
                    Draw draw = Draw.notRandom(Draw.Kind.DOUBTFUL, 0.25, "");
                    journal.add(new Verdict(
                            event,
                            i % 2 == 0 ? Answer.YES : Answer.NO,
                            "",
                            null,
                            draw,
                            i,
                            Instant.EPOCH.plusSeconds(i)));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        Path events = work.resolve("events");
        return Scenario.command(
                "decided",
                work,
                events.resolve("run.json"),
                with(command, "--format", "csv,raven", "--verdicts", reviewed, "--out", events));
    }

    /** A recording during which progress is saved several times. */
    private Scenario night() {
        Path work = work("night");
        Path events = work.resolve("events");
        Object[] command = {"detect", "--probe", trained(), "--audio", recordings("night", 0, 1), "--threshold", 0.4};
        Scenario.Action detect = () -> {
            System.setProperty("unmute.detect.notes", "0.1");
            try {
                return Ran.unmute(with(command, "--format", "csv,raven", "--out", events));
            } finally {
                System.clearProperty("unmute.detect.notes");
            }
        };
        return new Scenario("night", detect, detect, work, events.resolve("run.json"), null);
    }

    /** Arguments of a detection in two recordings with times and places, without its folder. */
    private Object[] dated() {
        Path field = inputs.resolve("field");
        Path deployments = inputs.resolve("deployments.csv");
        Path own = inputs.resolve("package.json");
        try {
            if (!Files.exists(own)) {
                Files.createDirectories(field);
                List<Path> clips;
                try (Stream<Path> all = Files.walk(recordings("dated", 0, 2))) {
                    clips = all.filter(f -> f.toString().endsWith(".wav"))
                            .sorted()
                            .toList();
                }
                for (int i = 0; i < 2; i++) {
                    Files.write(field.resolve("20240517_05300" + i + ".WAV"), Files.readAllBytes(clips.get(i)));
                }
                Files.writeString(deployments, "folder,site,latitude,longitude\n*,A,52.5,13.25\n");
                Files.writeString(own, "{\"created\":\"2024-06-01T00:00:00Z\"}");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Ran.line(
                "detect --probe {} --audio {} --threshold 0.4 --deployments {} --format csv,camtrapdp "
                        + "--package {} --out",
                trained(),
                field,
                deployments,
                own);
    }

    private Scenario field() {
        Path work = work("field");
        Path events = work.resolve("events");
        return Scenario.command("field", work, events.resolve("run.json"), with(dated(), events));
    }

    private Scenario summarize() {
        Path work = work("summarize");
        Path events = inputs.resolve("field-events");
        if (!Files.exists(events)) {
            Ran.ok(with(dated(), events));
        }
        Path out = work.resolve("summary");
        return Scenario.command(
                "summarize",
                work,
                out.resolve("run.json"),
                "summarize",
                events,
                "--format",
                "csv,parquet",
                "--page",
                "--out",
                out);
    }

    /** Makes the file of vectors and a folder of events. */
    private Scenario search() {
        Path work = work("search");
        Path found = work.resolve("found");
        Object[] command = {"search", "--cache", tokens(), "--like", "train/000000.wav@0.2-0.6", "--top", 5};
        return Scenario.command(
                "search",
                work,
                found.resolve("run.json"),
                with(command, "--index", work.resolve("pooled.vectors"), "--format", "csv,raven", "--out", found));
    }

    /** Embeds recordings and boxes, and searches. */
    private Scenario find() {
        Path work = work("find");
        Path out = work.resolve("found");
        Path recordings = recordings("clips", 10, 4);
        Path boxes = inputs.resolve("boxes.csv");
        try {
            Files.writeString(
                    boxes, "file,start,end,label\ntrain/000000.wav,0.2,0.6,bee\ntrain/000001.wav,0.1,0.5,bee\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Scenario.command(
                "find",
                work,
                out.resolve("run.json"),
                Ran.line("find --no-review {} --audio {} --encoder {} --out {}", boxes, recordings, encoder(), out));
    }

    private Scenario clips() {
        Path work = work("clips");
        Path recordings = recordings("clips", 10, 4);
        Path events = inputs.resolve("events.csv");
        try {
            Files.writeString(
                    events,
                    "file,start,end,label\ntrain/000000.wav,0.1,0.6,bee\ntrain/000001.wav,0.2,0.9,crow\n"
                            + "train/000002.wav,0.2,0.4,bee\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path out = work.resolve("clips");
        Object[] command = {"clips", "--events", events, "--audio", recordings, "--padding", 0.1, "--out", out};
        return Scenario.command("clips", work, out.resolve("run.json"), command);
    }

    private Scenario convert() {
        Path work = work("convert");
        Path out = work.resolve("encoder.safetensors");
        Object[] command = {"convert", encoder(), out, "--dtype", "f16"};
        return Scenario.command("convert", work, beside(out), command);
    }

    private static Path beside(Path out) {
        return out.resolveSibling(out.getFileName() + ".run.json");
    }

    private Scenario report() {
        Path work = work("report");
        Path run = inputs.resolve("benchmark");
        if (!Files.exists(run)) {
            Ran.ok(trials(run));
        }
        Path out = work.resolve("report");
        Object[] command = {"report", run, "--out", out};
        return Scenario.command("report", work, out.resolve("report.json"), command);
    }

    private Scenario pack() {
        Path work = work("pack");
        Path out = work.resolve("packed.safetensors");
        Object[] command = {"pack", "--probe", trained(), "--out", out};
        return Scenario.command("pack", work, beside(out), command);
    }

    private Scenario export() {
        Path work = work("export");
        Path out = work.resolve("tagger.onnx");
        Object[] command = {"export", "--probe", trained(), "--from", "tokens", "--out", out};
        return Scenario.command("export", work, beside(out), command);
    }

    private Scenario soundscape() {
        Path work = work("soundscape");
        Path single = inputs.resolve("single");
        Path labels = single.resolve("labels.csv");
        if (!Files.exists(labels)) {
            try {
                WritingCommands.sounds(single);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        Path out = work.resolve("scenes");
        Path manifest = out.resolve(SceneFolder.MANIFEST);
        Object[] folds = {"--events", "1-2", "--train-folds", 1, "--test-folds", 2};
        Object[] scenes = {
            "soundscape", "--manifest", labels, "--audio", single, "--train", 2, "--test", 1, "--seconds", 1
        };
        Object[] command = with(with(scenes, folds), "--out", out);
        // Complete scenes are not written again, even if the first run failed after its last file.
        Scenario.Action again = () -> Files.exists(manifest) && !FolderManifest.isUnfinished(out)
                ? new Ran(ExitCode.OK, "", "")
                : Ran.unmute(command);
        return new Scenario("soundscape", () -> Ran.unmute(command), again, work, manifest, null);
    }
}
