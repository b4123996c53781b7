package org.unmute.cli.review;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.unmute.cli.console.CommandException;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.review.ListedEvents;
import org.unmute.events.review.ReviewQueue;
import org.unmute.events.review.ReviewQueue.Choice;
import org.unmute.events.review.ReviewSummary;
import picocli.CommandLine.Option;

/** Options that state which events are reviewed, and how precise the events and the estimates should be. */
public final class SampleOptions {
    static final String OUT_OF_RANGE = "--sample, --doubtful and --stretch must be above 0, --unlisted 0 or more";

    @Option(names = "--floor", paramLabel = "X", description = "Only events with at least this score are listed.")
    private double floor = Double.NaN;

    @Option(
            names = "--sample",
            paramLabel = "N",
            defaultValue = "50",
            description = "Events of a class in the random sample (default: ${DEFAULT-VALUE}).")
    private int sample;

    @Option(
            names = "--unlisted",
            paramLabel = "N",
            defaultValue = "0",
            description = "Random stretches without an event of a class to listen to, which tell what was missed"
                    + " (default: ${DEFAULT-VALUE}).")
    private int unlisted;

    @Option(
            names = "--stretch",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Length of such a stretch (default: ${DEFAULT-VALUE}).")
    private double stretch;

    @Option(
            names = "--precision",
            paramLabel = "P",
            defaultValue = "0.9",
            description = "Wanted precision: the table says above which score it is shown (default: ${DEFAULT-VALUE}).")
    private double wanted;

    @Option(
            names = "--half-width",
            paramLabel = "W",
            defaultValue = "0.1",
            description = "Wanted half width of the intervals: the table says how many verdicts that takes"
                    + " (default: ${DEFAULT-VALUE}).")
    private double halfWidth;

    /**
     * Checks the values.
     *
     * @throws CommandException if one is out of its range
     */
    public void requireValid() {
        if (sample < 1 || unlisted < 0 || !(stretch > 0)) {
            throw CommandException.usage(OUT_OF_RANGE);
        }
        if (!(wanted > 0 && wanted < 1) || !(halfWidth > 0 && halfWidth < 1)) {
            throw CommandException.usage(
                    "--precision and --half-width must be above 0 and below 1: " + wanted + " and " + halfWidth);
        }
    }

    /**
     * The events to review.
     *
     * @throws CommandException if there are none
     * @throws IOException if they cannot be read
     */
    public ReviewQueue queue(Path source) throws IOException {
        ListedEvents list = events(source);
        if (list.events().isEmpty()) {
            throw CommandException.input("review: " + source + " lists no events"
                    + (Double.isNaN(floor) ? "" : " with a score of at least " + floor + ": choose a lower --floor"));
        }
        return new ReviewQueue(list, new ReviewQueue.Plan(sample, unlisted, stretch, Map.of()));
    }

    /** Events with at least the lowest score. */
    public ListedEvents events(Path source) throws IOException {
        return ListedEvents.read(source, floor);
    }

    /** Numbers of questions of a class, for a table of the sample. */
    Map<Choice, Integer> questions() {
        return Map.of(Choice.SAMPLE, sample, Choice.UNLISTED, unlisted);
    }

    /** What the verdicts say. */
    public ReviewTable table(ReviewQueue queue, VerdictLog log) {
        return new ReviewTable(queue, ReviewSummary.of(queue, log), wanted, halfWidth);
    }

    /** The precision that is wanted, in (0, 1). */
    double precision() {
        return wanted;
    }

    /** The half width of intervals that is wanted, in (0, 1). */
    double halfWidth() {
        return halfWidth;
    }
}
