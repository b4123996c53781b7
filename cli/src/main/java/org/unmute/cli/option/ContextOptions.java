package org.unmute.cli.option;

import org.unmute.cli.console.CommandException;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import picocli.CommandLine.Option;

/** Options that say how much of the sound around a moment its scores come from. */
public final class ContextOptions {
    private static final double MAX_SECONDS = 600;

    @Option(
            names = "--context",
            paramLabel = "SECONDS",
            description = "Length of the stretch around each moment that is scored as if it were a clip; 0 for a single"
                    + " row of the encoder: protobin, protofloat and cgp score frame by frame then (default: "
                    + FrameScorer.CONTEXT_SECONDS + ").")
    private Double context;

    @Option(
            names = "--stride",
            paramLabel = "SECONDS",
            description = "From one stretch to the next (default: " + FrameScorer.STRIDE_SECONDS + ").")
    private Double stride;

    /** Whether one of the options was given. */
    public boolean given() {
        return context != null || stride != null;
    }

    /**
     * A scorer of rows.
     *
     * @param times       of the encoder's rows
     * @param calibration applied to all scores, or null
     * @throws CommandException if an option is out of range
     */
    public FrameScorer scorer(TrainedProbe probe, RowTimes times, ScoreCalibration calibration) {
        if (context != null && !(context >= 0 && context <= MAX_SECONDS)) {
            throw CommandException.usage("--context must be 0 to " + MAX_SECONDS + " seconds, is " + context);
        }
        if (stride != null && !(stride > 0 && stride <= MAX_SECONDS)) {
            throw CommandException.usage(
                    "--stride must be above 0 and at most " + MAX_SECONDS + " seconds, is " + stride);
        }
        return FrameScorer.of(
                probe,
                times,
                context == null ? FrameScorer.CONTEXT_SECONDS : context,
                stride == null ? FrameScorer.STRIDE_SECONDS : stride,
                calibration);
    }

    /** Whether a stride was given that such a scorer has no use for. */
    public boolean isStrideIdle(FrameScorer scorer) {
        return stride != null && scorer.isByRow();
    }
}
