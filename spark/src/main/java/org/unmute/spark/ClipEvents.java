package org.unmute.spark;

import java.io.Serializable;
import org.unmute.spark.table.DetectedEvent;
import org.unmute.spark.task.EmbeddedClip;

/** The events of a clip; of one that is damaged, those before the damage. A bean for Spark. */
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

        /** For Spark. */
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

        /** Name of the class. */
        public String getLabel() {
            return label;
        }

        public void setLabel(String label) {
            this.label = label;
        }

        /** Where it begins, in seconds. */
        public double getOnset() {
            return onset;
        }

        public void setOnset(double onset) {
            this.onset = onset;
        }

        /** Where it ends, in seconds. */
        public double getOffset() {
            return offset;
        }

        public void setOffset(double offset) {
            this.offset = offset;
        }

        /** Of the frequencies at which it was found, in Hz. */
        public double getLow() {
            return low;
        }

        public void setLow(double low) {
            this.low = low;
        }

        /** Of the frequencies at which it was found, in Hz. */
        public double getHigh() {
            return high;
        }

        public void setHigh(double high) {
            this.high = high;
        }

        /** The max score, calibrated where the probe is. */
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

    /** For Spark. */
    public ClipEvents() {}

    ClipEvents(EmbeddedClip from) {
        super(from);
        events = from.events().stream().map(Event::new).toArray(Event[]::new);
    }

    /** The events in the order in which they were decided: for each class by onset. */
    public Event[] getEvents() {
        return events;
    }

    public void setEvents(Event[] events) {
        this.events = events;
    }
}
