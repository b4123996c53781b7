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
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.protocol.CellRun;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.benchmark.results.GridFile;
import org.unmute.benchmark.results.RetrievalFile;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.RunRecord;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.files.AtomicFile;
import org.unmute.files.FileFailure;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;
import org.unmute.files.TemporaryFile;

/**
 * Joins runs of one grid, each with some of its cells, into one run. A finished cell may be in several runs only as a
 * copy; of unfinished ones the one that is furthest on is taken, with its journals, so that the run can continue. Token
 * caches stay where they are.
 */
public final class BenchmarkMerge {
    /** Files of an encoder and a data set. */
    private static final String CLIPS = "clips(-fold-[0-9]+)?\\.csv|" + RetrievalFile.FILE.replace(".", "\\.");
    /** Paths in a data set's source, up to the next component: machines see the same files in different places. */
    private static final String PATHS = "\\b(root|manifest|audio)=.*?(?=, [a-z][A-Za-z]*=|]$)";
    /** Journals follow the files that their lines count on; the last file marks a cell as finished. */
    private static final List<String> LAST = List.of(CellRun.TRIALS, CellRun.RERUNS, FinishedCell.FILE);

    private final Path out;
    private final List<Path> runs;
    private final List<CellId> planned = new ArrayList<>();
    /** The cells that were begun. */
    private final Map<CellId, Begun> cells = new LinkedHashMap<>();
    /** Files of encoders and data sets, by their names below the folder of a run. */
    private final Map<Path, Path> clips = new LinkedHashMap<>();

    /**
     * A cell in a run.
     *
     * @param trainings lines of its journals, where a training of the best settings counts more than the whole search
     */
    private record Begun(Path folder, boolean finished, long trainings) {
        static Begun read(Path folder) throws IOException {
            long reruns = lines(folder.resolve(CellRun.RERUNS));
            boolean finished = RegularFile.exists(folder.resolve(FinishedCell.FILE));
            return new Begun(folder, finished, (reruns << 32) + lines(folder.resolve(CellRun.TRIALS)));
        }

        private static long lines(Path journal) throws IOException {
            return RegularFile.exists(journal)
                    ? FileFailure.naming(journal, () -> Files.readAllLines(journal))
                            .size()
                    : 0;
        }

        /** The SHA-256 of the encoder's file. */
        String encoder() {
            return FinishedCell.read(folder).encoderSettings().getOrDefault("sha256", "");
        }
    }

    private BenchmarkMerge(Path out, List<Path> runs) {
        this.out = out;
        this.runs = runs;
    }

    /**
     * Reads and compares runs; writes nothing.
     *
     * @param out folder of the joint run; if it is a run already, it is one of those that are merged
     * @param folders of runs
     * @throws InputException if a file is damaged or missing, or if runs contradict each other
     */
    public static BenchmarkMerge of(Path out, List<Path> folders) throws IOException {
        List<Path> runs = new ArrayList<>();
        if (RegularFile.exists(out.resolve(GridFile.FILE))) {
            runs.add(out.toRealPath());
        }
        for (Path folder : folders) {
            if (!Files.isDirectory(folder)) {
                throw new InputException(folder + ": no such folder: a run of 'unmute benchmark' is expected");
            }
            if (!runs.contains(folder.toRealPath())) {
                runs.add(folder.toRealPath());
            }
        }
        BenchmarkMerge merge = new BenchmarkMerge(out, runs);
        merge.requireSameGrid();
        merge.chooseCells();
        merge.requireSameEncoders();
        merge.chooseClips();
        return merge;
    }

    private void requireSameGrid() throws IOException {
        Map<String, String> first = null;
        for (Path run : runs) {
            GridFile.read(run);
            JsonNode grid = Json.read(run.resolve(GridFile.FILE));
            Map<String, String> values = new TreeMap<>();
            values("", grid, values);
            if (first == null) {
                first = values;
                plan(run.resolve(GridFile.FILE), grid);
            }
            Set<String> names = new TreeSet<>(first.keySet());
            names.addAll(values.keySet());
            for (String name : names) {
                String here = first.getOrDefault(name, "not stated");
                String there = values.getOrDefault(name, "not stated");
                if (!here.equals(there)) {
                    throw new InputException(runs.getFirst() + " and " + run
                            + " are not runs of the same grid by the same program: " + name + " is " + here
                            + " here and " + there + " there: merge runs of one grid file, or let 'unmute report'"
                            + " compare runs of several");
                }
            }
        }
    }

    private void plan(Path file, JsonNode grid) {
        for (JsonNode cell : grid.path("cells")) {
            String[] names = cell.asText().split("/", -1);
            try {
                planned.add(new CellId(names[0], names[1], names[2]));
            } catch (IllegalArgumentException e) {
                throw new InputException(file + ": " + e.getMessage(), e);
            }
        }
    }

