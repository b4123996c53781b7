package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.unmute.data.ClipId;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Manifest;
import org.unmute.data.Part;
import org.unmute.data.Place;
import org.unmute.data.Task;
import org.unmute.data.TextTable;
import org.unmute.files.RegularFile;

/**
 * Recordings with a table {@code path,start,end,labels,split} in the same folder: {@code clips.csv}, {@code clips.tsv}
 * or {@code clips.parquet}. Start and end are in seconds and may be missing or empty; labels are separated by ';';
 * split is train, validation or test. Without a split column, all rows are for training. A column {@code unknown} names
 * the unknown classes, or has '*' for all that are not labels. The list of used clips that a run writes has this
 * format.
 */
final class TableSet extends Dataset {
    private static final List<String> PATH_COLUMNS = List.of("path", "file", "filename", "fname", "file_name");

    TableSet() {
        super(
                new DatasetInfo(
                        "table",
                        "Recordings with a table",
                        Task.MULTI_LABEL,
                        0,
                        Map.of(Part.TRAIN, 0, Part.VALIDATION, 0, Part.TEST, 0),
                        0,
                        0,
                        0,
                        0,
                        """
            ROOT/
              clips.csv (or .tsv, .parquet)  path,start,end,labels,split
              …                              recordings, paths below ROOT
            """,
                        "your own recordings",
                        "your own",
                        List.of("start and end (seconds) may be missing or empty; several labels: ';' between them;"
                                + " split: train, validation or test, without that column all rows are for"
                                + " training; unknown: classes of which nothing is known, '*' for all others.")),
                null);
    }

    private Path list(Path root) throws IOException {
        Path csv = root.resolve("clips.csv");
        for (Path other : List.of(root.resolve("clips.tsv"), root.resolve("clips.parquet"))) {
            if (RegularFile.isFile(other) && !RegularFile.exists(csv)) {
                return other;
            }
        }
        return requireFile(csv);
    }

    @Override
    public List<Part> parts(Path root) throws IOException {
        TreeSet<Part> parts = new TreeSet<>();
        TextTable.forEach(list(root), row -> parts.add(part(row)));
        return List.copyOf(parts);
    }

    @Override
    public LabelSet labels(Path root) throws IOException {
        TreeSet<String> all = new TreeSet<>();
        Path list = list(root);
        TextTable.forEach(list, row -> {
            List<String> labels = labels(row, row.table().required("labels"));
            List<String> unknown = unknown(row, labels);
            all.addAll(labels);
            all.addAll(unknown.equals(LabelledClip.OTHERS) ? List.of() : unknown);
        });
        if (all.isEmpty()) {
            throw new Place(list, 0).wrong("no clip has a label, so there are no classes");
        }
        return LabelSet.union(all);
    }

    @Override
    void read(ClipCollector clips) throws IOException {
        try (TextTable table = TextTable.open(list(clips.root()))) {
            int path = table.oneOf(PATH_COLUMNS);
            table.forEach(row -> {
                if (part(row) == clips.part()) {
                    double from = seconds(row, "start", 0);
                    double to = seconds(row, "end", Double.POSITIVE_INFINITY);
                    if (from >= to) {
                        throw row.wrong("the clip ends at " + to + " s, before it begins at " + from + " s");
                    }
                    String name = ClipId.asNamed(row.fields().get(path), clips.root());
                    String id = row.place().checked(() -> ClipId.of(name));
                    List<String> labels = labels(row, row.table().required("labels"));
                    clips.part(row.place(), id, clips.root().resolve(id), from, to, labels, unknown(row, labels));
                }
            });
        }
    }

    private static Part part(TextTable.Row row) throws MalformedTableException {
        return row.place().checked(() -> Part.of(row.text("split", "train").strip()));
    }

    private static double seconds(TextTable.Row row, String column, double absent) throws MalformedTableException {
        int at = row.table().find(column);
        String text = at < 0 ? "" : row.number(at);
        if (text.isBlank()) {
            return absent;
        }
        try {
            double value = NestedList.number(text.strip());
            if (value >= 0) {
                return value;
            }
        } catch (IllegalArgumentException e) {
            // Reported below.
        }
        throw row.wrong("start and end are seconds from 0, not " + MalformedTableException.quote(text));
    }

    private static List<String> unknown(TextTable.Row row, List<String> labels) throws IOException {
        int column = row.table().find(LabelledClip.UNKNOWN_COLUMN);
        if (column < 0) {
            return List.of();
        }
        List<String> unknown = Manifest.othersOf(row, column) ? LabelledClip.OTHERS : labels(row, column);
        Manifest.requireUnknown(row, labels, unknown);
        return unknown;
    }

    private static List<String> labels(TextTable.Row row, int column) throws IOException {
        String field = row.fields().get(column);
        List<String> labels = new ArrayList<>();
        if (!field.isBlank()) {
            List<String> listed = row.list(column);
            List<String> all = listed != null ? listed : List.of(field.split(Pattern.quote(";"), -1));
            for (String label : all) {
                if (label.isBlank() || labels.contains(label.strip())) {
                    throw row.wrong((label.isBlank() ? "an empty label in " : "a label twice in ")
                            + MalformedTableException.quote(field));
                }
                labels.add(label.strip());
            }
        }
        return labels;
    }
}
