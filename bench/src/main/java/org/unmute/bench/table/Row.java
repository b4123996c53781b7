package org.unmute.bench.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One line of the table.
 *
 * @param id what {@code --only} and the goals name it by
 * @param title in words
 * @param threads that every contestant may use
 * @param gflop floating point operations of a call in 10⁹, 0 where they say nothing; of matching by look-ups, those of
 *     the product that it replaces
 * @param gbytes bytes in 10⁹ that a call must read from memory at least, 0 where that says nothing
 * @param peers who takes part beside ours
 * @param scripted whether PyTorch needs a TorchScript file of the case
 * @param files writes the case
 * @param agreement what outputs must fulfil before anything is timed
 * @param programs what each contestant runs in a row of whole processes; empty where contestants keep a process of
 *     their own ready
 */
record Row(
        String id,
        String title,
        int threads,
        double gflop,
        double gbytes,
        List<String> peers,
        boolean scripted,
        CaseFiles files,
        Agreement agreement,
        Map<String, Program.Task> programs) {
    /** A row of calls within processes that stay. */
    Row(
            String id,
            String title,
            int threads,
            double gflop,
            double gbytes,
            List<String> peers,
            boolean scripted,
            CaseFiles files,
            Agreement agreement) {
        this(id, title, threads, gflop, gbytes, peers, scripted, files, agreement, Map.of());
    }

    /** A row of whole processes. */
    static Row ofPrograms(
            String id,
            String title,
            int threads,
            Map<String, Program.Task> programs,
            CaseFiles files,
            Agreement agreement) {
        return new Row(
                id,
                title,
                threads,
                0,
                0,
                programs.keySet().stream()
                        .filter(n -> !n.equals(RowResult.OURS))
                        .sorted()
                        .toList(),
                false,
                files,
                agreement,
                programs);
    }

    /** Writes inputs, weights and {@code case.json}. */
    @FunctionalInterface
    interface CaseFiles {
        /** Into an empty folder. */
        void write(Path folder) throws IOException;
    }

    /** Compares what two contestants gave. */
    @FunctionalInterface
    interface Agreement {
        /**
         * @param folder of the case
         * @param ours folder with our outputs
         * @param theirs folder with the peer's
         * @throws ContestantException if they differ, with how much
         */
        void check(Path folder, Path ours, Path theirs) throws ContestantException, IOException;
    }

    /** Each output within {@code tolerance} times the root of its mean square; whole numbers equal. */
    static Agreement within(double tolerance) {
        return (_, ours, theirs) -> OutputComparison.check(ours, theirs, tolerance);
    }
}
