package org.unmute.cli.clip;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.unmute.data.provenance.Units;
import org.unmute.events.clips.EventClips;

/**
 * What became of events that were to be cut.
 *
 * @param out     folder of the clips
 * @param events  number of events of the table
 * @param chosen  how many of them were chosen
 * @param outcome of the cutting
 */
public record ClipReport(Path out, int events, int chosen, EventClips.Outcome outcome) {
    private static final int SHOWN = 20;

    /** The report as JSON. */
    public record Document(
            String out, int events, int chosen, int clips, int mixed, List<EventClips.Skipped> skipped) {}

    /** The report as JSON. */
    public Document document() {
        return new Document(out.toString(), events, chosen, outcome.clips(), outcome.mixed(), outcome.skipped());
    }

    /** Prints the number of clips and the recordings that were skipped. */
    public void print(PrintWriter o) {
        o.println(out + ": " + Units.count(outcome.clips(), "clip") + " of " + Units.count(events, "event")
                + ", and clips.csv"
                + (outcome.mixed() > 0 ? "; " + outcome.mixed() + " hold the mean of several channels" : ""));
        outcome.skipped().stream()
                .limit(SHOWN)
                .forEach(s -> o.println(
                        "  skipped " + s.recording() + " (" + Units.count(s.events(), "event") + "): " + s.reason()));
    }
}
