package org.unmute.events.field;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;

/**
 * Consecutive stretches of days of equal length, the last of which may reach beyond the last day.
 *
 * @param first day of the first
 * @param last  last day that belongs to one
 * @param days  length of each, at least 1
 */
record Occasions(LocalDate first, LocalDate last, int days) {
    /** How many there are. */
    int count() {
        return Math.toIntExact(ChronoUnit.DAYS.between(first, last) / days + 1);
    }

    /** The occasion that a day belongs to. */
    int of(LocalDate day) {
        return (int) (ChronoUnit.DAYS.between(first, day) / days);
    }

    LocalDate begin(int occasion) {
        return first.plusDays((long) occasion * days);
    }

    /** The last day of an occasion. */
    LocalDate end(int occasion) {
        return begin(occasion).plusDays(days - 1L);
    }
}
