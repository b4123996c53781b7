package org.unmute.events.field;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.unmute.audio.place.RecordedTime;

/**
 * An hour on a clock. When clocks go back an hour comes twice, with different offsets.
 *
 * @param begin  its beginning on the clock
 * @param offset from UTC; null if it is not known
 */
record ClockHour(LocalDateTime begin, ZoneOffset offset) implements Comparable<ClockHour> {
    static ClockHour of(RecordedTime time) {
        return new ClockHour(time.local().truncatedTo(ChronoUnit.HOURS), time.offset());
    }

    LocalDate date() {
        return begin.toLocalDate();
    }

    /** The hour of the day, 0 to 23. */
    int hour() {
        return begin.getHour();
    }

    /** ISO 8601, with the offset if it is known. */
    String iso() {
        return new RecordedTime(begin, offset, offset).isoSeconds();
    }

    /** By time on the clock; of two with the same time, by time that passes. */
    @Override
    public int compareTo(ClockHour other) {
        int order = begin.compareTo(other.begin);
        int own = offset == null ? 0 : offset.getTotalSeconds();
        int others = other.offset == null ? 0 : other.offset.getTotalSeconds();
        return order != 0 ? order : Integer.compare(others, own);
    }
}
