package org.unmute.metrics.event;

import java.util.Objects;

/**
 * A sound of a class with its start and end time.
 *
 * @param file   the recording's name
 * @param onset  in seconds from the recording's start, finite, at least 0
 * @param offset in seconds, finite, at least {@code onset}
 * @param label  the class
 */
public record SoundEvent(String file, double onset, double offset, String label) {
    /** @throws IllegalArgumentException if a time is negative or not finite, or the event ends before it begins */
    public SoundEvent {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(label, "label");
        if (!(onset >= 0 && offset >= onset && offset < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("event " + label + " of " + file
                    + ": times must be finite with 0 <= onset <= offset: " + onset + " to " + offset);
        }
    }

    /** Length in seconds. */
    public double length() {
        return offset - onset;
    }

    /** Seconds that two events of one recording share. */
    double overlap(SoundEvent other) {
        return Math.max(0, Math.min(offset, other.offset) - Math.max(onset, other.onset));
    }

    /** Rounds to a microsecond before times are compared: 2.2 - 2.0 exceeds 0.2 in binary floating point. */
    static double rounded(double seconds) {
        return Math.rint(seconds * 1e6) / 1e6;
    }
}
