package org.unmute.data.annotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.unmute.data.ClipList;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Manifest;
import org.unmute.data.TextTable;

/**
 * Advice about a table that is not recognized: the expected columns, the beginning of the table, and options that may
 * help.
 */
final class TableAdvice {
    private static final int LINES = 20;
    private static final int SHOWN_LINES = 3;
    private static final int SHOWN_CELLS = 5;
    private static final int SHOWN_CHARS = 20;

    private final SortedMap<Long, List<String>> rows;

    private TableAdvice(SortedMap<Long, List<String>> rows) {
        this.rows = rows;
    }

    static TableAdvice of(Path table) throws IOException {
        return new TableAdvice(TextTable.beginning(table, LINES));
    }

    /** The columns that a table with a header must have. */
    static String expected() {
        return "the file is looked for in " + list(HeadedTable.FILE) + " or fname, the labels in "
                + list(Manifest.LABEL_COLUMNS)
                + ", in columns of 0 and 1 that are named after the classes, or in rows with start, end and label";
    }

    private static String list(List<String> names) {
        return String.join(", ", names);
    }

    /** Whether the first row, which should name the columns, contains a file name or only numbers. */
    boolean beginsWithData() {
        return !rows.isEmpty() && isData(rows.get(rows.firstKey()));
    }

    private static boolean isData(List<String> cells) {
        boolean file = cells.stream()
                .map(cell -> cell.strip().toLowerCase(Locale.ROOT))
                .anyMatch(cell -> ClipList.AUDIO_EXTENSIONS.stream().anyMatch(x -> cell.endsWith("." + x)));
        List<String> filled = cells.stream().filter(c -> !c.isBlank()).toList();
        return file
                || filled.size() > 1
                        && filled.stream()
                                .allMatch(c -> LabelForm.cell(c.strip()) >= 0 || AnnotationTable.isNumber(c.strip()));
    }

    /**
     * The end of a message, with the beginning of the table and options that may help; empty for a Parquet file.
     *
     * @param headerRow line of the header, as given by the user or by default
     */
    String text(int headerRow) {
        if (rows.isEmpty()) {
            return "";
        }
        List<String> shown = new ArrayList<>();
        for (Map.Entry<Long, List<String>> row : rows.entrySet()) {
            if (shown.size() < SHOWN_LINES) {
                shown.add("line " + row.getKey() + " " + cells(row.getValue()));
            }
        }
        return ". The table begins: " + String.join("; ", shown) + (headerRow == 1 ? hint() : "");
    }

    private static String cells(List<String> row) {
        List<String> shown = new ArrayList<>();
        for (String cell : row.subList(0, Math.min(SHOWN_CELLS, row.size()))) {
            boolean fits = cell.codePointCount(0, cell.length()) <= SHOWN_CHARS;
            shown.add(MalformedTableException.quote(
                    fits ? cell : cell.substring(0, cell.offsetByCodePoints(0, SHOWN_CHARS)) + "…"));
        }
        return String.join(", ", shown) + (row.size() > SHOWN_CELLS ? ", …" : "");
    }

    private String hint() {
        if (beginsWithData()) {
            return ". If no row names the columns, give --no-header: they are then called 1, 2, …";
        }
        for (Map.Entry<Long, List<String>> row :
                rows.tailMap(rows.firstKey() + 1).entrySet()) {
            if (isHeader(row.getValue())) {
                return ". Line " + row.getKey() + " seems to name the columns: give --header-row " + row.getKey();
            }
        }
        return "";
    }

    private static boolean isHeader(List<String> cells) {
        return cells.size() > 1
                && cells.stream()
                        .map(cell -> cell.strip().toLowerCase(Locale.ROOT))
                        .anyMatch(cell -> HeadedTable.FILE.contains(cell) || Manifest.FILE_COLUMNS.contains(cell));
    }
}
