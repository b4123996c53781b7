package org.unmute.report.table;

import java.util.List;

/**
 * A row of a table.
 *
 * @param kind  where the numbers come from
 * @param group rows of a group are shown together under its name; empty for none
 * @param head  the row's heading
 * @param cells one per column after the heading
 */
public record TableRow(Kind kind, String group, String head, List<TableCell> cells) {
    /** The origin of a row's numbers. */
    public enum Kind {
        /** Measured in the runs. */
        OURS,
        /** Stated by a paper, not measured here. */
        PUBLISHED,
        /** Computed from other rows of the table. */
        SUMMARY
    }

    /** Copies the cells. */
    public TableRow {
        cells = List.copyOf(cells);
    }

    /** A row of our numbers. */
    public static TableRow of(String group, String head, List<TableCell> cells) {
        return new TableRow(Kind.OURS, group, head, cells);
    }
}
