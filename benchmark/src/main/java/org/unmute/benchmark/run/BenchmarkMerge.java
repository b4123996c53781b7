package org.unmute.benchmark.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.protocol.CellRun;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.benchmark.results.GridFile;
import org.unmute.benchmark.results.RetrievalFile;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.RunRecord;
import org.unmute.files.AtomicFile;
import org.unmute.files.FileFailure;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;

/**
 * Joins runs of one grid, each with some of its cells, into one run, whose files are those of a single process that ran
 * all the cells. Of a cell in several runs the one that is furthest on is taken; they must agree in all but measured
 * times. Unfinished cells are joined with their journals, so that the run can continue. Token caches stay where they
 * are.
 */
public final class BenchmarkMerge {
    /** Names of the files of an encoder and a data set. */
    private static final String CLIPS = "clips(-fold-[0-9]+)?\\.csv|" + RetrievalFile.FILE.replace(".", "\\.");

    private static final int BLOCK = 1 << 18;

    private final Path out;
    private final List<Run> runs;
    private final List<CellId> planned;
    private final Map<CellId, MergeCell> cells = new LinkedHashMap<>();
    /** The records of clips and of what their tokens find, by their names below a run's folder. */
    private final Map<Path, Path> clips = new LinkedHashMap<>();

    /**
     * A run to be merged.
     *
     * @param folder its folder, as it is named
     * @param real its folder, without symbolic links
     */
    private record Run(Path folder, Path real, JsonNode grid, JsonNode results) {
        static Run read(Path folder) throws IOException {
            GridFile.read(folder);
            return new Run(
                    folder, folder.toRealPath(), Json.read(folder.resolve(GridFile.FILE)), RunRecord.results(folder));
        }
    }

    private BenchmarkMerge(Path out, List<Run> runs) {
        this.out = out;
        this.runs = runs;
        planned = planned(runs.getFirst());
    }

    /**
     * Reads and compares runs; writes nothing.
     *
     * @param out folder of the joint run; if it is a run already, it is one of those that are merged
     * @param folders of runs
     * @throws InputException if a file is damaged or is missing, or if two runs are of different grids or differ in a
     *     cell
     */
    public static BenchmarkMerge of(Path out, List<Path> folders) throws IOException {
        List<Run> runs = new ArrayList<>();
        if (RegularFile.exists(out.resolve(GridFile.FILE))) {
            runs.add(Run.read(out));
        }
        for (Path folder : folders) {
            if (!Files.isDirectory(folder)) {
                throw new InputException(folder + ": no such folder: a run of 'unmute benchmark' is expected");
            }
            Run run = Run.read(folder);
            if (runs.stream().noneMatch(r -> r.real().equals(run.real()))) {
                runs.add(run);
            }
        }
        requireSameGrid(runs);
        BenchmarkMerge merge = new BenchmarkMerge(out, runs);
        merge.chooseCells();
        merge.requireSameEncoders();
        merge.chooseClips();
        return merge;
    }

    private static void requireSameGrid(List<Run> runs) {
        Run first = runs.getFirst();
        for (Run run : runs) {
            Optional<String> difference = GridComparison.difference(first.grid(), run.grid());
            if (difference.isPresent()) {
                throw new InputException(first.folder() + " and " + run.folder()
                        + " are not runs of the same grid by the same program: " + difference.get()
                        + ": merge runs of one grid file, or let 'unmute report' compare runs of several");
            }
        }
    }

    private static List<CellId> planned(Run run) {
        List<CellId> all = new ArrayList<>();
        for (JsonNode cell : run.grid().path("cells")) {
            String[] names = cell.asText().split("/", -1);
            try {
                all.add(new CellId(names[0], names[1], names[2]));
            } catch (IllegalArgumentException e) {
                throw new InputException(run.folder().resolve(GridFile.FILE) + ": " + e.getMessage(), e);
            }
        }
        return all;
    }

    private void chooseCells() throws IOException {
        for (CellId id : planned) {
            for (Run run : runs) {
                Optional<MergeCell> read = MergeCell.read(id, run.real());
                if (read.isPresent()) {
                    MergeCell before = cells.get(id);
                    cells.put(id, before == null ? read.get() : before.further(read.get()));
                }
            }
        }
    }

