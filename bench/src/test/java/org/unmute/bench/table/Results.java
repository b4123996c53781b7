package org.unmute.bench.table;

import java.util.Arrays;
import java.util.List;

/** Results for tests. */
final class Results {
    private Results() {}

    static RowResult.Entry timed(String name, double ms) {
        return timed(name, ms, -1, -1);
    }

    static RowResult.Entry timed(String name, double ms, long extraBytes, long tensorBytes) {
        return new RowResult.Entry(name, name + " 1.0", ms, new double[] {ms}, extraBytes, tensorBytes, null);
    }

    /** A row of 10 GFLOP and 1 GB per call on a machine with 100 GFLOP/s and 10 GB/s. */
    static RowResult row(String id, RowResult.Entry... entries) {
        return new RowResult(
                id,
                "title of " + id,
                2,
                10,
                1,
                0,
                List.copyOf(Arrays.asList(entries)),
                new RowResult.Origin("2026-01-02 03:04", "abc", "a machine", "a JVM", 100, 10));
    }
}
