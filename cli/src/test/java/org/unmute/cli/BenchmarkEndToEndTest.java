package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;
import org.unmute.files.FolderLock;
import org.unmute.probes.pool.TrainedProbe;

/** {@code benchmark}: what it writes, prints and rejects. */
class BenchmarkEndToEndTest {
    private static final String SHORT = """
        epochs = 2
        batch = 16
        sobol = 2
        tpe = 1
        halving = { min-epochs = 1, eta = 2 }
        top = 1
        seeds = [0, 1]\
        """;
    private static final String[] PROBES = {
        "name = \"linear-mean\"", "name = \"protobin\"\nlabel = \"protobin-j2\"\nset.prototypes = 2"
    };

    @TempDir
    static Path folder;

    private static Path encoder;
    private static Path grid;
    private static Path run;

    @BeforeAll
    static void prepare() throws IOException {
        encoder = TinyEncoder.write(folder, 16);
        BenchmarkFixture.scenes(folder, "many", false, 30, 12);
        BenchmarkFixture.scenes(folder, "one", true, 40, 12);
        grid = BenchmarkFixture.grid(folder, "grid.toml", encoder, SHORT, PROBES);
        run = folder.resolve("run");
        Ran ran = benchmark(grid, run, "--only", "tiny").endsWith(ExitCode.OK);
        assertThat(ran.out())
                .contains("Several a clip: mAP in %, mean ± sd over 2 seeds", "one: accuracy in %", "protobin-j2")
                .contains(" ± ");
        assertThat(ran.err()).contains("4 cells to work through: 20 trainings, about ", "epochs (at most 40)");
    }

