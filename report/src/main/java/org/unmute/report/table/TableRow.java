package org.unmute.report.table;

import java.util.List;

/**
 * A row of a table.
 *
 * @param kind  the origin of the numbers
 * @param group name of the group under which rows are shown together; empty for none
 * @param head  the row's heading
 * @param cells one per column after the heading
 */
public record TableRow(Kind kind, String group, String head, List<TableCell> cells) {
    /** The origin of a row's numbers. */
    public enum Kind {
        /** Measured in the runs. */
        OURS,
        /** Stated in a paper, not measured here. */
        PUBLISHED,
        /** Computed from other rows of the table. */
        SUMMARY
    }

    /** Copies the cells. */
    public TableRow {
        cells = List.copyOf(cells);
    }

    /** A row of measured numbers. */
    public static TableRow of(String group, String head, List<TableCell> cells) {
        return new TableRow(Kind.OURS, group, head, cells);
    }
}
