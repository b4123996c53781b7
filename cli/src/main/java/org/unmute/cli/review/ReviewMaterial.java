package org.unmute.cli.review;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.unmute.data.verdict.Draw;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.review.ReviewQueue;
import org.unmute.events.review.ReviewQueue.Choice;

/** What a review is about: events, the order in which they are asked, and their recordings. */
final class ReviewMaterial {
    private final String name;
    private final ReviewQueue queue;
    private final List<Choice> choices;
    private final ReviewedRecordings recordings;
    private final Goals goals;
    private final Training training;

    /**
     * What is wanted unless the page says otherwise.
     *
     * @param precision in (0, 1)
     * @param width     half width of its interval, in (0, 1)
     */
    public record Goals(double precision, double width) {}

    /**
     * What is known of how the events were found.
     *
     * @param hearing  highest frequency that reached the encoder, in Hz; NaN if unknown
     * @param examples clips of the classes
     */
    record Training(double hearing, TrainingExamples examples) {}

    /**
     * An event to ask about.
     *
     * @param draw how it was chosen
     * @param why  the same in words
     */
    record Asked(ReviewedEvent event, Draw draw, String why) {}

    /**
     * @param name    of what is reviewed, for people
     * @param choices the ways of choosing events that the page offers, the usual one first
     */
    ReviewMaterial(
            String name,
            ReviewQueue queue,
            List<Choice> choices,
            ReviewedRecordings recordings,
            Goals goals,
            Training training) {
        this.name = name;
        this.queue = queue;
        this.choices = List.copyOf(choices);
        this.recordings = recordings;
        this.goals = goals;
        this.training = training;
    }

    String name() {
        return name;
    }

    Training training() {
        return training;
    }

    Goals goals() {
        return goals;
    }

    ReviewQueue queue() {
        return queue;
    }

    List<Choice> choices() {
        return choices;
    }

    /** The classes that have events. */
    List<String> classes() {
        return queue.list().labels();
    }

    /**
     * The file of a recording.
     *
     * @throws IOException saying why its events cannot be shown, as it is missing or was changed
     */
    Path recording(String recording) throws IOException {
        return recordings.find(recording);
    }

    /**
     * The next event to ask. Without a class, that of the fewest verdicts has its turn.
     *
     * @param label the class; null for all
     * @param open  whether an event can be asked: it has no verdict and nobody is asked about it
     * @param log   the verdicts in force
     */
    Optional<Asked> next(Choice choice, String label, Predicate<ReviewedEvent> open, VerdictLog log) {
        return queue.next(choice, label, open, log).map(q -> new Asked(q.event(), q.draw(), why(choice, q.draw())));
    }

    private static String why(Choice choice, Draw draw) {
        return switch (choice) {
            case SAMPLE -> "Drawn at random, from part " + draw.stratum() + " by score (1 has the highest)";
            case UNLISTED -> "A random stretch without a listed event of this class";
            case DOUBTFUL -> "Right events end near its score, as far as verdicts tell";
            case LISTED -> "In the order of scores";
        };
    }
}
