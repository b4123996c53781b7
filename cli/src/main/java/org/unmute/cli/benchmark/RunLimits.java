package org.unmute.cli.benchmark;

import java.io.IOException;
import org.unmute.benchmark.StopSignal;
import org.unmute.benchmark.run.BenchmarkPlan;
import org.unmute.cli.console.CommandException;
import picocli.CommandLine.Option;

/** Options that limit what a run of a grid takes: time, room on the disk, cells at a time. */
public final class RunLimits {
    private static final double SECONDS_PER_HOUR = 3600;

    @Option(
            names = "--max-hours",
            paramLabel = "H",
            description = "Stop after so many hours; the same command continues later.")
    private Double maxHours;

    @Option(
            names = "--yes",
            description = "Start even if the disk has less room than the token caches are expected to need.")
    private boolean yes;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description =
                    "Cells worked on at a time; they share the threads. 0: as many as threads, if memory for their"
                            + " batches allows it (default: ${DEFAULT-VALUE}). Results do not depend on it.")
    private int workers;

    /** @throws CommandException if a limit is not in its range */
    public void requireValid() {
        if (workers < 0 || maxHours != null && !(maxHours > 0)) {
            throw CommandException.usage(
                    "--workers must not be negative and --max-hours must be above 0: " + workers + ", " + maxHours);
        }
    }

    /** Stops a run when its hours, from now, have passed; never if they are not limited. */
    public StopSignal stop() {
        return maxHours == null ? StopSignal.never() : StopSignal.after(maxHours * SECONDS_PER_HOUR);
    }

    /** Cells worked on at a time; 0 for as many as threads and memory allow. */
    public int workers() {
        return workers;
    }

    /**
     * Requires that the disk has room for the token caches of a plan, unless the user has agreed to start without.
     *
     * @throws org.unmute.files.InputException if it has less
     * @throws IOException if the room cannot be determined
     */
    public void requireRoom(BenchmarkPlan plan) throws IOException {
        if (!yes) {
            plan.requireSpace();
        }
    }
}
