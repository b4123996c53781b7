package org.unmute.experiments.data.set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.unmute.experiments.data.ClipId;
import org.unmute.experiments.data.CsvTable;
import org.unmute.experiments.data.LabelSet;
import org.unmute.experiments.data.MalformedTableException;
import org.unmute.experiments.data.Part;
import org.unmute.experiments.data.Task;

/**
 * Recordings with a table {@code path,start,end,labels,split} in the same folder: {@code clips.csv} or {@code
 * clips.tsv}. Start and end are seconds and may be missing or empty; labels are separated by ';'; split is train,
 * validation or test. Without a split column all rows are for training. The list of used clips that a run writes has
 * this form.
 */
final class TableSet implements Dataset {
    private static final List<String> PATH_COLUMNS = List.of("path", "file", "filename", "fname", "file_name");
    private static final DatasetInfo INFO = new DatasetInfo(
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
              clips.csv (or clips.tsv)   path,start,end,labels,split
              …                          recordings, paths below ROOT
            """,
            "your own recordings",
            "your own",
            List.of("start and end (seconds) may be missing or empty; several labels: ';' between them; split: train,"
                    + " validation or test, without that column all rows are for training."));

    @Override
    public DatasetInfo info() {
        return INFO;
    }

    private static Path list(Path root) throws DatasetException {
        Path tsv = root.resolve("clips.tsv");
        Path list =
                Files.isRegularFile(tsv) && !Files.exists(root.resolve("clips.csv")) ? tsv : root.resolve("clips.csv");
        Layout.require(INFO, list);
        return list;
    }

    @Override
    public List<Part> parts(Path root) throws IOException {
        TreeSet<Part> parts = new TreeSet<>();
        Path list = list(root);
        try (CsvTable table = CsvTable.open(list)) {
            int split = table.find("split");
            for (List<String> row = table.next(); row != null; row = table.next()) {
                parts.add(part(list, table.line(), split < 0 ? "train" : row.get(split)));
            }
        }
        return List.copyOf(parts);
    }

    @Override
    public LabelSet labels(Path root) throws IOException {
        TreeSet<String> all = new TreeSet<>();
        Path list = list(root);
        try (CsvTable table = CsvTable.open(list)) {
            int labels = table.required("labels");
            for (List<String> row = table.next(); row != null; row = table.next()) {
                all.addAll(labels(list, table.line(), row.get(labels)));
            }
        }
        if (all.isEmpty()) {
            throw new MalformedTableException(list, 0, "no clip has a label, so there are no classes");
        }
        return LabelSet.union(all);
    }

    @Override
    public Reading read(Path root, Part part, ReadOptions options) throws IOException {
        ClipCollector clips = new ClipCollector(INFO, part, root, options, labels(root));
        Path list = list(root);
        try (CsvTable table = CsvTable.open(list)) {
            int path = table.column(null, PATH_COLUMNS, "the name path");
            if (path < 0) {
                throw new MalformedTableException(
                        list, 1, "no column " + String.join(", ", PATH_COLUMNS) + " among " + table.columns());
            }
            int start = table.find("start");
            int end = table.find("end");
            int labels = table.required("labels");
            int split = table.find("split");
            for (List<String> row = table.next(); row != null; row = table.next()) {
                if (part(list, table.line(), split < 0 ? "train" : row.get(split)) == part) {
                    double from =
                            start < 0 || row.get(start).isBlank() ? 0 : seconds(list, table.line(), row.get(start));
                    double to = end < 0 || row.get(end).isBlank()
                            ? Double.POSITIVE_INFINITY
                            : seconds(list, table.line(), row.get(end));
                    if (from >= to) {
                        throw new MalformedTableException(
                                list,
                                table.line(),
                                "the clip ends at " + to + " s, before it begins at " + from + " s");
                    }
                    String id = id(list, table.line(), row.get(path));
                    Path audio = root.resolve(id);
                    clips.part(
                            list,
                            table.line(),
                            id,
                            !options.audio() || Files.isRegularFile(audio) ? audio : null,
                            from,
                            to,
                            labels(list, table.line(), row.get(labels)));
                }
            }
        }
        return clips.finish();
    }

    private static String id(Path list, long line, String path) throws MalformedTableException {
        try {
            return ClipId.of(path.strip());
        } catch (IllegalArgumentException e) {
            throw new MalformedTableException(list, line, e.getMessage());
        }
    }

    private static Part part(Path list, long line, String split) throws MalformedTableException {
        try {
            return Part.of(split.strip());
        } catch (IllegalArgumentException e) {
            throw new MalformedTableException(list, line, e.getMessage());
        }
    }

    private static double seconds(Path list, long line, String text) throws MalformedTableException {
        try {
            double value = NestedList.number(text.strip());
            if (value >= 0) {
                return value;
            }
        } catch (IllegalArgumentException e) {
            // Reported below.
        }
        throw new MalformedTableException(
                list, line, "start and end are seconds from 0, not " + MalformedTableException.quote(text));
    }

    private static List<String> labels(Path list, long line, String field) throws MalformedTableException {
        List<String> labels = new ArrayList<>();
        if (!field.isBlank()) {
            for (String label : field.split(Pattern.quote(";"), -1)) {
                if (label.isBlank() || labels.contains(label.strip())) {
                    throw new MalformedTableException(
                            list,
                            line,
                            (label.isBlank() ? "an empty label in " : "a label twice in ")
                                    + MalformedTableException.quote(field));
                }
                labels.add(label.strip());
            }
        }
        return labels;
    }
}
