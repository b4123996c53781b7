package org.unmute.data.annotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Place;
import org.unmute.data.TextTable;

/**
 * Reads tables whose first row names the columns. Columns are found by name, because their order differs between
 * versions.
 */
final class HeadedTable {
    static final List<String> START =
            List.of("begin time (s)", "start (s)", "onset", "start", "begin", "start_time", "begin_time", "start time");
    static final List<String> END = List.of("end time (s)", "end (s)", "offset", "end", "end_time", "end time", "stop");
    static final List<String> FILE = List.of(
            "begin path",
            "begin file",
            "filename",
            "file",
            "path",
            "clip",
            "recording",
            "audio",
            "file_name",
            "filepath",
            "audio.path");
    static final List<String> LABEL = List.of(
            "annotation",
            "label",
            "event_label",
            "species",
            "common name",
            "class",
            "tag",
            "event",
            "category",
            "scientific name",
            "ebird_code");
    static final List<String> LOW = List.of("low freq (hz)", "low_freq", "low");
    static final List<String> HIGH = List.of("high freq (hz)", "high_freq", "high");
    private static final List<String> SCORE = List.of("confidence", "score", "probability");
    /** Columns of Raven that contain measurements, not labels. */
    private static final List<String> RAVEN = List.of(
            "selection",
            "view",
            "channel",
            "begin time (s)",
            "end time (s)",
            "low freq (hz)",
            "high freq (hz)",
            "file offset (s)",
            "begin path",
            "begin file",
            "end path",
            "end file",
            "confidence",
            "species code",
            "begin date time",
            "end date time",
            "site",
            "latitude",
            "longitude");

    private final Path file;
    private final AnnotationTable.Kind kind;
    private final String labelColumn;
    private List<String> header;
    /** Whether a comma cannot be the delimiter. */
    private boolean decimalCommas = true;

    HeadedTable(Path file, AnnotationTable.Kind kind, String labelColumn) {
        this.file = file;
        this.kind = kind;
        this.labelColumn = labelColumn;
    }

    AnnotationTable read() throws IOException {
        AnnotationTable tabs = TextTable.isParquet(file) ? null : readTabs();
        if (tabs != null) {
            return tabs;
        }
        try (TextTable table = TextTable.open(file)) {
            header = table.names();
            decimalCommas = table.delimiter() != ',';
            Collector collector = new Collector();
            table.forEach(row -> collector.add(row.place(), row.fields()));
            return collector.table();
        }
    }

    /** Returns null if the first line has no tab. */
    private AnnotationTable readTabs() throws IOException {
        try (TabRows rows = TabRows.open(file)) {
            header = rows.next();
            if (header.size() == 1) {
                return null;
            }
            Collector collector = new Collector();
            for (List<String> row = rows.next(); row != null; row = rows.next()) {
                collector.add(rows.place(), row);
            }
            return collector.table();
        }
    }

    private int find(List<String> names) {
        for (String name : names) {
            for (int i = 0; i < header.size(); i++) {
                if (header.get(i).strip().equalsIgnoreCase(name)) {
                    return i;
                }
            }
        }
        return -1;
    }

    private int required(String what, List<String> names) throws MalformedTableException {
        int at = find(names);
        if (at < 0) {
            throw new MalformedTableException(
                    file,
                    1,
                    "no column with the " + what + " of events among " + columns() + ": one of "
                            + String.join(", ", names) + " is needed");
        }
        return at;
    }

    private String columns() {
        return MalformedTableException.quote(String.join(", ", header));
    }

    /**
     * The index of the requested column, else of one with a usual name, else, in Raven's tables, of the only column
     * that is not Raven's own.
     */
    private int label() throws MalformedTableException {
        if (labelColumn != null) {
            int at = find(List.of(labelColumn));
            if (at < 0) {
                throw new MalformedTableException(
                        file, 1, "no column " + MalformedTableException.quote(labelColumn) + " among " + columns());
            }
            return at;
        }
        int usual = find(LABEL);
        if (usual >= 0 || kind != AnnotationTable.Kind.RAVEN) {
            return usual >= 0 ? usual : required("label", LABEL);
        }
        List<Integer> candidates = new ArrayList<>();
        for (int i = 0; i < header.size(); i++) {
            String name = header.get(i).strip();
            // Names of measurements end with their unit in brackets.
            if (!name.isEmpty() && !name.endsWith(")") && RAVEN.stream().noneMatch(name::equalsIgnoreCase)) {
                candidates.add(i);
            }
        }
        if (candidates.size() != 1) {
            throw new MalformedTableException(
                    file,
                    1,
                    "which column holds the label? None of " + columns()
                            + (candidates.isEmpty() ? " looks like it" : " has a usual name")
                            + ": name it with --label-column");
        }
        return candidates.getFirst();
    }

