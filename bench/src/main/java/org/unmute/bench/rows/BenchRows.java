package org.unmute.bench.rows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All rows, in the order of the table. */
public final class BenchRows {
    private BenchRows() {}

    /** @param root of the repository, for rows that run the launcher */
    public static List<Row> all(Path root) {
        List<Row> rows = new ArrayList<>(KernelRows.all());
        rows.addAll(EncoderRows.all());
        rows.addAll(StepRows.all());
        rows.addAll(ProgramRows.all(root));
        rows.addAll(DetectRows.all(root));
        return rows;
    }
}
