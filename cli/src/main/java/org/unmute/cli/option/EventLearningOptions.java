package org.unmute.cli.option;

import java.nio.file.Path;
import org.unmute.cli.console.CommandException;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.models.encoder.RowTimes;
import org.unmute.options.ContextOptions;
import org.unmute.options.HelpTopic;
import org.unmute.options.InputPath;
import org.unmute.probes.decision.EventThresholdRule;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options for what a probe learns about events: thresholds at the length of the stretches that detection scores. */
@HelpTopic("Decisions")
public final class EventLearningOptions {
    private static final String NONE = "none";

    @Option(
            names = "--event-thresholds",
            paramLabel = "RULE",
            description = "What the thresholds of events are chosen for, on stretches as 'detect' scores them:"
                    + " alarms=N/h (the lowest of which is shown that a class has no more than N false alarms an hour),"
                    + " half (half of the events right, if that finds at least half as much as f1; else f1), f1,"
                    + " precision=X, recall=X, or none (default: alarms=1/h with --background, else half).")
    private String rule;

    @Option(
            names = "--events-per-hour",
            paramLabel = "R",
            description =
                    "Events of a class an hour where detection will be used: half, f1 and precision=X depend on it"
                            + " (default: the rate of the validation clips).")
    private Double eventsPerHour;

    @InputPath
    @Option(
            names = "--background",
            paramLabel = "PATH",
            description = "Recordings, or a token cache of such, in which none of the classes sounds. A part trains as"
                    + " absent, the hardest stretches first; the other part tells how many false alarms an hour there"
                    + " are.")
    private Path background;

    @Option(
            names = "--stretch",
            paramLabel = "SECONDS",
            description = "Train clips by stretches of this length, side by side, of which a clip has the max of the"
                    + " logits: as detection scores them. 0 trains clips as a whole (default: ${DEFAULT-VALUE}).")
    private double stretch;

    @Mixin
    private ContextOptions contexts;

    /**
     * What thresholds are chosen for; null for none.
     *
     * @throws CommandException if there is no such rule, or options contradict each other
     */
    public EventThresholdRule rule() {
        if (eventsPerHour != null && !(eventsPerHour > 0 && eventsPerHour < Double.POSITIVE_INFINITY)) {
            throw CommandException.usage("--events-per-hour must be above 0, is " + eventsPerHour);
        }
        if (rule == null) {
            return background == null ? EventThresholdRule.HALF_RIGHT : EventThresholdRule.ONE_ALARM;
        }
        if (rule.strip().equalsIgnoreCase(NONE)) {
            return null;
        }
        try {
            return EventThresholdRule.parse(rule);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("--event-thresholds: " + e.getMessage() + "; none for no thresholds", e);
        }
    }

    /** Events of a class an hour; NaN for the validation clips' own rate. */
    public double eventsPerHour() {
        return eventsPerHour == null ? Double.NaN : eventsPerHour;
    }

    /** Recordings without any of the classes, or a cache of them; null for none. */
    public Path background() {
        return background;
    }

    /**
     * Rows of the stretches to train with; 0 for clips as a whole.
     *
     * @param times of the encoder's rows; null if not known
     * @throws CommandException if the length is out of range or the times are not known
     */
    public int stretchRows(RowTimes times) {
        if (!(stretch >= 0 && stretch <= 600)) {
            throw CommandException.usage("--stretch must be 0 to 600 seconds, is " + stretch);
        }
        if (stretch > 0 && times == null) {
            throw CommandException.input("--stretch: the record of the cache does not tell when its token rows begin:"
                    + " embed the recordings again");
        }
        return stretch == 0 ? 0 : (int) Math.max(1, Math.round(stretch / times.rowSeconds()));
    }

    /** Whether each clip is trained as the maximum over its stretches. */
    public boolean trainsStretches() {
        return stretch > 0;
    }

    /** Refuses stretches, where rows are trained. */
    public void requireNoStretch() {
        if (stretch > 0) {
            throw CommandException.usage(
                    "--frames trains rows, --boxes tokens, --stretch clips by stretches: leave one of the two out");
        }
    }

    /** How scores over time are made. */
    public ContextSeconds context() {
        return contexts.seconds();
    }
}
