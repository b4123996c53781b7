package org.unmute.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.provenance.Json;
import org.unmute.files.FolderLock;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.spark.grid.CellContent;
import org.unmute.spark.grid.SingleMachine;
import org.unmute.spark.grid.SmallGrid;

/**
 * A grid on Spark produces the same files as on a single machine, no matter which of them begins and which continues.
 */
@FullBuild("starts Spark")
class BenchmarkTest {
    private static final String PROBES_AND_PROTOCOL = """
            [[probes]]
            name = "linear-mean"
            [[probes]]
            name = "protobin"
            set.prototypes = 2
            [protocol]
            epochs = 2
            batch = 16
            sobol = 2
            tpe = 1
            halving = { min-epochs = 1, eta = 2 }
            top = 1
            seeds = [0, 1]
            """;

    @TempDir
    static Path folder;

    private static Path grid;
    /** A run on a single machine. */
    private static Path whole;

    @BeforeAll
    static void prepare() throws IOException {
        new LocalSpark();
        grid = SmallGrid.write(folder, 30, 12, PROBES_AND_PROTOCOL);
        whole = SingleMachine.run(grid, folder.resolve("whole"));
    }

    /** Outcome of the application. */
    private record Ran(int status, String out, String err) {}

    private static Ran submit(Object... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Benchmark.run(
                new Console(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8)),
                Arrays.stream(args).map(Object::toString).toArray(String[]::new));
        return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static Ran run(Path out, Object... more) {
        List<Object> args = new ArrayList<>(List.of(grid, "--out", out));
        args.addAll(List.of(more));
        Ran ran = submit(args.toArray());
        assertThat(ran.status()).as(ran.toString()).isZero();
        return ran;
    }

    private static void assertSameTokens(Path cache, Path expected) throws IOException {
        try (TokenCache own = TokenCache.open(cache);
                TokenCache other = TokenCache.open(expected)) {
            assertThat(own.key()).isEqualTo(other.key());
            assertThat(own.clips()).hasSameSizeAs(other.clips()).hasSize(42);
            for (CachedClip clip : other.clips()) {
                CachedClip same = own.find(clip.id()).orElseThrow();
                assertThat(same.audioSha256()).isEqualTo(clip.audioSha256());
                assertThat(own.read(clip.id()).tokens())
                        .as(clip.id())
                        .isEqualTo(other.read(clip.id()).tokens());
            }
        }
    }

    /** Writes a modified copy of the grid beside it. */
    private static Path changed(String name, String part, String by) throws IOException {
        return Files.writeString(folder.resolve(name), Files.readString(grid).replace(part, by));
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(f -> folder.relativize(f).toString())
                    .filter(f -> !f.endsWith(".tok")
                            && !f.endsWith("cache.lock")
                            && !List.of("run.json", "run.lock").contains(f))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void itsFilesAreThoseOfASingleMachine() throws IOException {
        Path out = folder.resolve("spark");
        Ran ran = run(out);
        assertThat(ran.err()).contains("8 cells to work through: 40 trainings");
        assertThat(ran.out()).contains("own/many/protobin: mAP ").contains("file/one/linear-mean: accuracy ");
        assertThat(SmallGrid.content(out)).isEqualTo(SmallGrid.content(whole)).hasSizeGreaterThan(80);
        assertThat(Files.readString(out.resolve("grid.json"))).isEqualTo(Files.readString(whole.resolve("grid.json")));
        assertThat(files(out)).isEqualTo(files(whole));
        assertSameTokens(out.resolve("cache/own/many"), whole.resolve("cache/own/many"));
        assertSameTokens(out.resolve("cache/file/one"), whole.resolve("cache/file/one"));
        assertThat(shards(out.resolve("cache/own/many")))
                .as("shards of several tasks")
                .contains("shard-00000.tok", "shard-00100.tok");
        JsonNode record = Json.read(out.resolve("run.json"));
        assertThat(record.path("results").path("cells").path("finished").asInt())
                .isEqualTo(8);
        assertThat(record.path("results").path("spark").path("master").asText()).isEqualTo("local[2]");

        TreeMap<String, String> before = bytes(out);
        run(out);
        assertThat(bytes(out)).as("nothing is done again").isEqualTo(before);
    }

    private static TreeMap<String, String> bytes(Path run) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        for (String file : files(run)) {
            all.put(file, Files.readString(run.resolve(file), StandardCharsets.ISO_8859_1));
        }
        return all;
    }

