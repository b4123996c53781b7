package org.unmute.data.annotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.unmute.data.LabelledClip;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.Place;
import org.unmute.data.TextTable;
import org.unmute.data.annotation.LabelFile.Form;

/**
 * The roles of the columns of a label table and the meaning of its rows, recognized by the header or, for a matrix, by
 * the cells. Tables that the header alone rules out are rejected before any row is read.
 */
final class LabelForm {
    /** Number of rows in which a repeated file shows that rows are not clips. */
    private static final int FIRST_ROWS = 1000;

    private final Path file;
    private final LabelFile.Options options;
    private final List<String> header;
    private final Place head;
    private final List<String> leftOut;
    private final Columns columns;
    private final Form form;

    /**
     * Indices of the columns; -1 for a column that does not exist.
     *
     * @param others  columns that may be classes
     * @param nothing columns that mark the absence of all classes
     * @param unnamed columns without a name, except the first, which is the index of a data frame
     */
    record Columns(
            int file,
            int start,
            int end,
            int split,
            int group,
            int label,
            List<Integer> others,
            List<Integer> nothing,
            List<Integer> unnamed) {
        boolean times() {
            return start >= 0 && end >= 0;
        }

        String split(TextTable.Row row) {
            return split < 0 ? "" : row.fields().get(split).strip();
        }

        String group(TextTable.Row row) {
            return group < 0 ? "" : row.fields().get(group).strip();
        }
    }

    private LabelForm(Path file, LabelFile.Options options) throws IOException {
        this.file = file;
        this.options = options;
        int row = options.columns().headerRow();
        if (row == 1 && TableAdvice.of(file).beginsWithData()) {
            throw new Place(file, 1)
                    .wrong("the first row should name the columns, but holds data: " + TableAdvice.expected()
                            + TableAdvice.of(file).text(options.columns().headerRow()));
        }
        try (TextTable table = TextTable.open(file, row)) {
            header = displayed(table.names());
            head = table.head();
            leftOut = table.leftOut();
            columns = columns(table);
        }
        form = options.form() != null ? options.form() : recognized();
    }

    static LabelForm of(Path file, LabelFile.Options options) throws IOException {
        return new LabelForm(file, options);
    }

    Columns columns() {
        return columns;
    }

    Form form() {
        return form;
    }

    /** The names of the columns; an unnamed one is called {@code column 3}, for example. */
    List<String> header() {
        return header;
    }

    /** See {@link TextTable#leftOut}. */
    List<String> leftOut() {
        return leftOut;
    }

    /** The column names that were determined for a table without a header, for its other readers. */
    ManifestFormat format() {
        ManifestFormat given = options.columns();
        return given.headerRow() != ManifestFormat.NO_HEADER
                ? given
                : new ManifestFormat(
                        name(columns.file),
                        name(columns.label),
                        name(columns.split),
                        name(columns.group),
                        given.labelSeparator(),
                        0);
    }

    private String name(int column) {
        return column < 0 ? null : header.get(column);
    }

    private static List<String> displayed(List<String> names) {
        List<String> all = new ArrayList<>();
        for (String name : names) {
            all.add(name.isBlank() && !all.isEmpty() ? "column " + (all.size() + 1) : name.strip());
        }
        return List.copyOf(all);
    }

    /** The exception for an error in the header, with advice. */
    MalformedTableException wrong(String detail) throws IOException {
        return head.wrong(detail + TableAdvice.of(file).text(options.columns().headerRow()));
    }

    String names() {
        return MalformedTableException.quote(String.join(", ", header));
    }

    static int any(TextTable table, List<String> names) {
        return names.stream()
                .mapToInt(table::find)
                .filter(at -> at >= 0)
                .findFirst()
                .orElse(-1);
    }

    private Columns columns(TextTable table) throws MalformedTableException {
        ManifestFormat named = options.columns();
        boolean headless = named.headerRow() == ManifestFormat.NO_HEADER;
        int file = table.column(named.fileColumn(), Manifest.FILE_COLUMNS, "--file-column");
        if (file < 0) {
            file = headless ? 0 : any(table, HeadedTable.FILE);
        }
        int start = any(table, HeadedTable.START);
        int end = any(table, HeadedTable.END);
        int split = table.column(named.splitColumn(), Manifest.SPLIT_COLUMNS, "--split-column");
        int group = Manifest.groupColumn(table, named.groupColumn(), file);
        boolean matrix = options.form() == Form.MATRIX;
        int label = matrix ? -1 : Manifest.labelColumn(table, named.labelColumn());
        if (label < 0 && !matrix && start >= 0 && end >= 0) {
            label = any(table, HeadedTable.LABEL);
        }
        List<Integer> nothing = given(options.nothing(), "--nothing-columns");
        List<Integer> left = given(options.ignored(), "--ignore-columns");
        given(options.declared(), "--class-columns");
        List<Integer> others = new ArrayList<>();
        List<Integer> unnamed = new ArrayList<>();
        for (int i = 0; i < header.size(); i++) {
            boolean known = label >= 0 && header.get(i).equalsIgnoreCase(LabelledClip.UNKNOWN_COLUMN);
            boolean taken = i == file || i == start || i == end || i == split || i == group || i == label || known;
            // An unnamed first column is the index of a data frame.
            if (taken
                    || left.contains(i)
                    || nothing.contains(i)
                    || header.get(i).isEmpty()) {
                continue;
            }
            (table.names().get(i).isBlank() ? unnamed : others).add(i);
        }
        if (headless && label < 0 && !matrix && others.size() == 1) {
            label = others.getFirst();
            others.clear();
        }
        return new Columns(file, start, end, split, group, label, others, nothing, unnamed);
    }