    private static Ran benchmark(Path file, Path out, Object... more) {
        Object[] args = {"benchmark", file, "--out", out};
        Object[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return Ran.unmute(all);
    }

    private static JsonNode json(Path file) throws IOException {
        return Json.read(file);
    }

    @Test
    void aFinishedCellHasEverythingThatAReportNeeds() throws IOException {
        Path cell = run.resolve("tiny/many/protobin-j2");
        JsonNode json = json(cell.resolve("cell.json"));
        assertThat(json.path("encoder").asText()).isEqualTo("tiny");
        assertThat(json.path("datasetTitle").asText()).isEqualTo("Several a clip");
        assertThat(json.path("probe").asText()).isEqualTo("protobin");
        assertThat(json.path("label").asText()).isEqualTo("protobin-j2");
        assertThat(json.path("metric").asText()).isEqualTo("mAP");
        assertThat(json.path("options").path("prototypes").asText()).isEqualTo("2");
        assertThat(json.path("trials").asInt()).isEqualTo(3);
        assertThat(json.path("trainClips").asInt()
                        + json.path("validationClips").asInt())
                .isEqualTo(30);
        assertThat(json.path("testClips").asInt()).isEqualTo(12);
        assertThat(json.path("cache").asText()).isEqualTo("cache/tiny/many");
        assertThat(json.path("encoderSettings").path("model").isTextual()).isTrue();
        double sum = 0;
        for (JsonNode seed : json.path("seeds")) {
            sum += seed.path("test").asDouble();
            Path own = cell.resolve(seed.path("folder").asText());
            TrainedProbe probe = TrainedProbe.open(own.resolve("probe.safetensors"));
            assertThat(probe.classes()).hasSize(json.path("classes").asInt());
            assertThat(probe.standardization()).isNotNull();
            assertThat(json(own.resolve("metrics.json"))
                            .path("metrics")
                            .path("mAP_macro_skip")
                            .asDouble())
                    .isEqualTo(seed.path("test").asDouble());
            assertThat(json(own.resolve("run.json"))
                            .path("results")
                            .path("test")
                            .asDouble())
                    .isEqualTo(seed.path("test").asDouble());
            assertThat(Files.readAllLines(own.resolve("per-class.csv")))
                    .hasSize(probe.classes().size() + 1)
                    .first()
                    .isEqualTo("class,ap,positives,auroc");
            assertThat(Files.readAllLines(own.resolve("loss.csv")))
                    .hasSize(3)
                    .first()
                    .isEqualTo("epoch,loss,validation,lr");
            assertThat(Files.readAllLines(own.resolve("scores.csv"))).hasSize(13);
            assertThat(Files.readAllLines(own.resolve("calibration.csv")))
                    .hasSize(11)
                    .first()
                    .isEqualTo("bin,confidence,accuracy,count");
        }
        assertThat(json.path("testMean").asDouble()).isCloseTo(sum / 2, org.assertj.core.api.Assertions.within(1e-12));
        assertThat(Files.readAllLines(run.resolve("tiny/many/clips.csv")))
                .hasSize(43)
                .first()
                .isEqualTo("file,start,end,labels,split,sha256");
        assertThat(json(run.resolve("tiny/one/linear-mean/cell.json"))
                        .path("metric")
                        .asText())
                .isEqualTo("accuracy");
        assertThat(json(run.resolve("tiny/one/linear-mean/seed-1/metrics.json"))
                        .path("metrics")
                        .path("top1_first_index")
                        .asDouble())
                .isEqualTo(json(run.resolve("tiny/one/linear-mean/cell.json"))
                        .path("seeds")
                        .path(1)
                        .path("test")
                        .asDouble());
    }

    /** The error is found before anything is embedded, so no work is lost. */
    @Test
    void aClassWithAControlCharacterIsRefusedBeforeTheFirstClip() throws IOException {
        Path manifest = folder.resolve("many/hostile.csv");
        Files.writeString(
                manifest,
                Files.readString(folder.resolve("many/manifest.csv"))
                        .replaceFirst("train/000000.wav,[^,]*", "train/000000.wav,\"x\u001By\""));
        Path hostile = Files.writeString(
                folder.resolve("hostile.toml"),
                Files.readString(grid).replace("manifest = \"many/manifest.csv\"", "manifest = \"many/hostile.csv\""));
        Path out = folder.resolve("hostile");
        Ran ran = benchmark(hostile, out, "--only", "tiny/many").endsWith(ExitCode.INPUT);
        assertThat(ran.err())
                .contains("data set many: class 'x\uFFFDy' holds the control character U+001B", "rename the class");
        assertThat(out.resolve("cache")).doesNotExist();
    }

    @Test
    void cellsThatDivergeSayWhatToDoAndAreNoBug() throws IOException {
        Path wild = Files.writeString(
                folder.resolve("wild.toml"),
                Files.readString(grid).replace("[protocol]\n", "[protocol]\nlr = [1e36, 1e38]\n"));
        Ran ran = benchmark(wild, folder.resolve("wild"), "--only", "tiny/many/linear-mean")
                .endsWith(ExitCode.FAILED);
        assertThat(ran.out())
                .contains("failed: tiny/many/linear-mean: ", "trials diverged: search lower learning rates")
                .doesNotContain("bug");
    }

    @Test
    void theScoresOfASeedAreThoseThatEvalGives() {
        JsonNode eval = Ran.ok(
                        "eval -q --json --scores {} --labels {} --bootstrap 0 --out {}",
                        run.resolve("tiny/many/linear-mean/seed-0/scores.csv"),
                        folder.resolve("many/manifest.csv"),
                        folder.resolve("eval"))
                .json();
        Ran again = benchmark(grid, run, "--only", "tiny/many/linear-mean", "--json", "-q")
                .endsWith(ExitCode.OK);
        assertThat(eval.at("/metrics/mAP_macro_skip/mean").asDouble())
                .isEqualTo(again.json().at("/cells/0/seeds/0/test").asDouble());
    }

    @Test
    void theRunRecordsItsGridAndItsOutcome() throws IOException {
        JsonNode written = json(run.resolve("grid.json"));
        assertThat(written.path("encoders").path(0).path("title").asText()).isEqualTo("Own");
        assertThat(written.path("probes").path(1).path("name").asText()).isEqualTo("protobin-j2");
        assertThat(written.path("probes").path(1).path("kind").asText()).isEqualTo("protobin");
        assertThat(written.path("settings").path("epochs").asInt()).isEqualTo(2);
        assertThat(written.path("cells")).hasSize(8);
        assertThat(json(run.resolve("run.json")).path("results").path("cells").path("failed"))
                .isEmpty();
    }

    @Test
    void aDryRunSaysWhatItWouldCostAndWritesNothing() throws IOException {
        Path out = folder.resolve("dry");
        Ran ran = benchmark(grid, out, "--dry-run").endsWith(ExitCode.OK);
        assertThat(ran.out())
                .contains("own/one/protobin-j2", "8 cells to work through: 40 trainings", "recordings to embed first");
        assertThat(out.resolve("grid.json")).doesNotExist();
        assertThat(out.resolve("cache")).doesNotExist();
        JsonNode json = benchmark(grid, out, "--dry-run", "--json", "--only", "own/*/linear-mean")
                .endsWith(ExitCode.OK)
                .json();
        assertThat(json.path("cells")).hasSize(2);
        assertThat(json.path("cells").path(0).path("trainings").asInt()).isEqualTo(5);
        assertThat(json.path("cacheBytes").asLong()).isPositive();
    }

    @Test
    void aRunBeyondItsBudgetStopsAndResumes() {
        Path out = folder.resolve("budget");
        Ran stopped =
                benchmark(grid, out, "--only", "tiny", "--max-hours", "1e-9").endsWith(ExitCode.FAILED);
        assertThat(stopped.out())
                .contains("4 cells are not finished, the first: tiny/many/linear-mean; run the same command again");
        benchmark(grid, out, "--only", "tiny/many/linear-mean", "--max-hours", "100")
                .endsWith(ExitCode.OK);
        assertThat(out.resolve("tiny/many/linear-mean/cell.json")).exists();
    }

    @Test
    void aCellThatFailsIsNamedAndTheOthersGoOn() throws IOException {
        Path file = BenchmarkFixture.grid(
                folder, "failing.toml", encoder, SHORT, "name = \"linear-mean\"", "name = \"mhca\"\nset.heads = 5");
        Path out = folder.resolve("failing");
        Ran ran = benchmark(file, out, "--only", "tiny/many").endsWith(ExitCode.FAILED);
        assertThat(ran.out()).contains("failed: tiny/many/mhca: ", "heads", "linear-mean");
        assertThat(out.resolve("tiny/many/linear-mean/cell.json")).exists();
        assertThat(out.resolve("tiny/many/mhca/cell.json")).doesNotExist();
        JsonNode json = benchmark(file, out, "--only", "tiny/many", "--json", "-q")
                .endsWith(ExitCode.FAILED)
                .json();
        assertThat(json.path("failed").path(0).path("cell").asText()).isEqualTo("tiny/many/mhca");
        assertThat(json.path("cells")).hasSize(1);
    }

    @Test
    void finishedCellsAreNotTakenForThoseOfOtherSettings() throws IOException {
        Path other =
                BenchmarkFixture.grid(folder, "other.toml", encoder, SHORT.replace("epochs = 2", "epochs = 3"), PROBES);
        Ran ran = benchmark(other, run, "--only", "tiny/many/linear-mean").endsWith(ExitCode.FAILED);
        assertThat(ran.out())
                .contains("tiny/many/linear-mean", "begun with other settings: training.epochs is 3, there it was 2");
        benchmark(grid, run, "--only", "tiny/many/linear-mean", "-q").endsWith(ExitCode.OK);
    }

    @Test
    void recordingsThatCannotBeReadAreLeftOutAndASetWithoutAnyFailsItsCells() throws IOException {
        BenchmarkFixture.scenes(folder, "broken", false, 24, 8);
        Files.writeString(folder.resolve("broken/train/000003.wav"), "no sound");
        Files.delete(folder.resolve("broken/train/000004.wav"));
        Path file = Files.writeString(
                folder.resolve("broken.toml"), Files.readString(grid).replace("many/manifest", "broken/manifest"));
        Path out = folder.resolve("broken-run");
        Ran ran = benchmark(file, out, "--only", "tiny/many/linear-mean").endsWith(ExitCode.OK);
        assertThat(ran.err())
                .contains("skipped train/000003.wav")
                .contains("data set many: 1 recording that its lists name is left out, train/000004.wav:"
                        + " no such recording (run.json lists it)");
        assertThat(json(out.resolve("run.json"))
                        .path("results")
                        .path("datasets")
                        .path("many")
                        .path("missing")
                        .path(0)
                        .asText())
                .isEqualTo("train/000004.wav");
        assertThat(Files.readAllLines(out.resolve("tiny/many/clips.csv"))).hasSize(1 + 24 + 8 - 2);
        for (String part : List.of("train", "test")) {
            for (Path wav : Files.list(folder.resolve("broken").resolve(part)).toList()) {
                Files.writeString(wav, "no sound");
            }
        }
        Ran none = benchmark(file, folder.resolve("none-run"), "--only", "tiny/*/linear-mean")
                .endsWith(ExitCode.FAILED);
        assertThat(none.out())
                .contains("failed: tiny/many/linear-mean: ", "none of its 31 recordings can be used", "one: accuracy");
    }

    @Test
    void whatCannotBeMeantIsRefused() throws IOException {
        Path out = folder.resolve("refused");
        benchmark(folder.resolve("nowhere.toml"), out).fails(ExitCode.INPUT, "nowhere.toml");
        benchmark(grid, out, "--only", "eat/urban").fails(ExitCode.USAGE, "names no cell", "own/many/linear-mean");
        benchmark(grid, out, "--only", "a/b/c/d").fails(ExitCode.USAGE, "ENCODER/DATASET/PROBE");
        benchmark(grid, out, "--workers", "-1").fails(ExitCode.USAGE, "--workers must not be negative");
        benchmark(grid, out, "--max-hours", "0").fails(ExitCode.USAGE, "--max-hours must be above 0");
        Path unknown = BenchmarkFixture.grid(folder, "unknown.toml", encoder, SHORT, "name = \"protobim\"");
        benchmark(unknown, out).fails(ExitCode.INPUT, "unknown.toml", "protobim");
        Path gone = Files.writeString(
                folder.resolve("gone.toml"), Files.readString(grid).replace("one/manifest.csv", "two/manifest.csv"));
        benchmark(gone, out).fails(ExitCode.INPUT, "two", "not there");
        benchmark(gone, run, "--only", "tiny/many", "-q").endsWith(ExitCode.OK);
        Path twice = Files.writeString(
                folder.resolve("twice.toml"),
                Files.readString(grid).replace("manifest = \"many/", "task = \"single-label\"\nmanifest = \"many/"));
        benchmark(twice, out).fails(ExitCode.INPUT, "single-label set has one for each clip");
    }

    @Test
    void twoProcessesDoNotWriteToOneFolder() throws IOException {
        Path out = Files.createDirectories(folder.resolve("locked"));
        try (FolderLock _ = FolderLock.acquire(out, "run.lock")) {
            benchmark(grid, out).fails(ExitCode.INPUT, "is writing to " + out);
        }
    }

    private static Ran explain(String option, Path probe, Path out) {
        Path clip = folder.resolve("many/test/000000.wav");
        return Ran.unmute("explain", "-q", option, probe, "--audio", clip, "--out", out);
    }

    @Test
    void aSeedOfACellIsExplained() {
        Path cell = run.resolve("tiny/many/protobin-j2");
        assertThat(explain("--probe", cell.resolve("seed-0"), folder.resolve("explained"))
                        .endsWith(ExitCode.OK)
                        .out())
                .isNotBlank();
        explain("--probe", cell, folder.resolve("refused"))
                .fails(ExitCode.USAGE, "holds 2 probes, of several seeds", "seed-1/probe.safetensors");
        // As earlier versions spelled it, the first seed is meant.
        explain("--run", cell, folder.resolve("explained-first")).endsWith(ExitCode.OK);
    }

    @Test
    void aRunIsReported() {
        Ran.ok("report", "-q", run, "--out", folder.resolve("report"));
        assertThat(folder.resolve("report/report.html")).content().contains("Several a clip", "protobin");
    }
}
