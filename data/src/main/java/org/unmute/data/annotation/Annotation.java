package org.unmute.data.annotation;

import java.util.Objects;

/**
 * A labelled stretch of a recording.
 *
 * @param file    the recording as named in the table; empty if the table belongs to one recording and does not name it
 * @param onset   in seconds from the recording's start, at least 0
 * @param offset  in seconds, at least {@code onset}; equal for a point
 * @param label   the class; may be empty
 * @param low     lower edge in Hz; NaN if unknown
 * @param high    upper edge in Hz; NaN if unknown
 * @param score   confidence; NaN if there is none
 * @param channel from 1
 */
public record Annotation(
        String file, double onset, double offset, String label, double low, double high, double score, int channel) {
    /** @throws IllegalArgumentException if times are not finite or not in order, or frequencies are not in order */
    public Annotation {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(label, "label");
        if (!(onset >= 0 && offset >= onset && offset < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "annotation: times must be 0 <= start <= end: " + onset + " to " + offset);
        }
        if (low < 0 || high < 0 || low > high || channel < 1) {
            throw new IllegalArgumentException("annotation: frequencies must be 0 <= low <= high and the channel at "
                    + "least 1: " + low + " to " + high + " Hz, channel " + channel);
        }
    }

    /** A label that applies to the whole recording, without times. */
    static Annotation whole(String file, String label) {
        return new Annotation(file, 0, Double.MAX_VALUE, label);
    }

    /** Whether the label applies to the whole recording. */
    boolean isWhole() {
        return onset == 0 && offset == Double.MAX_VALUE;
    }

    Annotation in(String recording) {
        return new Annotation(recording, onset, offset, label, low, high, score, channel);
    }

    /** An annotation without frequencies and score. */
    public Annotation(String file, double onset, double offset, String label) {
        this(file, onset, offset, label, Double.NaN, Double.NaN, Double.NaN, 1);
    }
}
