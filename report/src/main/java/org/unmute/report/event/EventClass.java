package org.unmute.report.event;

/**
 * A class of events.
 *
 * @param name      unique
 * @param threshold threshold that the scores of its events exceed; NaN if unknown
 * @param found     share of the clips with the class that are found, with an interval; empty if unknown
 * @param alarms    events per hour where the class is absent, with an interval; empty if unknown
 */
public record EventClass(String name, double threshold, String found, String alarms) {
    /** A class with unknown rates. */
    public EventClass(String name, double threshold) {
        this(name, threshold, "", "");
    }
}