    /** The cache of a job is moved to where a grid looks for tokens of an encoder and a data set. */
    @Test
    void tokensThatAJobEmbeddedAreTaken() throws IOException {
        Path job = folder.resolve("job");
        EmbedTest.Output embedded =
                EmbedTest.run("--audio", folder.resolve("many/manifest.csv").toString(), "--out", job.toString());
        assertThat(embedded.status()).as(embedded.err()).isZero();
        Path caches = Files.createDirectories(folder.resolve("caches/own"));
        Path tokens = Files.move(job.resolve("tokens"), caches.resolve("many"));
        List<String> shards = shards(tokens);
        Path out = SingleMachine.run(grid, folder.resolve("from-job"), caches.getParent(), "own/many");
        assertThat(shards(tokens)).as("nothing is embedded again").isEqualTo(shards);
        for (String probe : List.of("own/many/protobin", "own/many/linear-mean")) {
            assertThat(CellContent.of(out.resolve(probe))).isEqualTo(CellContent.of(whole.resolve(probe)));
        }
    }

    private static List<String> shards(Path cache) throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith(".tok"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aMachineAndSparkGoOnWithEachOthersRun() throws IOException {
        Path out = folder.resolve("both");
        run(out, "--only", "own/many");
        SingleMachine.run(grid, out, "own/one/linear-mean");
        run(out, "--only", "own,file/many");
        SingleMachine.run(grid, out);
        assertThat(SmallGrid.content(out)).isEqualTo(SmallGrid.content(whole));
    }

    @Test
    void anAttemptWaitsForTheOneThatHoldsTheCell() throws Exception {
        Path out = folder.resolve("waiting");
        Path cell = out.resolve("own/many/linear-mean");
        Files.createDirectories(cell.getParent());
        CompletableFuture<Ran> ran;
        try (FolderLock _ = FolderLock.acquireFor(cell)) {
            ran = CompletableFuture.supplyAsync(() ->
                    submit(grid, "--out", out, "--only", "own/many/linear-mean", "--cache", whole.resolve("cache")));
            TimeUnit.SECONDS.sleep(6);
            assertThat(ran).isNotDone();
            assertThat(cell).doesNotExist();
        }
        assertThat(ran.get(100, TimeUnit.SECONDS).status()).isZero();
        assertThat(CellContent.of(cell)).isEqualTo(CellContent.of(whole.resolve("own/many/linear-mean")));
    }

    @Test
    void aCellThatFailsIsNamedAndTheOthersAreFinished() throws IOException {
        Path bad = changed("bad.toml", "name = \"linear-mean\"", "name = \"linear-mean\"\nlr = [1e30, 1e31]");
        Ran ran = submit(bad, "--out", folder.resolve("bad"), "--only", "own/many", "--cache", whole.resolve("cache"));
        assertThat(ran.status()).as(ran.toString()).isEqualTo(1);
        assertThat(ran.out()).contains("own/many/protobin: mAP ").contains("failed: own/many/linear-mean: benchmark: ");
        assertThat(ran.err()).contains("of 2 cells: own/many/linear-mean failed: ");
    }

    @Test
    void aCellThatWasBegunWithOtherSettingsIsRefused() throws IOException {
        Path out = folder.resolve("settings");
        run(out, "--only", "own/many/linear-mean", "--cache", whole.resolve("cache"));
        Path other = changed("other.toml", "epochs = 2", "epochs = 3");
        Ran ran = submit(other, "--out", out, "--only", "own/many/linear-mean", "--cache", whole.resolve("cache"));
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).contains("was begun with other settings: training.epochs is 3, there it was 2");
    }

    @Test
    void aMachineThatDoesNotSeeTheRunSaysSo() throws IOException {
        Path out = Files.createDirectories(folder.resolve("unseen"));
        Files.writeString(out.resolve("grid.json"), "{}");
        assertThat(SingleMachine.refusal(grid, out))
                .contains("the folder of the run, " + out.resolve("grid.json")
                        + ", is another file there than on the driver")
                .contains("must be on a file system that all machines mount in the same place");
    }

    @Test
    void theCommandLineIsChecked() {
        Path out = folder.resolve("nothing");
        assertThat(submit("--out", out).err()).contains("Missing required parameter: 'GRID'");
        Ran remote = submit(grid, "--out", "hdfs://host/run");
        assertThat(remote.status()).isEqualTo(2);
        assertThat(remote.err()).contains("--out hdfs://host/run: a grid runs in folders that all machines mount");
        Ran none = submit(grid, "--out", out, "--only", "nobody");
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err()).contains("--only nobody names no cell");
        assertThat(submit(folder.resolve("missing.toml"), "--out", out).status())
                .isEqualTo(3);
        Ran dry = submit(grid, "--out", out, "--dry-run", "--only", "own/one/linear-mean");
        assertThat(dry.status()).as(dry.toString()).isZero();
        assertThat(dry.out()).contains("1 cell to work through: 5 trainings").contains("42 recordings to embed first");
        assertThat(out).doesNotExist();
    }
}
