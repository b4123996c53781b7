package org.unmute.report.table;

import java.util.List;
import java.util.stream.Collectors;
import org.unmute.data.CsvLine;
import org.unmute.files.PlainText;

/**
 * A table of the report.
 *
 * @param id       unique in the report and the name of its files: letters, digits, hyphens
 * @param caption  a sentence that describes the table
 * @param note     how to read the table; may be empty
 * @param headings the heading of the first column, then one per column of cells
 * @param rows     the rows; those of a group are consecutive
 * @param csv      the same numbers in full precision for the CSV file, with a header and one measurement per line
 */
public record Table(
        String id, String caption, String note, List<String> headings, List<TableRow> rows, List<List<String>> csv) {

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if a row does not have one cell per column
     */
    public Table {
        headings = List.copyOf(headings);
        rows = List.copyOf(rows);
        csv = List.copyOf(csv);
        for (TableRow row : rows) {
            if (row.cells().size() != headings.size() - 1) {
                throw new IllegalArgumentException("table " + id + ": row " + row.head() + " has "
                        + row.cells().size() + " cells for " + (headings.size() - 1) + " columns");
            }
        }
    }

    /** The CSV file. */
    public String csvText() {
        return csvText(csv);
    }

    /** Lines of plain text as a CSV file of {@link CsvLine}s. */
    public static String csvText(List<List<String>> lines) {
        return lines.stream()
                .map(line -> CsvLine.of(line.stream().map(PlainText::of).toArray()))
                .collect(Collectors.joining());
    }
}
