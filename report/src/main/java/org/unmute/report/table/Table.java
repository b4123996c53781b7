package org.unmute.report.table;

import java.io.IOException;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * A table of the report.
 *
 * @param id       unique in the report and the name of its files: letters, digits, hyphens
 * @param caption  what the table shows, a sentence
 * @param note     how to read the table; may be empty
 * @param headings the heading of the first column, then one per column of cells
 * @param rows     the rows; those of a group are consecutive
 * @param csv      the same numbers in full for the CSV file, one measurement per line, header first
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

    /** Lines as a CSV file (RFC 4180, line feeds). */
    public static String csvText(List<List<String>> lines) {
        StringBuilder out = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(
                out, CSVFormat.RFC4180.builder().setRecordSeparator('\n').get())) {
            for (List<String> line : lines) {
                printer.printRecord(line);
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return out.toString();
    }
}
