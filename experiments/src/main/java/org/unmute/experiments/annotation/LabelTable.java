package org.unmute.experiments.annotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.unmute.experiments.annotation.LabelFile.Form;
import org.unmute.experiments.data.ClipId;
import org.unmute.experiments.data.LabelSet;
import org.unmute.experiments.data.LabelledClip;
import org.unmute.experiments.data.MalformedTableException;
import org.unmute.experiments.data.Manifest;
import org.unmute.experiments.data.ManifestFormat;
import org.unmute.experiments.data.Place;
import org.unmute.experiments.data.TextTable;

/** A table with a header whose form is recognized by its columns and, for a matrix, by its cells. */
final class LabelTable {
    private final Path file;
    private final LabelFile.Options options;
    private final List<String> header;
    private final Place head;
    private final List<String> leftOut;
    private final Columns columns;
    private final Form form;

    /** Where things stand; -1 for a column that is not there. */
    private record Columns(int file, int start, int end, int split, int label, List<Integer> others) {}

    private LabelTable(Path file, LabelFile.Options options) throws IOException {
        this.file = file;
        this.options = options;
        try (TextTable table = TextTable.open(file)) {
            header = table.names().stream().map(String::strip).toList();
            head = table.head();
            leftOut = table.leftOut();
            columns = columns(table, options);
        }
        form = options.form() != null ? options.form() : recognized();
    }

    static LabelTable open(Path file, LabelFile.Options options) throws IOException {
        return new LabelTable(file, options);
    }

    /** See {@link TextTable#leftOut}. */
    List<String> leftOut() {
        return leftOut;
    }

    Form form() {
        return form;
    }

    /** Whether a table's header names start and end of events. */
    static boolean hasTimes(Path file) throws IOException {
        try (TextTable table = TextTable.open(file)) {
            return any(table, HeadedTable.START) >= 0 && any(table, HeadedTable.END) >= 0;
        }
    }

    private static int any(TextTable table, List<String> names) {
        return names.stream()
                .mapToInt(table::find)
                .filter(at -> at >= 0)
                .findFirst()
                .orElse(-1);
    }

