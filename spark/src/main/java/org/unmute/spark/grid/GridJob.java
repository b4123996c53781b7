package org.unmute.spark.grid;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.unmute.benchmark.StopSignal;
import org.unmute.benchmark.grid.Cell;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.results.GridFile;
import org.unmute.benchmark.run.BenchmarkOutcome;
import org.unmute.benchmark.run.BenchmarkPlan;
import org.unmute.benchmark.run.BenchmarkRun;
import org.unmute.benchmark.run.CellSelection;
import org.unmute.data.provenance.JsonObject;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.files.FolderLock;
import org.unmute.files.InputException;
import org.unmute.files.Sha256;
import org.unmute.spark.plan.Packed;
import org.unmute.spark.task.ExecutorBackend;
import org.unmute.spark.task.TaskFailure;
import org.unmute.spark.task.TaskProgress;
import org.unmute.tensor.backend.Backends;

/**
 * Runs a grid on Spark: first the missing tokens, in parts with one task each, then the cells, one task each, those
 * with the most work first. The folder is compatible with {@code unmute benchmark}: either program can continue a run
 * of the other.
 */
public final class GridJob implements AutoCloseable {
    private final JavaSparkContext spark;
    private final Options options;
    private final Consumer<String> tell;
    private final CellSelection selection;
    private final RunRecord record;
    private final BenchmarkRun run;
    private final String gridSha256;
    private String recordSha256;

    /**
     * The grid to run. Paths must lead to the same files on all machines.
     *
     * @param grid file of the grid
     * @param out folder of the run
     * @param only patterns of cells; empty for all cells
     * @param caches folder of the token caches; null for {@code cache} in the folder of the run
     */
    public record Options(Path grid, Path out, List<String> only, Path caches) {
        public Options {
            grid = grid.toAbsolutePath().normalize();
            out = out.toAbsolutePath().normalize();
            caches = caches == null
                    ? out.resolve("cache")
                    : caches.toAbsolutePath().normalize();
            only = List.copyOf(only);
        }

        /** The command that continues the run on one machine. */
        List<String> command() {
            List<String> line =
                    new ArrayList<>(List.of("unmute", "benchmark", grid.toString(), "--out", out.toString()));
            if (!only.isEmpty()) {
                line.addAll(List.of("--only", String.join(",", only)));
            }
            if (!caches.equals(out.resolve("cache"))) {
                line.addAll(List.of("--cache", caches.toString()));
            }
            return line;
        }
    }

    /**
     * @param tell receives messages for the user
     * @throws org.unmute.files.SettingsException for patterns that match no cell
     * @throws org.unmute.files.InputException naming the problem in the grid, or the files that are missing
     */
    public GridJob(JavaSparkContext spark, Options options, Consumer<String> tell) throws IOException {
        this.spark = spark;
        this.options = options;
        this.tell = tell;
        gridSha256 = Sha256.of(options.grid());
        selection = CellSelection.read(options.grid(), options.only());
        Backends.Choice backend = ExecutorBackend.use();
        record = new RunRecord(options.command())
                .backend(backend.backend().name(), backend.reason())
                .input(options.grid());
        run = new BenchmarkRun(
                new BenchmarkRun.Settings(
                        options.out(),
                        options.caches(),
                        options.command(),
                        backend.backend().name(),
                        backend.reason(),
                        cores(),
                        0,
                        StopSignal.never()),
                selection.cells(),
                selection.grid().protocol(),
                new TaskHost(null, () -> {}));
    }

    /** Plans a run and its cost on the cores that the application has now; nothing is embedded or trained. */
    public BenchmarkPlan plan() throws IOException {
        return run.plan(true);
    }

    /** A summary of a plan in a few lines. */
    public List<String> lines(BenchmarkPlan plan) {
        return plan.lines(run.finishedBefore());
    }

    /**
     * Runs the grid.
     *
     * @throws FolderLock.HeldException if another process runs a grid in the folder
     * @throws IOException if a task failed so often that Spark aborted the job
     */
    public BenchmarkOutcome run() throws IOException {
        Files.createDirectories(options.out());
        try (FolderLock _ = FolderLock.acquire(options.out(), FolderLock.NAME)) {
            BenchmarkPlan plan = run.plan(false);
            lines(plan).forEach(tell);
            BenchmarkRun.removeHalfWritten(options.out());
            GridFile.write(options.out(), selection.grid());
            recordSha256 = Sha256.of(options.out().resolve(GridFile.FILE));
            GridCounts counts = GridCounts.of(spark.sc());
            Map<CellId, String> failed = new LinkedHashMap<>();
            embed(counts, failed);
            List<GridTask> cells = new ArrayList<>();
            selection.cells().stream()
                    .filter(c -> !failed.containsKey(c.id()))
                    .sorted(Comparator.comparingDouble((Cell c) -> -plan.workLeft(c.id())))
                    .forEach(c -> cells.add(task(GridTask.Work.CELL, 0, 1, List.of(c))));
            int done = 0;
            for (GridTask.Ended task : run("cells", cells, counts)) {
                note(task, failed);
                String cell = task.cells().getFirst();
                done++;
                tell.accept(done + " of " + cells.size() + " cells: " + cell
                        + (task.failed().isEmpty()
                                ? " finished"
                                : " failed: " + task.failed().get(cell)));
            }
            return end(failed);
        }
    }

