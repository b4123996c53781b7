package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.data.TextTable;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;

/** In which part of the data of a probe a recording is, as the tables of clips beside the probe tell by its bytes. */
public enum RecordingPart {
    /** The probe was trained on it. */
    TRAINING("This recording, or a part of it, is one of the clips that the probe was trained on: this shows what it"
            + " learned by heart, too, and not how it does on other sounds."),
    /** Settings, thresholds or the calibration of the probe were chosen by it. */
    VALIDATION(
            "This recording, or a part of it, is one of the validation clips of the probe, by which its settings were"
                    + " chosen: other sounds may do worse."),
    /** It is one of the test clips. */
    TEST("This recording, or a part of it, is one of the test clips: the probe was not trained on it."),
    /** The probe's run did not use it. */
    OTHER("This recording is none of the clips that the run of the probe used."),
    /** Nothing tells. */
    UNKNOWN("Nothing beside the probe tells whether it was trained on this recording.");

    private static final String CLIPS = "clips.csv";

    private final String sentence;

    RecordingPart(String sentence) {
        this.sentence = sentence;
    }

    /** What a reader should know, a sentence. */
    public String sentence() {
        return sentence;
    }

    /** A table of clips and the part that all of them are in; null if its column split tells. */
    private record Table(Path file, RecordingPart part) {}

    /**
     * Finds a recording.
     *
     * @throws IOException if the recording or a table cannot be read
     */
    public static RecordingPart of(SavedProbe probe, Path recording) throws IOException {
        List<Table> tables = tables(probe.folder());
        if (tables.isEmpty()) {
            return UNKNOWN;
        }
        String hash = Sha256.of(recording);
        Set<RecordingPart> found = EnumSet.of(OTHER);
        for (Table table : tables) {
            find(table, hash, found);
        }
        return found.iterator().next(); // in the order of the constants: the part that says most against it
    }

    private static List<Table> tables(Path folder) throws IOException {
        List<Table> all = new ArrayList<>();
        Path cell =
                folder.getFileName() != null && folder.getFileName().toString().matches("fold-\\d+")
                        ? folder.getParent().getParent()
                        : folder.getParent();
        if (cell != null && RegularFile.exists(cell.resolve(FinishedCell.FILE))) {
            ofDataset(folder, cell.toAbsolutePath().getParent()).forEach(f -> all.add(new Table(f, null)));
            return all;
        }
        for (RecordingPart part : List.of(TRAINING, VALIDATION)) {
            Path file = folder.resolve(part == TRAINING ? CLIPS : "validation-" + CLIPS);
            if (RegularFile.exists(file)) {
                all.add(new Table(file, part));
            }
        }
        return all;
    }

    /** The table of a cell's clips; with folds, that of the fold whose probe it is, and a seed's is of the first. */
    private static List<Path> ofDataset(Path probe, Path dataset) throws IOException {
        Path one = dataset.resolve(CLIPS);
        if (RegularFile.exists(one)) {
            return List.of(one);
        }
        String name = probe.getFileName().toString();
        try (Stream<Path> files = Files.list(dataset)) {
            return files
                    .filter(f -> f.getFileName().toString().matches("clips-fold-\\d{1,6}\\.csv"))
                    .filter(f -> !name.startsWith("fold-")
                            || f.getFileName().toString().equals("clips-" + name + ".csv"))
                    .min(Comparator.comparingInt(
                            f -> Integer.parseInt(f.getFileName().toString().replaceAll("\\D", ""))))
                    .stream()
                    .toList();
        }
    }

    private static void find(Table table, String hash, Set<RecordingPart> found) throws IOException {
        try (TextTable rows = TextTable.open(table.file)) {
            int sha256 = rows.find("sha256");
            int split = rows.find("split");
            if (sha256 < 0 || split < 0) {
                found.remove(OTHER);
                found.add(UNKNOWN);
                return;
            }
            rows.forEach(row -> {
                if (row.fields().get(sha256).equals(hash)) {
                    found.add(
                            table.part != null ? table.part : named(row.fields().get(split)));
                }
            });
        }
    }

    private static RecordingPart named(String split) {
        return switch (split) {
            case "validation" -> VALIDATION;
            case "test" -> TEST;
            default -> TRAINING;
        };
    }
}
