package org.unmute.data.annotation;

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
import org.unmute.data.ClipId;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.Place;
import org.unmute.data.TextTable;
import org.unmute.data.annotation.LabelFile.Form;
import org.unmute.files.PlainText;

/** A table with a header, whose form is recognized by its columns and, for a matrix, by its cells. */
final class LabelTable {
    /** Names of columns that may mark the absence of all classes. */
    private static final Set<String> NOTHING = Set.of(
            "empty",
            "none",
            "nothing",
            "no call",
            "nocall",
            "no event",
            "no bird",
            "no animal",
            "no specie",
            "no label",
            "absent",
            "absence",
            "background",
            "background noise",
            "noise",
            "silence",
            "silent",
            "negative",
            "blank");

    private static final int SHOWN = 3;

    private final Path file;
    private final LabelFile.Options options;
    private final LabelForm layout;
    private final LabelForm.Columns columns;
    private final List<String> header;

    private LabelTable(Path file, LabelFile.Options options) throws IOException {
        this.file = file;
        this.options = options;
        layout = LabelForm.of(file, options);
        columns = layout.columns();
        header = layout.header();
    }

    static LabelTable open(Path file, LabelFile.Options options) throws IOException {
        return new LabelTable(file, options);
    }

    /** The roles of the columns and the meaning of the rows. */
    LabelForm layout() {
        return layout;
    }

    /** Whether the header of a table names start and end of events. */
    static boolean hasTimes(Path file) throws IOException {
        try (TextTable table = TextTable.open(file)) {
            return LabelForm.any(table, HeadedTable.START) >= 0 && LabelForm.any(table, HeadedTable.END) >= 0;
        }
    }

    private void forEach(TextTable.RowReader rows) throws IOException {
        TextTable.forEach(file, options.columns().headerRow(), rows);
    }

    static String counted(Manifest manifest) {
        return manifest.clips().size() + " clips, " + manifest.labels().size() + " classes";
    }

    /** The id of a row: that of the part of the recording, or of the whole file. */
    private String id(TextTable.Row row, String recording) throws MalformedTableException {
        double[] times = times(row);
        return times == null ? recording : ClipId.part(recording, times[0], times[1]);
    }

