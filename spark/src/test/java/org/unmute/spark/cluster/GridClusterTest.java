package org.unmute.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.experiments.benchmark.RepeatableContent;
import org.unmute.experiments.scene.SyntheticScenes;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.models.encoder.Encoders;
import org.unmute.spark.grid.SingleMachine;

/** A grid of 2 x 2 x 4 cells on a cluster: the cells of a single machine, whatever dies meanwhile. */
@FullBuild("starts a cluster")
class GridClusterTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final List<String> ENCODERS = List.of("own", "file");
    private static final List<String> DATASETS = List.of("many", "one");
    private static final List<String> PROBES = List.of("linear-mean", "mhca", "protobin", "linpre");
    private static final String GRID = """
            [[encoders]]
            name = "own"
            embedded = true
            [[encoders]]
            name = "file"
            file = "encoder.safetensors"
            hop = 0.48
            [[datasets]]
            name = "many"
            manifest = "many/manifest.csv"
            standardize = true
            [[datasets]]
            name = "one"
            task = "single-label"
            manifest = "one/manifest.csv"
            [[probes]]
            name = "linear-mean"
            [[probes]]
            name = "mhca"
            [[probes]]
            name = "protobin"
            set.prototypes = 2
            [[probes]]
            name = "linpre"
            [protocol]
            epochs = 2
            batch = 16
            sobol = 2
            tpe = 0
            top = 1
            seeds = [0, 1]
            """;

    @TempDir
    static Path folder;

    private static SparkCluster cluster;
    private static Path grid;
    private static TreeMap<String, String> expected;

    @BeforeAll
    static void start() throws Exception {
        Files.write(folder.resolve("encoder.safetensors"), Encoders.embeddedBytes());
        SyntheticScenes.Options options = SyntheticScenes.Options.standard().withSeconds(1);
        new SyntheticScenes(options, 4).write(folder.resolve("many"), 24, 8);
        new SyntheticScenes(options.withEvents(1, 1), 3).write(folder.resolve("one"), 24, 8);
        grid = Files.writeString(folder.resolve("grid.toml"), GRID);
        expected = cells(SingleMachine.run(grid, folder.resolve("single")));
        assertThat(expected.keySet().stream().filter(name -> name.endsWith("cell.json")))
                .hasSize(16);
        cluster = SparkCluster.start(folder.resolve("cluster"), 2, 1, 1024);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** What is the same in every run of the same cells. */
    private static TreeMap<String, String> cells(Path run) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        for (Path cell : folders(run)) {
            if (Files.exists(cell.resolve("cell.json"))) {
                RepeatableContent.of(cell)
                        .forEach((file, content) -> all.put(run.relativize(cell) + "/" + file, content));
            }
        }
        return all;
    }

    private static List<Path> folders(Path run) {
        List<Path> all = new ArrayList<>();
        for (String encoder : ENCODERS) {
            for (String dataset : DATASETS) {
                PROBES.forEach(
                        probe -> all.add(run.resolve(encoder).resolve(dataset).resolve(probe)));
            }
        }
        return all;
    }

    private static long finished(Path run) {
        return folders(run).stream()
                .filter(cell -> Files.exists(cell.resolve("cell.json")))
                .count();
    }

    private static ChildJvm submit(String name, Path out) throws IOException {
        Map<String, String> settings = Map.of("spark.speculation", "true", "spark.speculation.interval", "200ms");
        return cluster.submit(
                name, settings, List.of("org.unmute.spark.Benchmark", grid.toString(), "--out", out.toString()));
    }

    /** Waits until so many cells are finished. */
    private static void awaitCells(int number, Path out, ChildJvm driver) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (finished(out) < number) {
            if (!driver.isAlive() || System.nanoTime() > end) {
                throw new AssertionError("only " + finished(out) + " cells are finished" + cluster.logs());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void executorsAndTheDriverMayDieAndTheCellsAreThoseOfASingleMachine() throws Exception {
        Path out = folder.resolve("run");
        ChildJvm killed = submit("driver-killed", out);
        awaitCells(2, out, killed);
        cluster.executors().getFirst().destroyForcibly();
        awaitCells(6, out, killed);
        assertThat(finished(out)).as("the driver was killed before it was done").isLessThan(16);
        killed.kill();

        ChildJvm driver = submit("driver", out);
        int status = driver.await(PATIENCE);
        assertThat(status).as(() -> logs()).isZero();
        assertThat(driver.log()).contains("finished before");
        TreeMap<String, String> actual = cells(out);
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
                (file, content) -> assertThat(actual.get(file)).as(file).isEqualTo(content));
    }

    private static String logs() {
        try {
            return cluster.logs();
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
