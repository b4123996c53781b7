package org.unmute.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.benchmark.results.GridFile;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.spark.grid.SingleMachine;
import org.unmute.spark.grid.SmallGrid;

/** A grid of 2 x 2 x 3 cells on a cluster: the cells equal those of a single machine, no matter which processes die. */
@FullBuild("starts a cluster")
class GridClusterTest {
    private static final int CELLS = 12;
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final String PROBES_AND_PROTOCOL = """
            [[probes]]
            name = "linear-mean"
            [[probes]]
            name = "mhca"
            [[probes]]
            name = "protobin"
            set.prototypes = 2
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
    private static Path single;

    @BeforeAll
    static void start() throws Exception {
        grid = SmallGrid.write(folder, 24, 8, PROBES_AND_PROTOCOL);
        single = SingleMachine.run(grid, folder.resolve("single"));
        assertThat(finished(single)).isEqualTo(CELLS);
        cluster = SparkCluster.start(folder.resolve("cluster"), 2, 1, 1024);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static long finished(Path run) {
        return GridFile.read(single).planned().stream()
                .filter(cell -> Files.exists(run.resolve(cell).resolve("cell.json")))
                .count();
    }

    private static ChildJvm submit(String name, Path out) throws IOException {
        Map<String, String> settings = Map.of("spark.speculation", "true", "spark.speculation.interval", "200ms");
        return cluster.submit(
                name, settings, List.of("org.unmute.spark.Benchmark", grid.toString(), "--out", out.toString()));
    }

    /** Waits until this many cells are finished. */
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
        killed.kill();
        long before = finished(out);
        assertThat(before)
                .as("cells that were finished before the driver was killed")
                .isLessThan(CELLS);

        ChildJvm driver = submit("driver", out);
        int status = driver.await(PATIENCE);
        assertThat(status).as(() -> logs()).isZero();
        assertThat(driver.log()).contains("finished before");
        Map<String, String> expected = SmallGrid.content(single);
        Map<String, String> actual = SmallGrid.content(out);
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