    /** Start and end; null if both cells are empty. */
    private double[] times(TextTable.Row row) throws MalformedTableException {
        String start = columns.start() < 0 ? "" : row.number(columns.start()).strip();
        String end = columns.end() < 0 ? "" : row.number(columns.end()).strip();
        if (start.isEmpty() && end.isEmpty()) {
            return null;
        }
        double[] times = new double[2];
        for (int i = 0; i < 2; i++) {
            String text = i == 0 ? start : end;
            if (!AnnotationTable.isNumber(text) || text.contains(",")) {
                throw row.wrong("the " + (i == 0 ? "start" : "end") + " is not a number of seconds: "
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

    /** The classes of a matrix, in the order of their columns. */
    private List<String> classes() throws IOException {
        LabelSet known = options.vocabulary();
        if (isNamedByOrder()) {
            if (columns.others().size() != known.size()) {
                throw layout.wrong(columns.others().size() + " columns without names for " + known.size()
                        + " classes of the vocabulary: leave others out with --ignore-columns");
            }
            return known.names();
        }
        Set<String> classes = new LinkedHashSet<>();
        List<String> unknown = new ArrayList<>();
        List<String> unclear = new ArrayList<>();
        for (int column : columns.others()) {
            String name = header.get(column);
            if (!classes.add(name)) {
                throw layout.wrong("two columns are named " + MalformedTableException.quote(name));
            }
            boolean isKnown = known != null && known.indexOf(name) >= 0;
            if (known != null && !isKnown) {
                unknown.add(MalformedTableException.quote(name));
            }
            if (!isKnown && saysNothing(name) && options.declared().stream().noneMatch(name::equalsIgnoreCase)) {
                unclear.add(name);
            }
        }
        if (!unclear.isEmpty()) {
            String all = MalformedTableException.quote(String.join(",", unclear));
            throw layout.wrong("is " + all + " a class, or does it say that none of the classes is there? Give"
                    + " --class-columns " + all + " in the first case, --nothing-columns " + all
                    + " in the second: a clip with a 1 there is then one without a label; --ignore-columns " + all
                    + " leaves it out");
        }
        if (!unknown.isEmpty()) {
            throw layout.wrong("columns that are none of the " + known.size() + " classes: "
                    + String.join(", ", unknown) + ": leave them out with --ignore-columns");
        }
        return List.copyOf(classes);
    }

    /**
     * Whether columns are unnamed and take the class names of the vocabulary in order; a probe may know its classes by
     * column number.
     */
    private boolean isNamedByOrder() {
        LabelSet known = options.vocabulary();
        return known != null
                && options.columns().headerRow() == ManifestFormat.NO_HEADER
                && !columns.others().stream().allMatch(column -> known.indexOf(header.get(column)) >= 0);
    }

    /** Whether a name may stand for the absence of all classes. */
    static boolean saysNothing(String name) {
        return NOTHING.contains(name.strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[\\s_-]+", " ")
                .replaceFirst("s$", ""));
    }

    /** Reads a table with a column for each class. */
    LabelFile matrix() throws IOException {
        if (columns.file() < 0) {
            throw layout.wrong("no column with the file among " + layout.names() + ": name it with --file-column; "
                    + TableAdvice.expected());
        }
        if ((columns.start() < 0) != (columns.end() < 0)) {
            throw layout.wrong("a column with the " + (columns.start() < 0 ? "end" : "start") + " but none with the "
                    + (columns.start() < 0 ? "start" : "end") + " among " + layout.names());
        }
        if (columns.others().isEmpty()) {
            throw layout.wrong("no column for a class among " + layout.names());
        }
        List<String> classes = classes();
        List<LabelledClip> clips = new ArrayList<>();
        Map<String, Long> lineOf = new HashMap<>();
        int[] unclear = {0};
        forEach(row -> {
            for (int column : columns.unnamed()) {
                String text = row.fields().get(column);
                if (!text.isBlank()) {
                    throw row.wrong(
                            header.get(column) + " has no name, but holds " + MalformedTableException.quote(text)
                                    + ": name it in the header, or leave it out with --ignore-columns '"
                                    + header.get(column) + "'");
                }
            }
            List<String> labels = new ArrayList<>();
            for (int i = 0; i < classes.size(); i++) {
                if (isSet(row, columns.others().get(i))) {
                    labels.add(classes.get(i));
                }
            }
            unclear[0] += requireNothing(row, labels) ? 1 : 0;
            String recording = row.place().checked(() -> ClipId.of(row.fields().get(columns.file())));
            String id = id(row, recording);
            row.place().requireNew("clip", id, lineOf);
            clips.add(new LabelledClip(id, columns.split(row), labels).in(columns.group(row)));
        });
        requireLabels(clips, clips.stream().anyMatch(c -> !c.labels().isEmpty()));
        LabelSet set = options.vocabulary() != null ? options.vocabulary() : LabelSet.union(classes);
        Manifest plain = new Manifest(clips, set);
        List<Annotation> events = LabelFile.events(plain);
        Manifest manifest =
                columns.start() < 0 ? plain : new Manifest(clips, set, new EventLabels(events, options.rule()));
        return new LabelFile(
                Form.MATRIX,
                manifest,
                events,
                Coverage.COMPLETE,
                "a column of 0 and 1 for each class: " + counted(manifest),
                remarks(unclear[0]));
    }

    private List<String> remarks(int unclear) {
        List<String> remarks = new ArrayList<>();
        if (unclear > 0) {
            remarks.add(unclear + " rows have neither a class nor "
                    + PlainText.of(String.join(" or ", options.nothing()))
                    + ": they count as clips without a label");
        }
        if (isNamedByOrder()) {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < columns.others().size() && i < SHOWN; i++) {
                names.add("column " + header.get(columns.others().get(i)) + " is "
                        + MalformedTableException.quote(
                                options.vocabulary().names().get(i)));
            }
            remarks.add("columns are classes in the order of the vocabulary: " + String.join(", ", names)
                    + (columns.others().size() > SHOWN ? ", …" : ""));
        } else if (options.columns().headerRow() == ManifestFormat.NO_HEADER && options.vocabulary() == null) {
            remarks.add("the classes are the numbers of their columns: --vocabulary names them, in order");
        }
        return remarks;
    }

    /** Whether a cell of a class column, or of one that marks the absence of all classes, is 1. */
    private boolean isSet(TextTable.Row row, int column) throws MalformedTableException {
        int value = LabelForm.cell(row.number(column));
        if (value < 0) {
            throw row.wrong("column " + MalformedTableException.quote(header.get(column)) + " has "
                    + MalformedTableException.quote(row.fields().get(column))
                    + " where 0, 1, true, false or nothing may be: if it is not a class, name it with"
                    + " --ignore-columns");
        }
        return value == 1;
    }

    /**
     * Requires that a row that marks the absence of all classes has no label.
     *
     * @return whether the row has neither, although the table has columns to mark absence
     */
    private boolean requireNothing(TextTable.Row row, List<String> labels) throws MalformedTableException {
        boolean nothing = false;
        for (int column : columns.nothing()) {
            if (isSet(row, column)) {
                nothing = true;
                if (!labels.isEmpty()) {
                    throw row.wrong(MalformedTableException.quote(header.get(column))
                            + " says that none of the classes is there, but "
                            + MalformedTableException.quote(labels.getFirst()) + " is");
                }
            }
        }
        return !nothing && labels.isEmpty() && !columns.nothing().isEmpty();
    }

    private void requireLabels(List<LabelledClip> clips, boolean any) throws MalformedTableException {
        if (clips.isEmpty()) {
            throw new Place(file, 0).wrong("no rows below the header");
        }
        if (!any && options.vocabulary() == null) {
            throw new Place(file, 0).wrong("no row has a label, so there is nothing to learn");
        }
    }

    /** Reads a table with a row for each event. Rows of the same stretch of a recording become one clip. */
    LabelFile events() throws IOException {
        String missing =
                columns.start() < 0 ? "start" : columns.end() < 0 ? "end" : columns.label() < 0 ? "label" : null;
        if (missing != null) {
            throw layout.wrong("no column with the " + missing + " of events among " + layout.names()
                    + (missing.equals("label") ? ": name it with --label-column" : ""));
        }
        String own = AnnotationFolder.recording(file.getFileName().toString());
        int[] band = {layout.bandColumn(HeadedTable.LOW), layout.bandColumn(HeadedTable.HIGH)};
        List<Annotation> events = new ArrayList<>();
        Map<String, Set<String>> labelsOf = new LinkedHashMap<>();
        Map<String, String> splitOf = new HashMap<>();
        Map<String, String> groupOf = new HashMap<>();
        Set<String> recordings = new HashSet<>();
        forEach(row -> {
            String recording = columns.file() < 0
                    ? own
                    : row.place()
                            .checked(() -> AnnotationFolder.normal(row.fields().get(columns.file())));
            recordings.add(recording);
            double[] times = times(row);
            String id = id(row, recording);
            String before = splitOf.putIfAbsent(id, columns.split(row));
            if (before != null && !before.equals(columns.split(row))) {
                throw row.wrong("the same stretch of " + MalformedTableException.quote(recording) + " is in the splits "
                        + MalformedTableException.quote(before) + " and "
                        + MalformedTableException.quote(columns.split(row)));
            }
            groupOf.putIfAbsent(id, columns.group(row));
            Set<String> labels = labelsOf.computeIfAbsent(id, i -> new LinkedHashSet<>());
            for (String label : labels(row)) {
                LabelFile.requireKnown(row.place(), label, options.vocabulary());
                labels.add(label);
                events.add(
                        times == null
                                ? Annotation.whole(recording, label)
                                : HeadedTable.boxed(row, new Annotation(recording, times[0], times[1], label), band));
            }
        });
        Set<String> classes = new TreeSet<>();
        labelsOf.values().forEach(classes::addAll);
        List<LabelledClip> clips = new ArrayList<>();
        labelsOf.forEach((id, labels) ->
                clips.add(new LabelledClip(id, splitOf.get(id), List.copyOf(labels)).in(groupOf.get(id))));
        requireLabels(clips, !classes.isEmpty());
        LabelSet set = options.vocabulary() != null ? options.vocabulary() : LabelSet.union(classes);
        return inTime(clips, set, events, recordings);
    }

    private LabelFile inTime(List<LabelledClip> clips, LabelSet set, List<Annotation> events, Set<String> recordings)
            throws IOException {
        String what = "one row for each event: " + events.size() + " events of " + recordings.size() + " recordings, "
                + set.size() + " classes";
        if (options.form() == Form.CLIPS) {
            return new LabelFile(Form.CLIPS, new Manifest(clips, set), events, Coverage.COMPLETE, what, List.of());
        }
        boolean sparse = options.coverage().tables() == Coverage.Tables.SPARSE;
        Coverage coverage = Coverage.of(sparse ? recordings : Set.of(), recordings, set, options.coverage());
        EventLabels stretches = new EventLabels(events, options.rule(), coverage, set);
        List<LabelledClip> known = clips.stream()
                .map(clip -> coverage.isComplete() ? clip : known(clip, stretches))
                .toList();
        return new LabelFile(
                Form.EVENTS,
                new Manifest(known, set, stretches),
                events,
                coverage,
                what,
                coverage.remark(recordings.size()).stream().toList());
    }

    /** The stretch that a row names, with all labels and unknown classes. */
    private static LabelledClip known(LabelledClip clip, EventLabels stretches) {
        ClipId.Part part = ClipId.part(clip.file()).orElse(new ClipId.Part(clip.file(), 0, Double.POSITIVE_INFINITY));
        return stretches.of(part.file(), part.start(), part.end()).clip(clip.file(), clip.split());
    }

    private List<String> labels(TextTable.Row row) throws IOException {
        List<String> listed = row.list(columns.label());
        if (listed != null) {
            return listed.stream().map(String::strip).filter(l -> !l.isEmpty()).toList();
        }
        String text = row.fields().get(columns.label()).strip();
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
