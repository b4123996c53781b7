package org.unmute.spark;

import java.util.ArrayList;
import java.util.List;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.detection.DetectionRules;
import org.unmute.events.detection.RuleOptions;
import picocli.CommandLine.Option;

/** Options that say how scores over time become events, with the names that {@code unmute detect} has for them. */
final class EventArguments {
    @Option(
            names = "--threshold",
            paramLabel = "X|FILE",
            description = "What a score must exceed: a number from 0 to 1, or a CSV of the driver's machine with the"
                    + " columns class and threshold (default: the thresholds that the probe learned).")
    private String threshold;

    @Option(
            names = "--low",
            paramLabel = "X",
            description = "An event that exceeds the threshold once lasts while the score exceeds this: a number, or a"
                    + " share of each class's threshold such as 50%% (default: the threshold).")
    private String low;

    @Option(
            names = "--median",
            paramLabel = "SECONDS",
            description = "Window of the median filter on scores, in seconds or rows, such as 3rows; 0 for none"
                    + " (default: " + DetectionRules.MEDIAN_SECONDS + ").")
    private String median;

    @Option(
            names = {"--merge-gap", "--max-gap"},
            paramLabel = "SECONDS",
            description = "Events of a class at most so far apart become one (default: ${DEFAULT-VALUE}).")
    private double gap = DetectionRules.MAX_GAP_SECONDS;

    @Option(
            names = "--min-duration",
            paramLabel = "SECONDS",
            description = "Shorter events are left out (default: ${DEFAULT-VALUE}).")
    private double duration = DetectionRules.MIN_DURATION_SECONDS;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "At each moment, only the K classes with the highest scores may be active (default: all).")
    private Integer topK;

    @Option(
            names = "--classes",
            paramLabel = "NAMES|FILE",
            description = "Classes to look for: names separated by commas, or a file of the driver's machine with one a"
                    + " line; may be repeated (default: all).")
    private List<String> classes = new ArrayList<>();

    @Option(
            names = "--context",
            paramLabel = "SECONDS",
            description = "Length of the stretch around each moment that is scored as if it were a clip; 0 for a single"
                    + " row of the encoder.")
    private Double context;

    @Option(names = "--stride", paramLabel = "SECONDS", description = "From one stretch to the next.")
    private Double stride;

    RuleOptions rules() {
        return new RuleOptions(threshold, low, median, gap, duration, topK, classes);
    }

    ContextSeconds context() {
        return new ContextSeconds(context, stride);
    }
}
