package org.unmute.bench.rows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All rows: those of the table in its order, then those of the growth curves. */
public final class BenchRows {
    private BenchRows() {}

    /** @param root of the repository, for rows that run the launcher */
    public static List<Row> all(Path root) {
        List<Row> rows = new ArrayList<>(KernelRows.all());
        rows.addAll(EncoderRows.all());
        rows.addAll(StepRows.all());
        rows.addAll(ProgramRows.all(root));
        rows.addAll(DetectRows.all(root));
        rows.addAll(Growth.rows());
        return rows;
    }
}
