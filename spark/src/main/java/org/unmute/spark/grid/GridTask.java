package org.unmute.spark.grid;

import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.unmute.benchmark.StopSignal;
import org.unmute.benchmark.grid.Cell;
import org.unmute.benchmark.grid.Grid;
import org.unmute.benchmark.results.GridFile;
import org.unmute.benchmark.run.BenchmarkPlan;
import org.unmute.benchmark.run.BenchmarkRun;
import org.unmute.files.FolderLock;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.Embedding;
import org.unmute.spark.task.ExecutorBackend;
import org.unmute.tensor.backend.Backends;

/**
 * One task of a grid: computes tokens that several cells share, or runs one cell. It works in the folder of the run, as
 * a single machine would, and holds a lock on its output. If two attempts do the same work, one waits for the other and
 * then finds the work done. An attempt that follows a killed one resumes from where that one stopped.
 *
 * @param work kind of work
 * @param part which part of the tokens to compute, from 0
 * @param parts number of parts that the clips are divided into; 1 if the task computes the whole cache
 * @param grid file of the grid
 * @param gridSha256 digest of the grid's file
 * @param recordSha256 digest of {@code grid.json} in the folder of the run
 * @param cells {@code encoder/dataset/probe} of the cells that share tokens, or of the one cell
 * @param out folder of the run
 * @param caches folder of the token caches
 * @param command a command that continues the run, for the records of the run
 */
record GridTask(
        Work work,
        int part,
        int parts,
        String grid,
        String gridSha256,
        String recordSha256,
        List<String> cells,
        String out,
        String caches,
        List<String> command)
        implements Serializable {
    /** Milliseconds between two attempts to lock. */
    private static final long PATIENCE = 500;

    /** Kinds of work. */
    enum Work {
        TOKENS,
        CELL
    }

    GridTask {
        cells = List.copyOf(cells);
        command = List.copyOf(command);
    }

    /**
     * The outcome of a task.
     *
     * @param cells cells of the task
     * @param failed why cells cannot be finished, by their paths
     * @param embedded outcome for one part of the tokens; null for other work, or if the task failed
     */
    record Ended(List<String> cells, Map<String, String> failed, Embedding.Outcome embedded) implements Serializable {}

    /**
     * Runs the task.
     *
     * @param context tells whether the task was killed
     * @param counts incremented as work is done
     * @throws IOException if this machine does not see the files of the run, or cannot lock files
     */
    Ended run(TaskContext context, GridCounts counts) throws IOException {
        requireShared();
        List<Cell> own = Grid.read(Path.of(grid)).cells().stream()
                .filter(c -> cells.contains(c.path()))
                .toList();
        StopSignal stop = StopSignal.never();
        try (FolderLock _ = turn(place(own.getFirst()), context);
                BenchmarkRun run =
                        new BenchmarkRun(settings(stop), own, own.getFirst().protocol(), new TaskHost(counts, () -> {
                            if (context.isInterrupted()) {
                                stop.raise();
                            }
                        }))) {
            return work(run, counts);
        }
    }

    private Ended work(BenchmarkRun run, GridCounts counts) throws IOException {
        BenchmarkPlan plan = run.plan(false);
        if (work == Work.TOKENS && parts > 1) {
            try {
                return new Ended(cells, Map.of(), run.embedPart(part, parts).orElseThrow(GridTask::stopped));
            } catch (InputException e) {
                Map<String, String> failed = new TreeMap<>();
                cells.forEach(cell -> failed.put(cell, e.getMessage()));
                return new Ended(cells, failed, null);
            }
        }
        boolean complete = work == Work.TOKENS ? run.embed() : run.work(plan);
        Map<String, String> failed = new TreeMap<>();
        run.results().failed().forEach((id, reason) -> failed.put(id.toString(), reason));
        if (!complete && failed.isEmpty()) {
            throw stopped();
        }
        if (complete && work == Work.CELL) {
            counts.cells().add(1);
        }
        return new Ended(cells, failed, null);
    }

    private static IOException stopped() {
        return new IOException("run a grid: the task was stopped: submit the same again to go on");
    }

    private BenchmarkRun.Settings settings(StopSignal stop) {
        Backends.Choice backend = ExecutorBackend.use();
        return new BenchmarkRun.Settings(
                Path.of(out),
                Path.of(caches),
                command,
                backend.backend().name(),
                backend.reason(),
                Math.max(1, SparkEnv.get().conf().getInt("spark.task.cpus", 1)),
                1,
                stop);
    }

    /** The path to lock: the cell's folder, or the token cache or a part of it. */
    private Path place(Cell cell) {
        if (work == Work.CELL) {
            return cell.id().folder(Path.of(out));
        }
        Path cache = cell.cache(Path.of(caches));
        return parts == 1 ? cache : cache.resolveSibling(cache.getFileName() + "-" + part);
    }

    /** Waits for other attempts at the same work to end, whether of this application or of an abandoned one. */
    private static FolderLock turn(Path place, TaskContext context) throws IOException {
        Files.createDirectories(place.toAbsolutePath().getParent());
        while (true) {
            try {
                return FolderLock.acquireFor(place);
            } catch (FolderLock.HeldException e) {
                if (context.isInterrupted()) {
                    throw e;
                }
                sleep(e);
            }
        }
    }

    private static void sleep(FolderLock.HeldException held) throws IOException {
        try {
            Thread.sleep(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw held;
        }
    }

    /** Requires that this machine sees the same files as the driver; otherwise it would begin another run. */
    private void requireShared() throws IOException {
        requireSame("the grid", Path.of(grid), gridSha256);
        requireSame("the folder of the run", Path.of(out, GridFile.FILE), recordSha256);
    }

    private static void requireSame(String what, Path file, String sha256) throws IOException {
        boolean there = RegularFile.exists(file);
        if (!there || !Sha256.of(file).equals(sha256)) {
            throw new InputException(
                    "run a grid on " + InetAddress.getLocalHost().getHostName() + ": " + what + ", "
                            + file + ", is " + (there ? "another file there than on the driver" : "not there")
                            + ": grid, data sets, encoders and --out must be on a file system that all machines mount"
                            + " in the same place");
        }
    }
}
