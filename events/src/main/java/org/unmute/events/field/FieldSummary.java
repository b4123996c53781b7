package org.unmute.events.field;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/**
 * What a summary found, for people and pages.
 *
 * @param recordings  with a time, in the chosen days
 * @param hours       of sound in them
 * @param events      in them
 * @param undated     recordings whose time is not known; their events are in no table but that of the undated
 * @param farOff      recordings, with their days, whose clocks are wrong, since they are too far from most others;
 *                    their events are in no table but that of the undated
 * @param first       first day
 * @param last        last day
 * @param occasions   number of occasions of the histories
 * @param notRecorded cells of histories with events that are NA, since too little was recorded
 * @param problems    recordings about whose time or place something is odd
 * @param sites       by name
 * @param classes     with an event, most events first
 * @param hoursOfDay  hours of sound in each hour of the day, 24
 */
public record FieldSummary(
        long recordings,
        double hours,
        long events,
        int undated,
        Map<String, LocalDate> farOff,
        LocalDate first,
        LocalDate last,
        int occasions,
        long notRecorded,
        int problems,
        List<Site> sites,
        List<OfClass> classes,
        double[] hoursOfDay) {
    /**
     * A site.
     *
     * @param latitude  in degrees; NaN if unknown
     * @param longitude in degrees; NaN if unknown
     * @param hours     of sound by day from {@link #first}
     * @param events    by day
     */
    public record Site(String name, double latitude, double longitude, long recordings, double[] hours, long[] events) {
        /** Hours of sound on all days. */
        public double allHours() {
            double sum = 0;
            for (double h : hours) {
                sum += h;
            }
            return sum;
        }

        /** Events on all days. */
        public long allEvents() {
            long sum = 0;
            for (long e : events) {
                sum += e;
            }
            return sum;
        }
    }

    /**
     * A class.
     *
     * @param byHour events in each hour of the day, 24
     * @param bySite events by site and day; null for classes with many more events
     */
    public record OfClass(String name, long events, long[] byHour, long[][] bySite) {}
}
