package org.unmute.report.table;

/**
 * A cell of a table.
 *
 * @param text   the displayed text; empty for a missing value
 * @param spread text after it in smaller print, such as the standard deviation after ±; may be empty
 * @param best   whether it is the best of its row
 */
public record TableCell(String text, String spread, boolean best) {
    /** An empty cell, shown as a dash. */
    public static final TableCell NONE = new TableCell("", "", false);

    /** A cell of plain text. */
    public static TableCell of(String text) {
        return new TableCell(text, "", false);
    }

    /** A copy that is marked as the best of its row. */
    public TableCell asBest() {
        return new TableCell(text, spread, true);
    }
}
