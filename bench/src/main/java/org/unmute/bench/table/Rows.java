package org.unmute.bench.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All rows: those of the table in its order, then those of the growth curves. */
final class Rows {
    private Rows() {}

    /** @param root of the repository, for rows that run the launcher */
    static List<Row> all(Path root) {
        List<Row> rows = new ArrayList<>(KernelRows.all());
        rows.addAll(EncoderRows.all());
        rows.addAll(StepRows.all());
        rows.addAll(ProgramRows.all(root));
        rows.addAll(Growth.rows());
        return rows;
    }
}