    /** Collects the annotations from rows. */
    private final class Collector {
        private final int start = required("start", START);
        private final int end = required("end", END);
        private final int label = label();
        private final int recording = find(FILE);
        private final int inFile = find(List.of("file offset (s)"));
        private final int low = find(LOW);
        private final int high = find(HIGH);
        private final int score = find(SCORE);
        private final int channel = find(List.of("channel"));
        private final int selection = find(List.of("selection"));
        private final Set<String> seen = new HashSet<>();
        private final Set<String> files = new LinkedHashSet<>();
        private final List<Annotation> all = new ArrayList<>();

        Collector() throws MalformedTableException {}

        AnnotationTable table() {
            return new AnnotationTable(kind, List.copyOf(files), all);
        }

        void add(Place place, List<String> row) throws MalformedTableException {
            if (row.size() > header.size() + 1) {
                throw place.wrong("the row has " + row.size() + " columns, the header " + header.size());
            }
            // Blanks may be part of a file name.
            String name = at(row, recording).isEmpty() ? "" : row.get(recording);
            if (recording >= 0) {
                files.add(name);
            }
            // A recording without events has a row with empty cells.
            if (at(row, start).isEmpty() && at(row, end).isEmpty()) {
                return;
            }
            // Raven writes a selection once for each view of the sound.
            boolean repeated = kind == AnnotationTable.Kind.RAVEN
                    && selection >= 0
                    && !seen.add(at(row, selection) + "\t" + at(row, channel) + "\t" + name);
            if (repeated) {
                return;
            }
            double from = number(place, "start", at(row, start));
            double to = number(place, "end", at(row, end));
            if (inFile >= 0 && !at(row, inFile).isEmpty()) {
                // Times in a combined table are cumulative over the files.
                double offset = number(place, "file offset", at(row, inFile));
                to = offset + (to - from);
                from = offset;
            }
            double begin = from;
            double stop = to;
            double lowest = optional(place, "low frequency", at(row, low));
            double highest = optional(place, "high frequency", at(row, high));
            double confidence = optional(place, "score", at(row, score));
            int one = channel(place, at(row, channel));
            all.add(place.checked(
                    () -> new Annotation(name, begin, stop, at(row, label), lowest, highest, confidence, one)));
        }
    }

    private static String at(List<String> row, int column) {
        return column < 0 || column >= row.size() ? "" : row.get(column).strip();
    }

    private double number(Place place, String what, String text) throws MalformedTableException {
        if (!AnnotationTable.isNumber(text) || text.contains(",") && !decimalCommas) {
            throw place.wrong("the " + what + " is not a number: " + MalformedTableException.quote(text));
        }
        return AnnotationTable.value(text);
    }

    private double optional(Place place, String what, String text) throws MalformedTableException {
        return text.isEmpty() ? Double.NaN : number(place, what, text);
    }

    private int channel(Place place, String text) throws MalformedTableException {
        if (text.isEmpty()) {
            return 1;
        }
        double channel = number(place, "channel", text);
        if (channel != Math.rint(channel) || channel < 1 || channel > 1024) {
            throw place.wrong("the channel must be 1 to 1024: " + MalformedTableException.quote(text));
        }
        return (int) channel;
    }

    /**
     * An event with its band.
     *
     * @param band columns of the lower and the upper edge, in Hz; -1 for none
     */
    static Annotation boxed(TextTable.Row row, Annotation e, int[] band) throws MalformedTableException {
        double lowest = hertz(row, band[0]);
        double highest = hertz(row, band[1]);
        return row.place()
                .checked(() -> new Annotation(
                        e.file(), e.onset(), e.offset(), e.label(), lowest, highest, e.score(), e.channel()));
    }

    private static double hertz(TextTable.Row row, int column) throws MalformedTableException {
        String text = column < 0 ? "" : row.number(column).strip();
        if (text.isEmpty()) {
            return Double.NaN;
        }
        if (!AnnotationTable.isNumber(text) || text.contains(",")) {
            throw row.wrong("the edge of a band is not a number of Hz: " + MalformedTableException.quote(text));
        }
        return AnnotationTable.value(text);
    }
}
