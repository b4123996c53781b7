package org.unmute.data.verdict;

import java.util.Objects;

/**
 * An event that a listener judges, as a table of events lists it; or a stretch without a listed event of the class.
 *
 * @param recording name of the recording in the list of events
 * @param start     in seconds from the recording's start, at least 0
 * @param end       in seconds, at least {@code start}
 * @param label     the class that is asked about, not blank
 * @param low       lower edge in Hz; NaN if unknown
 * @param high      upper edge in Hz; NaN if unknown
 * @param score     NaN if there is none
 * @param peak      moment of the highest score, in seconds; NaN if unknown
 */
public record ReviewedEvent(
        String recording, double start, double end, String label, double low, double high, double score, double peak) {
    /** @throws IllegalArgumentException if a name is blank or times or frequencies are not in order */
    public ReviewedEvent {
        Objects.requireNonNull(recording, "recording");
        if (recording.isBlank() || label.isBlank()) {
            throw new IllegalArgumentException("verdict: the recording or the label of an event is blank");
        }
        requireOrder(start, end, low, high);
    }

    static void requireOrder(double start, double end, double low, double high) {
        if (!(start >= 0 && end >= start && end < Double.POSITIVE_INFINITY) || low < 0 || low > high) {
            throw new IllegalArgumentException("verdict: times must be 0 <= start <= end and frequencies 0 <= low <="
                    + " high: " + start + " to " + end + " s, " + low + " to " + high + " Hz");
        }
    }

    /** What identifies an event in every list that has it: recording, times and class. */
    public record Key(String recording, double start, double end, String label) {}

    /** The key of this event. */
    public Key key() {
        return new Key(recording, start, end, label);
    }
}