    /** Collects the values of a grid by path, without the places where the run found its files. */
    private static void values(String path, JsonNode node, Map<String, String> all) {
        if (node.isValueNode()) {
            String value = node.asText();
            if (path.contains(".boxes[")) {
                value = value.replaceFirst(".*[/\\\\]", "");
            } else if (path.endsWith(".source")) {
                value = value.replaceAll(PATHS, "$1");
            }
            if (!path.matches("file|encoders.*\\.file") || value.equals(OpenEncoder.EMBEDDED)) {
                all.put(path, "'" + value + "'");
            }
        }
        node.properties()
                .forEach(e -> values(path.isEmpty() ? e.getKey() : path + "." + e.getKey(), e.getValue(), all));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            values(path + "[" + i + "]", node.get(i), all);
        }
    }

    private void chooseCells() throws IOException {
        Comparator<Begun> order = Comparator.comparing(Begun::finished).thenComparing(Begun::trainings);
        for (CellId id : planned) {
            for (Path run : runs) {
                Path folder = id.folder(run);
                if (Files.isSymbolicLink(folder) || !RegularFile.exists(folder.resolve(CellRun.SETTINGS))) {
                    continue;
                }
                Begun cell = Begun.read(folder);
                Begun other = cells.putIfAbsent(id, cell);
                if (other != null && cell.finished() && other.finished()) {
                    requireCopy(id, other.folder(), folder);
                } else if (other != null && order.compare(cell, other) > 0) {
                    cells.put(id, cell);
                }
            }
        }
    }

    private static void requireCopy(CellId id, Path one, Path two) throws IOException {
        for (String file : List.of(CellRun.SETTINGS, FinishedCell.FILE)) {
            if (!Sha256.of(one.resolve(file)).equals(Sha256.of(two.resolve(file)))) {
                throw new InputException("cell " + id + " was finished in " + one + " and in " + two + ", and their "
                        + file + " differ: leave one of the runs out, or delete the folder of one");
            }
        }
    }

    /** Cells of one encoder must be of one file, wherever it was. */
    private void requireSameEncoders() {
        Map<String, Begun> first = new LinkedHashMap<>();
        cells.forEach((id, cell) -> {
            Begun other = cell.finished() ? first.putIfAbsent(id.encoder(), cell) : null;
            if (other != null && !cell.encoder().equals(other.encoder())) {
                throw new InputException("encoder " + id.encoder() + " is not the same file everywhere: "
                        + other.folder() + " has the SHA-256 " + other.encoder() + ", " + cell.folder() + " has "
                        + cell.encoder() + ": leave one of the runs out");
            }
        });
    }

    /** The clips of a data set must be the same in all runs that used it. */
    private void chooseClips() throws IOException {
        for (Path run : runs) {
            for (Path dataset : planned.stream()
                    .map(id -> Path.of(id.encoder(), id.dataset()))
                    .distinct()
                    .toList()) {
                for (Path file : files(run.resolve(dataset), 1)) {
                    Path other = file.getFileName().toString().matches(CLIPS)
                            ? clips.putIfAbsent(dataset.resolve(file.getFileName()), file)
                            : null;
                    if (other != null && !Sha256.of(file).equals(Sha256.of(other))) {
                        throw new InputException("data set " + dataset.getFileName() + ": " + other + " and " + file
                                + " differ: the runs used different clips, labels or tokens: leave one out");
                    }
                }
            }
        }
    }

    /** All files below a folder, except links and temporary ones; none if there is no such folder. */
    private static List<Path> files(Path folder, int depth) throws IOException {
        if (Files.isSymbolicLink(folder) || !RegularFile.isFolder(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.find(folder, depth, (f, a) -> a.isRegularFile() && !TemporaryFile.isOne(f))) {
            return all.sorted(Comparator.comparingInt(
                                    (Path f) -> LAST.indexOf(f.getFileName().toString()))
                            .thenComparing(f -> f))
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** What will be done, in a line. */
    public String summary() {
        long finished = cells.values().stream().filter(Begun::finished).count();
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
        copy(runs.getFirst().resolve(GridFile.FILE), target.resolve(GridFile.FILE));
        for (Map.Entry<Path, Path> file : clips.entrySet()) {
            copy(file.getValue(), target.resolve(file.getKey()));
        }
        for (Map.Entry<CellId, Begun> cell : cells.entrySet()) {
            Path from = cell.getValue().folder();
            Path to = cell.getKey().folder(target);
            boolean finished = cell.getValue().finished();
            for (Path file : files(from, 16)) {
                if (!finished || !file.startsWith(from.resolve(CellRun.WORK))) {
                    copy(file, to.resolve(from.relativize(file)));
                }
            }
            if (finished) {
                CellRun.discardWork(to);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        if (!from.equals(to)) {
            Files.createDirectories(to.getParent());
            FileFailure.naming(from, () -> {
                try (FileChannel in = RegularFile.open(from, StandardOpenOption.READ)) {
                    AtomicFile.write(to, copy -> transfer(in, copy));
                }
                return null;
            });
        }
    }

    /** Copies block by block, as faults are injected into reads and writes. */
    private static void transfer(FileChannel in, FileChannel out) throws IOException {
        ByteBuffer some = ByteBuffer.allocate(1 << 18);
        while (in.read(some.clear()) >= 0) {
            for (some.flip(); some.hasRemaining(); ) {
                out.write(some);
            }
        }
    }

    /** The outcome; why a cell is not finished is in the run that tried. */
    public BenchmarkOutcome results() {
        return new BenchmarkOutcome(out, planned, Map.of());
    }

    /** What the runs recorded of their data sets, by name. */
    public Map<String, Object> datasetFacts() throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        for (Path run : runs) {
            RunRecord.results(run)
                    .path("datasets")
                    .properties()
                    .forEach(d -> all.putIfAbsent(d.getKey(), d.getValue()));
        }
        return all;
    }
}