    private List<Integer> given(List<String> names, String option) throws MalformedTableException {
        List<Integer> all = new ArrayList<>();
        for (String name : names) {
            int at = -1;
            for (int i = 0; i < header.size(); i++) {
                at = header.get(i).equalsIgnoreCase(name) ? i : at;
            }
            if (at < 0) {
                throw head.wrong(
                        "no column " + MalformedTableException.quote(name) + " (" + option + "): there are " + names());
            }
            all.add(at);
        }
        return all;
    }

    /** Rejects a table in which no row could be a clip or an event. */
    private void requireFile() throws IOException {
        if (columns.file >= 0 || columns.times() && columns.label >= 0) {
            return;
        }
        if (columns.label >= 0) {
            throw wrong("no column " + String.join(", ", Manifest.FILE_COLUMNS) + " among " + names()
                    + ": name it with --file-column");
        }
        throw wrong("no column with the " + (columns.times() ? "label of events" : "file") + " among " + names()
                + ": name it with " + (columns.times() ? "--label-column" : "--file-column") + "; "
                + TableAdvice.expected());
    }

    private Form recognized() throws IOException {
        requireFile();
        Cells cells = new Cells();
        if (!columns.others.isEmpty()) {
            try (TextTable table = TextTable.open(file, options.columns().headerRow())) {
                table.forEachWhile(cells::add);
            }
        }
        Map<Integer, String> odd = cells.odd;
        int binary = cells.rows == 0 ? 0 : columns.others.size() - odd.size();
        if (columns.label < 0) {
            if (binary == 0 && !columns.times() && !odd.isEmpty()) {
                throw wrong("no column " + String.join(", ", Manifest.LABEL_COLUMNS) + " among " + names()
                        + ": name it with --label-column. Columns for classes hold 0 and 1: " + described(odd)
                        + (odd.size() == 1 ? " does not" : " do not"));
            }
            if (binary == 0) {
                return columns.times() ? Form.EVENTS : Form.CLIPS; // their readers report the missing column
            }
            if (!odd.isEmpty()) {
                throw wrong("some columns have only 0 and 1, as in a table with a column for each class, others do"
                        + " not: " + described(odd)
                        + ": name those that are not classes with --ignore-columns,"
                        + " or the column of the labels with --label-column");
            }
            return Form.MATRIX;
        }
        boolean chosen = options.columns().labelColumn() != null;
        if (!chosen && cells.rows > 0 && (odd.isEmpty() && binary > 1 || !cells.oddLabel && binary > 0)) {
            throw head.wrong("could be a list of labels (column " + quoted(columns.label)
                    + ") or a table with a column of 0 and 1 for each class (" + binary + " columns, the first "
                    + quoted(columns.others.stream()
                            .filter(c -> !odd.containsKey(c))
                            .findFirst()
                            .orElseThrow())
                    + "): choose with --label-format clips, events or matrix");
        }
        return hasEventRows() ? Form.EVENTS : Form.CLIPS;
    }

    /** Evidence from the cells, read as far as necessary. */
    private final class Cells {
        /** Columns that are not classes, each with the first cell that shows it. */
        private final Map<Integer, String> odd = new LinkedHashMap<>();

        private final Set<List<String>> first = new HashSet<>();
        private boolean oddLabel;
        private long rows;

        /** Adds a row and returns whether further rows could change the form of the table. */
        boolean add(TextTable.Row row) {
            rows++;
            for (int column : columns.others) {
                if (!odd.containsKey(column) && cell(row.number(column)) < 0) {
                    odd.put(
                            column,
                            (head.line() == 0 ? "row " : "line ") + row.place().line() + " has "
                                    + MalformedTableException.quote(row.fields().get(column)));
                }
            }
            if (columns.label >= 0) {
                oddLabel |= cell(row.fields().get(columns.label)) < 0;
                return !(oddLabel && (!odd.isEmpty() || columns.others.size() < 2));
            }
            // A stretch that is named twice is rejected by the reader of the rows, which reports that row.
            boolean again = rows <= FIRST_ROWS && !first.add(stretch(row));
            return odd.size() < columns.others.size() && !again;
        }

        private List<String> stretch(TextTable.Row row) {
            return Stream.of(columns.file, columns.start, columns.end)
                    .filter(column -> column >= 0)
                    .map(column -> row.fields().get(column))
                    .toList();
        }
    }

    /** The column of the lower or upper edges of bands, in Hz; -1 if there is none. */
    int bandColumn(List<String> names) {
        return columns.others.stream()
                .filter(i -> names.stream().anyMatch(name -> name.equalsIgnoreCase(header.get(i))))
                .findFirst()
                .orElse(-1);
    }

    /** Whether rows name a stretch and a single label, so that the rows of a stretch belong together. */
    boolean hasEventRows() {
        return columns.times()
                && columns.label >= 0
                && !header.get(columns.label).equalsIgnoreCase("labels");
    }

    private String described(Map<Integer, String> odd) {
        List<String> few = new ArrayList<>();
        for (Map.Entry<Integer, String> one : odd.entrySet()) {
            if (few.size() == 5) {
                few.add("and " + (odd.size() - 5) + " more");
                break;
            }
            few.add(quoted(one.getKey()) + " (" + one.getValue() + ")");
        }
        return String.join(", ", few);
    }

    private String quoted(int column) {
        return MalformedTableException.quote(header.get(column));
    }

    /** The value of a cell: 1, 0, or -1 if the text is neither. */
    static int cell(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "1", "1.0", "true" -> 1;
            case "", "0", "0.0", "false" -> 0;
            default -> -1;
        };
    }
}
