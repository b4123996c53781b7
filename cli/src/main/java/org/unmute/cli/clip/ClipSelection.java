package org.unmute.cli.clip;

import java.nio.file.Path;
import java.util.List;
import org.unmute.cli.console.CommandException;
import org.unmute.events.clips.ClipChoice;
import picocli.CommandLine.Option;

/** Options that choose events to cut, and how much sound goes with them. */
public final class ClipSelection {
    private static final double MOST_PADDING = 3600;

    @Option(
            names = "--padding",
            paramLabel = "SECONDS",
            description = "Sound before and after each event (default: ${DEFAULT-VALUE}).")
    private double padding = 0.5;

    @Option(
            names = "--per-class",
            paramLabel = "N",
            description = "At most N clips of each class; 0 for all (default: ${DEFAULT-VALUE}).")
    private int perClass;

    @Option(
            names = "--pick",
            paramLabel = "HOW",
            description = "Which ones: top (highest scores), random, or stratified (one at random from each of N equal"
                    + " parts in the order of scores) (default: ${DEFAULT-VALUE}).")
    private ClipChoice.Pick pick = ClipChoice.Pick.top;

    @Option(names = "--min-score", paramLabel = "X", description = "Leave events with a lower score out.")
    private double minScore = Double.NaN;

    /**
     * Checks the numbers.
     *
     * @throws CommandException if one is out of range
     */
    public void requireValid() {
        if (!(padding >= 0 && padding <= MOST_PADDING) || perClass < 0) {
            throw CommandException.usage(
                    "--padding must be 0 to 3600 seconds and --per-class at least 0: " + padding + " and " + perClass);
        }
    }

    /** Seconds before and after an event. */
    public double padding() {
        return padding;
    }

    /** The choice, with a seed for what is drawn. */
    public ClipChoice choice(long seed) {
        return new ClipChoice(perClass, minScore, pick, seed);
    }

    /** All that determines the clips. */
    public String settings(Path events, Path audio, long seed) {
        return List.of(events, audio, padding, perClass, pick, minScore, seed) + "";
    }
}
