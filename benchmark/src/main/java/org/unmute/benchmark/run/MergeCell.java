package org.unmute.benchmark.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.protocol.CellRun;
import org.unmute.benchmark.results.CellDetail;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.files.FileFailure;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;

/**
 * A cell in one of the runs that are merged.
 *
 * @param folder its folder
 * @param finished whether it is finished
 * @param settings its {@code settings.txt}
 * @param trials lines of its search without times
 * @param reruns lines of the trainings of its best settings without times
 */
record MergeCell(
        CellId id, Path folder, boolean finished, List<String> settings, List<String> trials, List<String> reruns) {

    /**
     * Reads a cell in a run's folder.
     *
     * @return empty if the run has not begun it
     * @throws InputException if it is damaged
     */
    static Optional<MergeCell> read(CellId id, Path run) throws IOException {
        Path folder = id.folder(run);
        Path settings = folder.resolve(CellRun.SETTINGS);
        if (!RepeatableContent.isFolder(folder) || !RegularFile.exists(settings)) {
            return Optional.empty();
        }
        boolean finished = RegularFile.exists(folder.resolve(FinishedCell.FILE));
        if (finished) {
            CellDetail.read(FinishedCell.read(folder));
        }
        return Optional.of(new MergeCell(
                id,
                folder,
                finished,
                FileFailure.naming(settings, () -> Files.readAllLines(settings)),
                RepeatableContent.lines(folder.resolve(CellRun.TRIALS)),
                RepeatableContent.lines(folder.resolve(CellRun.RERUNS))));
    }

    /**
     * The one of two that is further on; this one if they are equally far.
     *
     * @throws InputException if they are not two runs of the same cell with the same numbers
     */
    MergeCell further(MergeCell other) throws IOException {
        requireSameSettings(other);
        requireSameLines(other, CellRun.TRIALS, trials, other.trials);
        requireSameLines(other, CellRun.RERUNS, reruns, other.reruns);
        if (finished && other.finished) {
            requireSameResults(other);
        }
        Comparator<MergeCell> order = Comparator.comparing(MergeCell::finished)
                .thenComparing(c -> c.reruns.size())
                .thenComparing(c -> c.trials.size());
        return order.compare(other, this) > 0 ? other : this;
    }

    private void requireSameSettings(MergeCell other) {
        TreeSet<String> differing = new TreeSet<>(settings);
        differing.addAll(other.settings);
        differing.removeIf(line -> settings.contains(line) && other.settings.contains(line));
        if (!differing.isEmpty()) {
            String name = differing.getFirst().replaceFirst("=.*", "");
            throw differing(other, name + " is " + setting(settings, name) + " and " + setting(other.settings, name));
        }
    }

    private static String setting(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse("not set");
    }

    /** One journal must continue where the other ends. */
    private void requireSameLines(MergeCell other, String journal, List<String> own, List<String> others) {
        for (int i = 0; i < Math.min(own.size(), others.size()); i++) {
            if (!own.get(i).equals(others.get(i))) {
                throw differing(other, "line " + (i + 1) + " of " + journal + " is not the same");
            }
        }
    }

    private void requireSameResults(MergeCell other) throws IOException {
        TreeMap<String, String> own = RepeatableContent.of(folder);
        TreeMap<String, String> others = RepeatableContent.of(other.folder);
        TreeSet<String> names = new TreeSet<>(own.keySet());
        names.addAll(others.keySet());
        for (String name : names) {
            if (!own.containsKey(name) || !others.containsKey(name)) {
                throw differing(other, "only one of them has a file " + name);
            }
            if (!own.get(name).equals(others.get(name))) {
                throw differing(other, name + " is not the same");
            }
        }
    }

    private InputException differing(MergeCell other, String what) {
        return new InputException("cell " + id + " is in " + folder + " and in " + other.folder + ", and they differ: "
                + what + ": nothing says which is meant: leave one of the runs out, or delete the folder of one");
    }

    /** The files to copy: a journal after what its lines count on, and what marks a cell as finished last. */
    List<Path> files() throws IOException {
        List<Path> all = new ArrayList<>();
        for (Path file : RepeatableContent.files(folder)) {
            boolean state = folder.relativize(file).startsWith(CellRun.WORK);
            if (!(finished && state)) {
                all.add(file);
            }
        }
        List<Path> last = List.of(
                folder.resolve(CellRun.TRIALS), folder.resolve(CellRun.RERUNS), folder.resolve(FinishedCell.FILE));
        all.sort(Comparator.comparingInt(last::indexOf)); // stable: all others come first
        return all;
    }
}
