package org.unmute.cli.detect;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import org.unmute.cli.console.CommandRun;
import org.unmute.data.provenance.Units;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.detection.DetectionSettings;
import org.unmute.events.detection.DetectorSetup;
import org.unmute.events.scoring.ProbeFiles;

/**
 * What a detection is about to do.
 *
 * @param out        folder of the events
 * @param recordings number of recordings that were chosen
 * @param settings   what events depend on besides the recordings
 */
public record DetectionPlan(Path out, DetectorSetup setup, int recordings, DetectionSettings settings) {
    /**
     * Tells which classes are sought and how, and what is odd about that.
     *
     * @param context how scores are made, as given by the options
     * @throws IOException if the file of the probe cannot be read
     */
    public void tell(ContextSeconds context, CommandRun run) throws IOException {
        setup.lines().forEach(run::tell);
        if (setup.file() != null) {
            ProbeFiles.remarkOnMissingDigest(setup.file(), run::tell);
        }
        if (context.isStrideIdle(setup.scorer())) {
            run.tell("--stride does not matter where each row is scored by itself");
        }
    }

    /** The plan as JSON. */
    public Map<String, Object> document() {
        return Map.of("out", out.toString(), "recordings", recordings, "settings", settings.values());
    }

    /** Prints what would be written. */
    public void print(PrintWriter o) {
        o.println(out + ": would hold the events of " + Units.count(recordings, "recording") + "; nothing was written");
    }
}
