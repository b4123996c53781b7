package org.unmute.options;

import org.unmute.events.detection.ContextSeconds;
import org.unmute.probes.score.FrameScorer;
import picocli.CommandLine.Option;

/** Options that set how much of the audio around a moment is used for its scores. */
@HelpTopic("Events")
public final class ContextOptions {
    @Option(
            names = "--context",
            paramLabel = "SECONDS",
            description = "Length of the stretch around each moment that is scored as if it were a clip; 0 for a single"
                    + " row of the encoder: protobin, protofloat, cgp and probes of rows score frame by frame then"
                    + " (default: that of the learned thresholds; when 'probe' learns them, "
                    + FrameScorer.CONTEXT_SECONDS
                    + ", or the length of its clips, at most 5, if these do better; 0 for probes of rows).")
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

    /** The given values. */
    public ContextSeconds seconds() {
        return new ContextSeconds(context, stride);
    }
}
