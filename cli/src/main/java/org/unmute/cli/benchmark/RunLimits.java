package org.unmute.cli.benchmark;

import java.io.IOException;
import java.util.Locale;
import org.unmute.benchmark.StopSignal;
import org.unmute.benchmark.run.BenchmarkPlan;
import org.unmute.cli.console.CommandException;
import org.unmute.data.provenance.Units;
import picocli.CommandLine.Option;

/** Options that limit what a run of a grid takes: time, room on the disk, cells at a time. */
public final class RunLimits {
    private static final double SECONDS_PER_HOUR = 3600;

    @Option(
            names = "--max-hours",
            paramLabel = "H",
            description =
                    "Refuse to start if it is expected to take longer; with --yes start, and stop after so many hours.")
    private Double maxHours;

    @Option(
            names = "--yes",
            description =
                    "Start even if more than --max-hours are expected, or the disk has less room than the token caches"
                            + " are expected to need.")
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
     * Requires that a plan is expected to need neither more time than is allowed nor more room than there is, unless
     * the user has agreed to that.
     *
     * @throws CommandException if it needs more time
     * @throws org.unmute.files.InputException if it needs more room
     * @throws IOException if the room cannot be determined
     */
    public void requireWithin(BenchmarkPlan plan) throws IOException {
        if (maxHours != null && !yes && plan.hours() > maxHours) {
            throw CommandException.failed(String.format(
                    Locale.ROOT,
                    "about %s are expected, --max-hours allows %s: choose cells with --only, or"
                            + " add --yes to start and stop after that time; a stopped run can be gone on"
                            + " with",
                    Units.duration(SECONDS_PER_HOUR * plan.hours()),
                    Units.duration(SECONDS_PER_HOUR * maxHours)));
        }
        if (!yes) {
            plan.requireSpace();
        }
    }
}
