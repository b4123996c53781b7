package org.unmute.bench.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All rows of the table, in its order. */
final class Rows {
    private Rows() {}

    /** @param root of the repository, for rows that run the launcher */
    static List<Row> all(Path root) {
        List<Row> rows = new ArrayList<>(KernelRows.all());
        return rows;
    }
}
