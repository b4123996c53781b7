package org.unmute.report.event;

/**
 * A class of events.
 *
 * @param name      unique
 * @param threshold what scores of its events exceed; NaN if unknown
 * @param found     which share of the clips with the class is found, with an interval; empty if unknown
 * @param alarms    how many events an hour there are without the class, with an interval; empty if unknown
 */
public record EventClass(String name, double threshold, String found, String alarms) {
    /** A class of which no more is known. */
    public EventClass(String name, double threshold) {
        this(name, threshold, "", "");
    }
}
