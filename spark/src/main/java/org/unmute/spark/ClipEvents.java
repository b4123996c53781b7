package org.unmute.spark;

import java.io.Serializable;
import org.unmute.spark.table.DetectedEvent;
import org.unmute.spark.task.EmbeddedClip;

/** The events of a clip. For a damaged clip, these are the events before the damage. A bean for Spark. */
public final class ClipEvents extends ClipResult {
    private static final long serialVersionUID = 1L;

    private Event[] events = {};

    /** An event, with times from the start of the file. A bean for Spark. */
    public static final class Event implements Serializable {
        private static final long serialVersionUID = 1L;

        private String label;
        private double onset;
        private double offset;
        private double low;
        private double high;
        private double score;
        private double peak;

        /** For Spark's bean encoder. */
        public Event() {}

        Event(DetectedEvent from) {
            label = from.label();
            onset = from.onset();
            offset = from.offset();
            low = from.low();
            high = from.high();
            score = from.score();
            peak = from.peak();
        }

        /** Name of the event's class. */
        public String getLabel() {
            return label;
        }

        public void setLabel(String label) {
            this.label = label;
        }

        /** Where the event begins, in seconds. */
        public double getOnset() {
            return onset;
        }

        public void setOnset(double onset) {
            this.onset = onset;
        }

        /** Where the event ends, in seconds. */
        public double getOffset() {
            return offset;
        }

        public void setOffset(double offset) {
            this.offset = offset;
        }

        /** The lower end of the frequency range in which the event was found, in Hz. */
        public double getLow() {
            return low;
        }

        public void setLow(double low) {
            this.low = low;
        }

        /** The upper end of the frequency range in which the event was found, in Hz. */
        public double getHigh() {
            return high;
        }

        public void setHigh(double high) {
            this.high = high;
        }

        /** The max score of the event, calibrated if the probe has a calibration. */
        public double getScore() {
            return score;
        }

        public void setScore(double score) {
            this.score = score;
        }

        /** Where the score is highest, in seconds. */
        public double getPeak() {
            return peak;
        }

        public void setPeak(double peak) {
            this.peak = peak;
        }
    }

    /** For Spark's bean encoder. */
    public ClipEvents() {}

    ClipEvents(EmbeddedClip from) {
        super(from);
        events = from.events().stream().map(Event::new).toArray(Event[]::new);
    }

    /** The events in the order in which they were decided: by onset within each class. */
    public Event[] getEvents() {
        return events;
    }

    public void setEvents(Event[] events) {
        this.events = events;
    }
}