    /**
     * Runs tasks.
     *
     * @param what description for Spark's pages
     * @param tasks tasks in starting order
     * @return the outcomes, in the order of the tasks
     * @throws InputException if a machine does not see the files of the run
     * @throws IOException if a task failed too often
     */
    private List<GridTask.Ended> run(String what, List<GridTask> tasks, GridCounts counts) throws IOException {
        if (tasks.isEmpty()) {
            return List.of();
        }
        TaskProgress progress = new TaskProgress(
                () -> Units.count(counts.cells().value(), "cell") + " finished, "
                        + Units.count(counts.epochs().value(), "epoch") + " trained, "
                        + Units.count(counts.clips().value(), "clip") + " embedded",
                tell,
                () -> {});
        spark.sc().addSparkListener(progress);
        spark.sc().setJobDescription("unmute benchmark: " + what);
        try {
            // Bytes, since Kryo, which many clusters use, does not make records.
            return spark
                    .parallelize(tasks.stream().map(Packed::of).toList(), tasks.size())
                    .map(task -> Packed.of(Packed.open(task, GridTask.class).run(TaskContext.get(), counts)))
                    .collect()
                    .stream()
                    .map(ended -> Packed.open(ended, GridTask.Ended.class))
                    .toList();
        } catch (Exception e) { // Spark throws undeclared checked exceptions
            throw TaskFailure.of(e, "run a grid", ": submit the same again to go on");
        } finally {
            spark.sc().setJobDescription(null);
            spark.sc().removeSparkListener(progress);
        }
    }

    /** Computes the missing tokens, in parts with one task each. */
    private void embed(GridCounts counts, Map<CellId, String> failed) throws IOException {
        List<BenchmarkRun.Unembedded> missing = run.unembedded(cores());
        List<GridTask> tasks = new ArrayList<>();
        for (BenchmarkRun.Unembedded tokens : missing) {
            for (int part = 0; part < tokens.parts(); part++) {
                tasks.add(task(GridTask.Work.TOKENS, part, tokens.parts(), tokens.cells()));
            }
        }
        List<GridTask.Ended> ended = run("tokens", tasks, counts);
        ended.forEach(task -> note(task, failed));
        int from = 0;
        for (BenchmarkRun.Unembedded tokens : missing) {
            List<GridTask.Ended> own = ended.subList(from, from + tokens.parts());
            from += tokens.parts();
            if (tokens.parts() > 1 && own.stream().allMatch(t -> t.embedded() != null)) {
                gather(tokens, own, failed);
            }
        }
    }

    private void gather(BenchmarkRun.Unembedded tokens, List<GridTask.Ended> parts, Map<CellId, String> failed)
            throws IOException {
        try {
            run.gather(tokens, parts.stream().map(GridTask.Ended::embedded).toList());
        } catch (InputException e) {
            tokens.cells().forEach(c -> failed.put(c.id(), e.getMessage()));
        }
    }

    private int cores() {
        return Math.max(1, spark.defaultParallelism());
    }

    private GridTask task(GridTask.Work work, int part, int parts, List<Cell> cells) {
        return new GridTask(
                work,
                part,
                parts,
                options.grid().toString(),
                gridSha256,
                recordSha256,
                cells.stream().map(Cell::path).toList(),
                options.out().toString(),
                options.caches().toString(),
                options.command());
    }

    /** Records cells that cannot be finished. */
    private void note(GridTask.Ended task, Map<CellId, String> failed) {
        for (Cell cell : selection.cells()) {
            String reason = task.failed().get(cell.path());
            if (reason != null) {
                failed.put(cell.id(), reason);
            }
        }
    }

    private BenchmarkOutcome end(Map<CellId, String> failed) throws IOException {
        BenchmarkOutcome results = new BenchmarkOutcome(
                options.out(), selection.cells().stream().map(Cell::id).toList(), failed);
        record.result("datasets", run.datasetFacts())
                .result("cells", results.summary())
                .result(
                        "spark",
                        new JsonObject()
                                .with("version", spark.version())
                                .with("master", spark.master())
                                .with("application", spark.sc().applicationId()))
                .write(options.out());
        return results;
    }

    /** Closes the token caches. */
    @Override
    public void close() {
        run.close();
    }
}
