package org.unmute.cli.report;

import java.io.IOException;
import org.unmute.benchmark.results.ClipIntervals;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.WinRule;
import org.unmute.cli.console.CommandException;
import org.unmute.metrics.Bootstrap;
import picocli.CommandLine.Option;

/** Options of how the scores of probes are compared. */
public final class ComparisonOptions {
    private static final double LEVEL = 0.95;

    @Option(
            names = "--win-sd",
            paramLabel = "WHOSE",
            defaultValue = "pooled",
            description = "Which standard deviation a win is measured against: pooled, own, opponent (default:"
                    + " ${DEFAULT-VALUE}).")
    private WinRule rule;

    @Option(
            names = "--bootstrap",
            paramLabel = "N",
            description =
                    "Bootstrap resamples for the 95 %% intervals over test clips, which also say which probe is the"
                            + " best; 0 for none (default: ${DEFAULT-VALUE}).")
    private int resamples = 1000;

    /** @throws CommandException if the number of resamples is negative */
    public void requireValid() {
        if (resamples < 0) {
            throw CommandException.usage("--bootstrap must not be negative, is " + resamples);
        }
    }

    /** What counts as a win. */
    public WinRule rule() {
        return rule;
    }

    /**
     * Resamples the test clips of the runs; no intervals if no resamples are wanted.
     *
     * @param seed of the resampling
     * @throws IOException if stored scores cannot be read
     */
    public ClipIntervals intervals(ComparedRuns results, long seed) throws IOException {
        return resamples == 0 ? ClipIntervals.none() : ClipIntervals.of(results, new Bootstrap(resamples, LEVEL, seed));
    }
}
