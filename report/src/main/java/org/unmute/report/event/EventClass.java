package org.unmute.report.event;

import org.unmute.probes.truth.TrainingBoxes;

/**
 * A class of events.
 *
 * @param name      unique
 * @param threshold threshold that the scores of its events exceed; NaN if unknown
 * @param found     share of the clips with the class that are found, with an interval; empty if unknown
 * @param alarms    events per hour where the class is absent, with an interval; empty if unknown
 * @param taught    the boxes that taught the class; {@link TrainingBoxes.OfClass#NONE} if there were none
 */
public record EventClass(String name, double threshold, String found, String alarms, TrainingBoxes.OfClass taught) {
    /** A class with unknown rates. */
    public EventClass(String name, double threshold) {
        this(name, threshold, "", "");
    }

    /** A class that was not taught by boxes. */
    public EventClass(String name, double threshold, String found, String alarms) {
        this(name, threshold, found, alarms, TrainingBoxes.OfClass.NONE);
    }

    /** The same class, taught by boxes. */
    public EventClass taughtBy(TrainingBoxes.OfClass boxes) {
        return new EventClass(name, threshold, found, alarms, boxes);
    }
}
