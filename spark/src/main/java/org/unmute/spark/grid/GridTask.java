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
import org.unmute.benchmark.run.BenchmarkPlan;
import org.unmute.benchmark.run.BenchmarkRun;
import org.unmute.benchmark.run.GridRecord;
import org.unmute.files.FolderLock;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.Embedding;
import org.unmute.spark.task.ExecutorBackend;
import org.unmute.tensor.backend.Backends;

/**
 * What a task does of a grid: it makes the tokens that some cells share, or runs one cell. It works in the folder of
 * the run, as a single machine would, and holds a lock on what it makes: of two attempts at the same, one works and the
 * other waits, then finds it done; an attempt that follows one that was killed resumes where that was.
 *
 * @param work what to do
 * @param part which of the parts of the tokens, from 0
 * @param parts into how many the clips are divided; 1: the task makes the whole cache
 * @param grid the grid's file
 * @param gridSha256 its digest
 * @param recordSha256 digest of {@code grid.json} in the folder of the run
 * @param cells {@code encoder/dataset/probe} of the cells that share tokens, or of the one cell
 * @param out folder of the run
 * @param caches folder of the token caches
 * @param command a command that goes on with the run, for its records
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
    /** Milliseconds between two looks at a lock. */
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
     * How a task ended.
     *
     * @param cells its cells
     * @param failed why cells cannot be finished, by their paths
     * @param embedded what came of a part of the tokens; null for other work, and if it failed
     */
    record Ended(List<String> cells, Map<String, String> failed, Embedding.Outcome embedded) implements Serializable {}

    /**
     * Does the work.
     *
     * @param context says whether the task was killed
     * @param counts counts what was done
     * @throws IOException if this machine does not see the files of the run, or cannot lock any
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
        BenchmarkPlan plan = run.planned();
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

    /** What is locked: the cell's folder, or that of the cache. */
    private Path place(Cell cell) {
        if (work == Work.CELL) {
            return cell.id().folder(Path.of(out));
        }
        Path cache = cell.cache(Path.of(caches));
        return parts == 1 ? cache : cache.resolveSibling(cache.getFileName() + "-" + part);
    }

    /** Waits for other attempts at the same, of this application or one that was given up, to end. */
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

    /** All machines must see the same files: a machine that does not would make a run of its own. */
    private void requireShared() throws IOException {
        requireSame("the grid", Path.of(grid), gridSha256);
        requireSame("the folder of the run", Path.of(out, GridRecord.FILE), recordSha256);
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
