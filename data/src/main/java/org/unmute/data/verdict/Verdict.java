package org.unmute.data.verdict;

import java.time.Instant;
import java.util.Objects;

/**
 * What a listener said about one event.
 *
 * @param event  the event, as it was listed
 * @param answer whether the class is there
 * @param other  the class that is there instead; empty unless the answer is {@link Answer#OTHER}
 * @param box    edges that the listener corrected; null if they were left as they were
 * @param draw   how the event was chosen
 * @param took   seconds from showing the event to the answer; NaN if unknown
 * @param time   when it was given
 */
public record Verdict(ReviewedEvent event, Answer answer, String other, Box box, Draw draw, double took, Instant time) {
    /**
     * Edges of a sound.
     *
     * @param start in seconds from the recording's start
     * @param end   in seconds, at least {@code start}
     * @param low   in Hz; NaN if unknown
     * @param high  in Hz; NaN if unknown
     */
    public record Box(double start, double end, double low, double high) {
        public Box {
            ReviewedEvent.requireOrder(start, end, low, high);
        }

        /**
         * Seconds that two stretches have in common if they are about the same sound, which is at least half of the
         * shorter of both; else 0.
         */
        public static double shared(double start, double end, double otherStart, double otherEnd) {
            double common = Math.min(end, otherEnd) - Math.max(start, otherStart);
            return common >= Math.min(end - start, otherEnd - otherStart) / 2 ? Math.max(0, common) : 0;
        }
    }

    /** @throws IllegalArgumentException if another class is missing, blank or given where none belongs */
    public Verdict {
        Objects.requireNonNull(event, "event");
        Objects.requireNonNull(draw, "draw");
        Objects.requireNonNull(time, "time");
        if ((answer == Answer.OTHER) == other.isBlank()) {
            throw new IllegalArgumentException(
                    "verdict: the answer 'other', and only this, needs the name of another class: answer "
                            + answer.word() + ", class '" + other + "'");
        }
        if (answer == Answer.OTHER && other.equals(event.label())) {
            throw new IllegalArgumentException(
                    "verdict: the other class is the one that was asked about, '" + other + "': answer yes");
        }
    }

    /** The edges that hold: the corrected ones, or else those of the event. */
    public Box edges() {
        return box != null ? box : new Box(event.start(), event.end(), event.low(), event.high());
    }
}
