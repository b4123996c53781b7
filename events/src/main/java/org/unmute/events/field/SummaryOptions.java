package org.unmute.events.field;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Set;

/**
 * What a summary counts.
 *
 * @param zone        of days and hours; null for the clocks of the recordings
 * @param hours       whether activity and effort are counted by hour rather than by day
 * @param days        length of an occasion of the histories, in days, at least 1
 * @param from        first day; null for the first with a recording
 * @param to          last day; null for the last with a recording
 * @param effortHours an occasion with less sound counts as not recorded; at least 0
 * @param classes     of the histories; empty for those with an event
 */
public record SummaryOptions(
        ZoneId zone, boolean hours, int days, LocalDate from, LocalDate to, double effortHours, Set<String> classes) {
    /** Days, the recordings' own clocks, occasions of a day. */
    public static final SummaryOptions DEFAULT = new SummaryOptions(null, false, 1, null, null, 0, Set.of());

    /** @throws IllegalArgumentException if a value is out of range */
    public SummaryOptions {
        classes = Set.copyOf(classes);
        if (days < 1) {
            throw new IllegalArgumentException("an occasion lasts at least a day, not " + days);
        }
        if (!(effortHours >= 0 && effortHours < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the minimum effort must be 0 hours or more, is " + effortHours);
        }
        if (from != null && to != null && to.isBefore(from)) {
            throw new IllegalArgumentException("the last day " + to + " is before the first, " + from);
        }
    }
}