    /** Cells of one encoder must be of one file, wherever it was. */
    private void requireSameEncoders() {
        Map<String, MergeCell> first = new LinkedHashMap<>();
        for (MergeCell cell : cells.values()) {
            if (cell.finished()) {
                MergeCell other = first.putIfAbsent(cell.id().encoder(), cell);
                if (other != null && !encoder(cell).equals(encoder(other))) {
                    throw new InputException("encoder " + cell.id().encoder() + " is not the same file everywhere: "
                            + other.folder() + " has the SHA-256 " + encoder(other) + ", " + cell.folder() + " has "
                            + encoder(cell) + ": leave one of the runs out");
                }
            }
        }
    }

    private static String encoder(MergeCell cell) {
        return FinishedCell.read(cell.folder()).encoderSettings().getOrDefault("sha256", "");
    }

    /** The clips of a data set must be the same in all runs that used it. */
    private void chooseClips() throws IOException {
        for (Run run : runs) {
            for (Path dataset : planned.stream()
                    .map(id -> Path.of(id.encoder(), id.dataset()))
                    .distinct()
                    .toList()) {
                for (Path file : clipFiles(run.real().resolve(dataset))) {
                    Path other = clips.putIfAbsent(dataset.resolve(file.getFileName()), file);
                    if (other != null && !Sha256.of(file).equals(Sha256.of(other))) {
                        throw new InputException("data set " + dataset.getFileName() + ": " + other + " and " + file
                                + " differ: the runs used different clips, labels or tokens: leave one out");
                    }
                }
            }
        }
    }

    private static List<Path> clipFiles(Path folder) throws IOException {
        if (!RepeatableContent.isFolder(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.find(
                folder,
                1,
                (f, a) -> a.isRegularFile() && f.getFileName().toString().matches(CLIPS))) {
            return files.sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** What will be done, in a line. */
    public String summary() {
        long finished = cells.values().stream().filter(MergeCell::finished).count();
        long begun = cells.size() - finished;
        return finished + " of " + planned.size() + " cells finished" + (begun > 0 ? ", " + begun + " begun" : "")
                + " in " + runs.size() + (runs.size() == 1 ? " run" : " runs");
    }

    /**
     * Copies what the joint run lacks. If the process is killed, the same call continues; a cell counts as finished
     * once all its files exist.
     *
     * @throws IOException if a file cannot be read or written
     */
    public void write() throws IOException {
        Files.createDirectories(out);
        Path target = out.toRealPath();
        BenchmarkRun.removeHalfWritten(target);
        copy(runs.getFirst().real().resolve(GridFile.FILE), target.resolve(GridFile.FILE));
        for (Map.Entry<Path, Path> file : clips.entrySet()) {
            copy(file.getValue(), target.resolve(file.getKey()));
        }
        for (MergeCell cell : cells.values()) {
            Path folder = cell.id().folder(target);
            for (Path file : cell.files()) {
                copy(file, folder.resolve(cell.folder().relativize(file)));
            }
            if (cell.finished()) {
                CellRun.discardWork(folder);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        if (from.equals(to)) {
            return;
        }
        Files.createDirectories(to.getParent());
        FileFailure.naming(from, () -> {
            try (FileChannel in = RegularFile.open(from, StandardOpenOption.READ)) {
                AtomicFile.write(to, out -> transfer(in, out));
            }
            return null;
        });
    }

    private static void transfer(FileChannel in, FileChannel out) throws IOException {
        ByteBuffer some = ByteBuffer.allocate(BLOCK);
        while (in.read(some.clear()) >= 0) {
            for (some.flip(); some.hasRemaining(); ) {
                out.write(some);
            }
        }
    }

    /** The outcome. A cell that is not finished has failed if one of the runs says so. */
    public BenchmarkOutcome results() {
        Map<CellId, String> failed = new LinkedHashMap<>();
        for (Run run : runs) {
            for (JsonNode failure : run.results().path("cells").path("failed")) {
                planned.stream()
                        .filter(id -> id.toString().equals(failure.path("cell").asText()))
                        .filter(id -> !cells.containsKey(id) || !cells.get(id).finished())
                        .forEach(id -> failed.put(id, failure.path("reason").asText()));
            }
        }
        return new BenchmarkOutcome(out, planned, failed);
    }

    /** What the runs recorded of their data sets, by name. */
    public Map<String, Object> datasetFacts() {
        Map<String, Object> all = new LinkedHashMap<>();
        for (Run run : runs) {
            run.results().path("datasets").properties().forEach(d -> all.putIfAbsent(d.getKey(), d.getValue()));
        }
        return all;
    }
}
