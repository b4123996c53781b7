package org.unmute.cli.event;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.cli.console.CommandException;
import org.unmute.events.detection.DetectionRules;
import org.unmute.events.strong.EventSettings;
import org.unmute.events.strong.EventTable;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.Collar;
import org.unmute.options.ContextOptions;
import org.unmute.options.HelpTopic;
import org.unmute.options.InputPath;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of event metrics. */
@HelpTopic("Events")
public final class EventEvalOptions {
    @InputPath
    @Option(
            names = "--events",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "REF",
            description =
                    "Score events in time instead of clips. REF is a table with the events that were annotated: Raven,"
                            + " Audacity, DESED, sed_eval, BirdNET, CSV with start, end and label, or JSON lines; or a"
                            + " folder of such tables; what is not marked counts as absent. May be left out"
                            + " with --dataset, for a set with such labels.")
    private String reference;

    @InputPath
    @Option(
            names = "--durations",
            paramLabel = "TABLE",
            description = "Lengths of the recordings: columns filename and duration, in seconds. Recordings that only"
                    + " this table names count, too: they have no events.")
    private Path durations;

    @InputPath
    @Option(
            names = "--audio",
            paramLabel = "DIR",
            description = "Folder of the recordings, whose files tell their lengths.")
    private Path audio;

    @Option(
            names = "--rename",
            paramLabel = "OLD=NEW",
            description = "Another name for a label of REF or of the detections; may be repeated.")
    private Map<String, String> renamed = new LinkedHashMap<>();

    @Option(
            names = "--threshold",
            paramLabel = "X",
            description = "Scores above it are events; with --detections, detections with a higher score count"
                    + " (default: the thresholds learned with the probe, else 0.5; with --detections, all count).")
    private Double threshold;

    @Option(
            names = "--median",
            paramLabel = "SECONDS",
            description = "Window of the median filter over scores, 0 for none (default: as in"
                    + " 'detect', what the probe learned, else " + DetectionRules.MEDIAN_SECONDS
                    + "; 0 with --frame-scores).")
    private Double median;

    @Option(
            names = {"--merge-gap", "--max-gap"},
            paramLabel = "SECONDS",
            description = "Events of a class at most so far apart become one (default: "
                    + DetectionRules.MAX_GAP_SECONDS + "; 0 with --frame-scores).")
    private Double maxGap;

    @Option(
            names = "--min-duration",
            paramLabel = "SECONDS",
            description = "Shorter events are left out (default: " + DetectionRules.MIN_DURATION_SECONDS
                    + "; 0 with --frame-scores).")
    private Double minDuration;

    @Mixin
    private ContextOptions contexts;

    @Option(
            names = "--collar",
            paramLabel = "SECONDS",
            description = "What onsets and offsets may be off in event-based F1; offsets also by 20 %% of the event's"
                    + " length, if that is more (default: ${DEFAULT-VALUE}).")
    private double collar = Collar.DCASE.seconds();

    @Option(
            names = "--segment",
            paramLabel = "SECONDS",
            description = "Length of a segment of segment-based F1 (default: ${DEFAULT-VALUE}).")
    private double segment = EventSettings.DCASE.segmentSeconds();

    /** Whether events are scored. */
    public boolean given() {
        return reference != null;
    }

    /** Whether REF was omitted, in which case the data set's own events are the reference. */
    boolean ofDataset() {
        return reference.isEmpty();
    }

    /** The file or folder of the reference. */
    Path reference() {
        return Path.of(reference);
    }

    /** Reads a table and applies the requested renames to its labels. */
    EventTable table(Path source, String labelColumn) throws IOException {
        return EventTable.read(source, labelColumn).renamed(renamed);
    }

    /** Applies the requested renames to the labels of a table. */
    EventTable renamed(EventTable table) {
        return table.renamed(renamed);
    }

    /** The table of recording lengths; null if none was given. */
    Path durations() {
        return durations;
    }

    /** The folder of recordings; null if none was given. */
    Path audio() {
        return audio;
    }

    /** The threshold for all classes; null to use the learned ones. */
    Double threshold() {
        if (threshold != null && !Double.isFinite(threshold)) {
            throw CommandException.usage("--threshold must be a number, is " + threshold);
        }
        return threshold;
    }

    /**
     * How scores are processed into events.
     *
     * @param defaults used for options that were not given
     */
    PostProcessing postProcessing(PostProcessing defaults) {
        try {
            return new PostProcessing(
                    median == null ? defaults.medianSeconds() : median,
                    maxGap == null ? defaults.maxGap() : maxGap,
                    minDuration == null ? defaults.minDuration() : minDuration,
                    threshold == null ? defaults.drop() : 0);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage() + " (--median, --merge-gap, --min-duration)", e);
        }
    }

    /** How scores over time are computed. */
    ContextOptions contexts() {
        return contexts;
    }

    /** @throws CommandException if an option that needs a probe was given */
    void requireNoContexts() {
        if (contexts.given()) {
            throw CommandException.usage(
                    "--context and --stride say how a probe scores tokens: leave them out without --run");
        }
    }

    /** The criteria by which an event counts as found. */
    EventSettings settings() {
        try {
            Collar dcase = Collar.DCASE;
            return new EventSettings(
                    new Collar(collar, dcase.offsetShare(), dcase.rounded()),
                    segment,
                    EventSettings.DCASE.intersections());
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage() + " (--collar, --segment)", e);
        }
    }

    /** @throws CommandException if an option that needs scores over time was given */
    void requireNoPostProcessing() {
        if (median != null || maxGap != null || minDuration != null) {
            throw CommandException.usage(
                    "--median, --merge-gap and --min-duration make events of scores: leave them out with --detections");
        }
    }
}
