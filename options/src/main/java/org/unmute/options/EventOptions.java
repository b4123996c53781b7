package org.unmute.options;

import java.util.ArrayList;
import java.util.List;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.detection.DetectionRules;
import org.unmute.events.detection.RuleOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that set how scores over time are computed and turned into events. */
@HelpTopic("Events")
public final class EventOptions {
    @Option(
            names = "--threshold",
            paramLabel = "X|FILE",
            description =
                    "What a score must exceed: a number from 0 to 1 for all classes, or a CSV with the columns class"
                            + " and threshold for some (default: the thresholds that the probe learned, 0.5 for other"
                            + " classes).")
    private String threshold;

    @Option(
            names = "--low",
            paramLabel = "X",
            description =
                    "Hysteresis: an event that exceeds the threshold once lasts while the score exceeds this lower one;"
                            + " a number, or a share of each class's threshold such as 50%% (default: the threshold).")
    private String low;

    @Option(
            names = "--median",
            paramLabel = "SECONDS",
            description = "Window of the median filter on scores: seconds, of which as many rows of the encoder as fit"
                    + " are taken, an odd number; or rows, such as 3rows; 0 for none (default:"
                    + " what the probe learned with its thresholds, else " + DetectionRules.MEDIAN_SECONDS
                    + "; for an encoder's own head what its authors take).")
    private String median;

    @Option(
            names = {"--merge-gap", "--max-gap"},
            paramLabel = "SECONDS",
            description = "Events of a class at most so far apart become one (default: "
                    + DetectionRules.MAX_GAP_SECONDS + "; 0 for an encoder's own head).")
    private Double gap;

    @Option(
            names = "--min-duration",
            paramLabel = "SECONDS",
            description = "Shorter events are left out (default: " + DetectionRules.MIN_DURATION_SECONDS
                    + "; 0 for an encoder's own head).")
    private Double duration;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "At each moment, only the K classes of the probe with the highest scores may be active"
                    + " (default: all).")
    private Integer topK;

    @Option(
            names = "--classes",
            paramLabel = "NAMES|FILE",
            description = "Classes to look for: names separated by commas, or a file with one a line; may be repeated"
                    + " (default: all).")
    private List<String> classes = new ArrayList<>();

    @Mixin
    private ContextOptions contexts;

    /** The rules as given by the options. */
    public RuleOptions rules() {
        return new RuleOptions(threshold, low, median, gap, duration, topK, classes);
    }

    /** How scores over time are computed. */
    public ContextSeconds context() {
        return contexts.seconds();
    }
}
