package org.unmute.spark.grid;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.unmute.benchmark.StopSignal;
import org.unmute.benchmark.results.GridFile;
import org.unmute.benchmark.run.BenchmarkRun;
import org.unmute.benchmark.run.CellSelection;
import org.unmute.files.InputException;
import org.unmute.files.Sha256;
import org.unmute.tensor.backend.Backends;

/** Runs a grid as {@code unmute benchmark} does, without Spark tasks. */
public final class SingleMachine {
    private static final String BACKEND = "vector";

    private SingleMachine() {}

    public static Path run(Path grid, Path out, String... only) throws IOException {
        return run(grid, out, out.resolve("cache"), only);
    }

    /** Runs a grid with token caches in a separate folder. */
    public static Path run(Path grid, Path out, Path caches, String... only) throws IOException {
        CellSelection cells = CellSelection.read(grid, List.of(only));
        if (!Backends.current().name().equals(BACKEND)) {
            Backends.use(Backends.open(BACKEND, 2));
        }
        try (BenchmarkRun run = new BenchmarkRun(
                new BenchmarkRun.Settings(
                        out,
                        caches,
                        List.of("unmute", "benchmark", grid.toString(), "--out", out.toString()),
                        BACKEND,
                        "the backend of executors",
                        2,
                        2,
                        StopSignal.never()),
                cells.cells(),
                cells.grid().protocol(),
                new TaskHost(null, () -> {}))) {
            Files.createDirectories(out);
            GridFile.write(out, cells.grid());
            assertThat(run.work(run.plan(false))).isTrue();
        }
        return out;
    }

    /** The error message of a task that was planned with a grid.json other than the one on this machine. */
    public static String refusal(Path grid, Path out) throws IOException {
        GridTask task = new GridTask(
                GridTask.Work.CELL,
                0,
                1,
                grid.toString(),
                Sha256.of(grid),
                Sha256.of("another"),
                List.of("own/many/linear-mean"),
                out.toString(),
                out.resolve("cache").toString(),
                List.of("unmute"));
        try {
            task.run(null, null);
            return "";
        } catch (InputException e) {
            return e.getMessage();
        }
    }
}
