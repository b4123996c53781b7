package org.unmute.report.table;

/**
 * A cell of a table.
 *
 * @param text     the displayed text; empty for a missing value
 * @param spread   text after the number in smaller print, such as the standard deviation after ±; may be empty
 * @param interval text below both in smaller print, such as a confidence interval; may be empty
 * @param mark     its rank in its row
 */
public record TableCell(String text, String spread, String interval, Mark mark) {
    /** An empty cell, shown as a dash. */
    public static final TableCell NONE = new TableCell("", "");

    /** The rank of a cell in its row. */
    public enum Mark {
        /** No rank. */
        NONE,
        /** Better than all others. */
        BEST,
        /** The best, or statistically indistinguishable from it. */
        AMONG_BEST
    }

    /** A cell without rank and interval. */
    public TableCell(String text, String spread) {
        this(text, spread, "", Mark.NONE);
    }

    /** A cell of plain text. */
    public static TableCell of(String text) {
        return new TableCell(text, "");
    }

    /** A copy with a rank. */
    public TableCell marked(Mark other) {
        return new TableCell(text, spread, interval, other);
    }

    /** A copy with an interval. */
    public TableCell within(String other) {
        return new TableCell(text, spread, other, mark);
    }
}
