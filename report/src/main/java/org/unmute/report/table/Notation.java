package org.unmute.report.table;

import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.unmute.report.table.TableRow.Kind;

/**
 * How a format writes cells and the headings of rows.
 *
 * @param none      an empty cell
 * @param best      the format of the best cells
 * @param published the format of published cells
 * @param spread    the format of the text after a cell's number
 * @param head      the format of the headings of published rows
 * @param escape    escapes plain text
 */
record Notation(String none, String best, String published, String spread, String head, UnaryOperator<String> escape) {
    String head(TableRow row) {
        String text = escape.apply(row.head());
        return row.kind() == Kind.PUBLISHED ? head.formatted(text) : text;
    }

    String cells(TableRow row, String between) {
        return row.cells().stream()
                .map(c -> cell(c, row.kind() == Kind.PUBLISHED))
                .collect(Collectors.joining(between));
    }

    String cell(TableCell cell, boolean isPublished) {
        if (cell.text().isEmpty()) {
            return none;
        }
        String text = escape.apply(cell.text());
        String shown = cell.best() ? best.formatted(text) : isPublished ? published.formatted(text) : text;
        return shown + (cell.spread().isEmpty() ? "" : spread.formatted(escape.apply(cell.spread())));
    }
}