    private static Columns columns(TextTable table, LabelFile.Options options) throws MalformedTableException {
        ManifestFormat named = options.columns();
        int file = table.column(named.fileColumn(), Manifest.FILE_COLUMNS, "--file-column");
        if (file < 0) {
            file = any(table, HeadedTable.FILE);
        }
        int start = any(table, HeadedTable.START);
        int end = any(table, HeadedTable.END);
        int split = table.column(named.splitColumn(), Manifest.SPLIT_COLUMNS, "--split-column");
        boolean matrix = options.form() == Form.MATRIX;
        int label = matrix ? -1 : Manifest.labelColumn(table, named.labelColumn());
        if (label < 0 && !matrix && start >= 0 && end >= 0) {
            label = any(table, HeadedTable.LABEL);
        }
        List<Integer> others = new ArrayList<>();
        List<String> names = table.names();
        for (String ignored : options.ignored()) {
            if (table.find(ignored) < 0) {
                throw table.header("no column " + MalformedTableException.quote(ignored)
                        + " (--ignore-columns): there are " + table.columns());
            }
        }
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i).strip();
            boolean taken = i == file || i == start || i == end || i == split || i == label;
            // A column without name is the index of a data frame.
            if (!taken && !name.isEmpty() && options.ignored().stream().noneMatch(name::equalsIgnoreCase)) {
                others.add(i);
            }
        }
        return new Columns(file, start, end, split, label, others);
    }

    private Form recognized() throws IOException {
        Map<Integer, String> odd = new LinkedHashMap<>();
        boolean[] oddLabel = {columns.label < 0};
        long[] rows = {0};
        TextTable.forEach(file, row -> {
            rows[0]++;
            for (int column : columns.others) {
                if (!odd.containsKey(column) && cell(row.number(column)) < 0) {
                    odd.put(
                            column,
                            (head.line() == 0 ? "row " : "line ") + row.place().line() + " has "
                                    + MalformedTableException.quote(row.fields().get(column)));
                }
            }
            oddLabel[0] |= columns.label >= 0 && cell(row.fields().get(columns.label)) < 0;
        });
        int binary = rows[0] == 0 ? 0 : columns.others.size() - odd.size();
        boolean times = columns.start >= 0 && columns.end >= 0;
        if (columns.label < 0) {
            if (binary == 0 && !times && !odd.isEmpty()) {
                throw head.wrong("no column " + String.join(", ", Manifest.LABEL_COLUMNS) + " among " + columnNames()
                        + ": name it with --label-column. Columns for classes hold 0 and 1: "
                        + described(header, odd) + (odd.size() == 1 ? " does not" : " do not"));
            }
            if (binary == 0) {
                return times ? Form.EVENTS : Form.CLIPS; // whose readers say which column is missing
            }
            if (!odd.isEmpty()) {
                throw head.wrong("some columns have only 0 and 1, as in a table with a column for each class, others do"
                        + " not: " + described(header, odd)
                        + ": name those that are no classes with --ignore-columns,"
                        + " or the column of the labels with --label-column");
            }
            return Form.MATRIX;
        }
        boolean chosen = options.columns().labelColumn() != null;
        if (!chosen && rows[0] > 0 && (odd.isEmpty() && binary > 1 || !oddLabel[0] && binary > 0)) {
            throw head.wrong("could be a list of labels (column " + name(columns.label)
                    + ") or a table with a column of 0 and 1 for each class (" + binary + " columns, the first "
                    + name(columns.others.stream()
                            .filter(c -> !odd.containsKey(c))
                            .findFirst()
                            .orElseThrow())
                    + "): choose with --label-format clips, events or matrix");
        }
        return hasEventRows() ? Form.EVENTS : Form.CLIPS;
    }

    /** Whether rows name a stretch and one label, so that rows of the same stretch belong together. */
    boolean hasEventRows() {
        return columns.start >= 0
                && columns.end >= 0
                && columns.label >= 0
                && !header.get(columns.label).equalsIgnoreCase("labels");
    }

    private static String described(List<String> header, Map<Integer, String> odd) {
        List<String> few = new ArrayList<>();
        for (Map.Entry<Integer, String> one : odd.entrySet()) {
            if (few.size() == 5) {
                few.add("and " + (odd.size() - 5) + " more");
                break;
            }
            few.add(MalformedTableException.quote(header.get(one.getKey())) + " (" + one.getValue() + ")");
        }
        return String.join(", ", few);
    }

    private String name(int column) {
        return MalformedTableException.quote(header.get(column));
    }

    /** 1, 0, or -1 if the text is neither. */
    private static int cell(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "1", "1.0", "true" -> 1;
            case "", "0", "0.0", "false" -> 0;
            default -> -1;
        };
    }

    static String counted(Manifest manifest) {
        return manifest.clips().size() + " clips, " + manifest.labels().size() + " classes";
    }

    /** The place of a row in its recording: the id of the part, or of the whole file. */
    private String id(TextTable.Row row, String recording) throws MalformedTableException {
        double[] times = times(row);
        return times == null ? recording : ClipId.part(recording, times[0], times[1]);
    }

    /** Start and end; null if both cells are empty. */
    private double[] times(TextTable.Row row) throws MalformedTableException {
        String start = columns.start < 0 ? "" : row.number(columns.start).strip();
        String end = columns.end < 0 ? "" : row.number(columns.end).strip();
        if (start.isEmpty() && end.isEmpty()) {
            return null;
        }
        double[] times = new double[2];
        for (int i = 0; i < 2; i++) {
            String text = i == 0 ? start : end;
            if (!AnnotationTable.isNumber(text) || text.contains(",")) {
                throw row.wrong("the " + (i == 0 ? "start" : "end") + " is no number of seconds: "
                        + MalformedTableException.quote(text)
                        + (text.contains(",") ? ": write a decimal point, or separate columns by semicolons" : ""));
            }
            times[i] = AnnotationTable.value(text);
        }
        if (!(times[0] >= 0 && times[1] >= times[0] && times[1] < Double.MAX_VALUE)) {
            throw row.wrong("start and end must be seconds, the start first: " + MalformedTableException.quote(start)
                    + " and " + MalformedTableException.quote(end));
        }
        return times;
    }

    private String split(TextTable.Row row) {
        return columns.split < 0 ? "" : row.fields().get(columns.split).strip();
    }

    private void requireKnownColumns() throws MalformedTableException {
        LabelSet known = options.vocabulary();
        List<String> unknown = columns.others.stream()
                .map(header::get)
                .filter(name -> known != null && known.indexOf(name) < 0)
                .toList();
        if (!unknown.isEmpty()) {
            throw head.wrong("columns that are none of the " + known.size() + " classes: "
                    + String.join(
                            ", ",
                            unknown.stream().map(MalformedTableException::quote).toList())
                    + ": leave them out with --ignore-columns");
        }
    }

    /** Reads a column for each class. */
    LabelFile matrix() throws IOException {
        if (columns.file < 0) {
            throw head.wrong("no column with the file among " + columnNames() + ": name it with --file-column");
        }
        if ((columns.start < 0) != (columns.end < 0)) {
            throw head.wrong("a column with the " + (columns.start < 0 ? "end" : "start") + " but none with the "
                    + (columns.start < 0 ? "start" : "end") + " among " + columnNames());
        }
        if (columns.others.isEmpty()) {
            throw head.wrong("no column for a class among " + columnNames());
        }
        requireKnownColumns();
        List<String> classes = new ArrayList<>();
        for (int column : columns.others) {
            String name = header.get(column);
            if (classes.contains(name)) {
                throw head.wrong("two columns are named " + MalformedTableException.quote(name));
            }
            classes.add(name);
        }
        List<LabelledClip> clips = new ArrayList<>();
        Map<String, Long> lineOf = new HashMap<>();
        TextTable.forEach(file, row -> {
            List<String> labels = new ArrayList<>();
            for (int i = 0; i < classes.size(); i++) {
                int column = columns.others.get(i);
                int value = cell(row.number(column));
                if (value < 0) {
                    throw row.wrong("column " + MalformedTableException.quote(classes.get(i)) + " has "
                            + MalformedTableException.quote(row.fields().get(column))
                            + " where 0, 1, true, false or nothing may be: if it is no class, name it with"
                            + " --ignore-columns");
                }
                if (value == 1) {
                    labels.add(classes.get(i));
                }
            }
            String recording = row.place()
                    .checked(() -> ClipId.of(row.fields().get(columns.file).strip()));
            String id = id(row, recording);
            row.place().requireNew("clip", id, lineOf);
            clips.add(new LabelledClip(id, split(row), labels));
        });
        requireLabels(clips, clips.stream().anyMatch(c -> !c.labels().isEmpty()));
        LabelSet set = options.vocabulary() != null ? options.vocabulary() : LabelSet.union(classes);
        Manifest plain = new Manifest(clips, set);
        List<Annotation> events = LabelFile.events(plain);
        Manifest manifest =
                columns.start < 0 ? plain : new Manifest(clips, set, new EventLabels(events, options.rule()));
        return new LabelFile(
                Form.MATRIX, manifest, events, "a column of 0 and 1 for each class: " + counted(manifest), List.of());
    }

    private void requireLabels(List<LabelledClip> clips, boolean any) throws MalformedTableException {
        if (clips.isEmpty()) {
            throw new Place(file, 0).wrong("no rows below the header");
        }
        if (!any && options.vocabulary() == null) {
            throw new Place(file, 0).wrong("no row has a label, so there is nothing to learn");
        }
    }

    private String columnNames() {
        return MalformedTableException.quote(String.join(", ", header));
    }

    /** Reads a row for each event. Rows of the same stretch of a recording become one clip. */
    LabelFile events() throws IOException {
        String missing = columns.start < 0 ? "start" : columns.end < 0 ? "end" : columns.label < 0 ? "label" : null;
        if (missing != null) {
            throw head.wrong("no column with the " + missing + " of events among " + columnNames()
                    + (missing.equals("label") ? ": name it with --label-column" : ""));
        }
        String own = AnnotationFolder.recording(file.getFileName().toString());
        List<Annotation> events = new ArrayList<>();
        Map<String, Set<String>> labelsOf = new LinkedHashMap<>();
        Map<String, String> splitOf = new HashMap<>();
        Set<String> recordings = new HashSet<>();
        TextTable.forEach(file, row -> {
            String recording = columns.file < 0
                    ? own
                    : row.place()
                            .checked(() -> AnnotationFolder.normal(
                                    row.fields().get(columns.file).strip()));
            recordings.add(recording);
            double[] times = times(row);
            String id = id(row, recording);
            String before = splitOf.putIfAbsent(id, split(row));
            if (before != null && !before.equals(split(row))) {
                throw row.wrong("the same stretch of " + MalformedTableException.quote(recording) + " is in the splits "
                        + MalformedTableException.quote(before) + " and " + MalformedTableException.quote(split(row)));
            }
            Set<String> labels = labelsOf.computeIfAbsent(id, i -> new LinkedHashSet<>());
            for (String label : labels(row)) {
                LabelFile.requireKnown(row.place(), label, options.vocabulary());
                labels.add(label);
                events.add(
                        times == null
                                ? Annotation.whole(recording, label)
                                : new Annotation(recording, times[0], times[1], label));
            }
        });
        List<LabelledClip> clips = new ArrayList<>();
        labelsOf.forEach((id, labels) -> clips.add(new LabelledClip(id, splitOf.get(id), List.copyOf(labels))));
        Set<String> classes = new TreeSet<>();
        labelsOf.values().forEach(classes::addAll);
        requireLabels(clips, !classes.isEmpty());
        LabelSet set = options.vocabulary() != null ? options.vocabulary() : LabelSet.union(classes);
        return inTime(clips, set, events, recordings.size());
    }

    private LabelFile inTime(List<LabelledClip> clips, LabelSet set, List<Annotation> events, int recordings) {
        String what = "one row for each event: " + events.size() + " events of " + recordings + " recordings, "
                + set.size() + " classes";
        if (options.form() == Form.CLIPS) {
            return new LabelFile(Form.CLIPS, new Manifest(clips, set), events, what, List.of());
        }
        return new LabelFile(
                Form.EVENTS,
                new Manifest(clips, set, new EventLabels(events, options.rule())),
                events,
                what,
                List.of());
    }

    private List<String> labels(TextTable.Row row) throws IOException {
        List<String> listed = row.list(columns.label);
        if (listed != null) {
            return listed.stream().map(String::strip).filter(l -> !l.isEmpty()).toList();
        }
        String text = row.fields().get(columns.label).strip();
        String separator = options.columns().labelSeparator();
        if (text.isEmpty()) {
            return List.of();
        }
        if (separator == null || separator.isEmpty()) {
            return List.of(text);
        }
        List<String> labels = new ArrayList<>();
        for (String label : text.split(Pattern.quote(separator), -1)) {
            if (label.isBlank()) {
                throw row.wrong("an empty label in " + MalformedTableException.quote(text));
            }
            labels.add(label.strip());
        }
        return labels;
    }
}
