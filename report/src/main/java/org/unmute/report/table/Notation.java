package org.unmute.report.table;

import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.unmute.report.table.TableRow.Kind;

/**
 * The notation of a format for cells and row headings.
 *
 * @param none      an empty cell
 * @param best      the format of a cell that is better than all others of its row
 * @param among     the format of cells that are statistically indistinguishable from the best
 * @param published the format of published cells
 * @param spread    the format of the text after a cell's number
 * @param interval  the format of the text below both
 * @param head      the format of the headings of published rows
 * @param escape    escapes plain text
 */
record Notation(
        String none,
        String best,
        String among,
        String published,
        String spread,
        String interval,
        String head,
        UnaryOperator<String> escape) {
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
        String shown = switch (cell.mark()) {
            case BEST -> best.formatted(text);
            case AMONG_BEST -> among.formatted(text);
            case NONE -> isPublished ? published.formatted(text) : text;
        };
        return shown + added(spread, cell.spread()) + added(interval, cell.interval());
    }

    private String added(String format, String text) {
        return text.isEmpty() ? "" : format.formatted(escape.apply(text));
    }
}
