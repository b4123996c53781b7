package org.unmute.spark;

import java.io.Serializable;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.spark.table.DetectedEvent;
import org.unmute.spark.task.EmbeddedClip;

/** The events of a clip. For a damaged clip, these are the events before the damage. A bean for Spark. */
public final class ClipEvents extends ClipResult {
    private static final long serialVersionUID = 1L;

    private Event[] events = {};
    private String site;
    private Double latitude;
    private Double longitude;
    private String placeProblems;

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
        private String beginDatetime;
        private String endDatetime;

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
            beginDatetime = from.where().begin();
            endDatetime = from.where().end();
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

        /** Date and time of its beginning, ISO 8601 to the microsecond; empty if unknown. */
        public String getBeginDatetime() {
            return beginDatetime;
        }

        public void setBeginDatetime(String beginDatetime) {
            this.beginDatetime = beginDatetime;
        }

        /** Date and time of its end, likewise. */
        public String getEndDatetime() {
            return endDatetime;
        }

        public void setEndDatetime(String endDatetime) {
            this.endDatetime = endDatetime;
        }
    }

    /** For Spark's bean encoder. */
    public ClipEvents() {}

    ClipEvents(EmbeddedClip from) {
        super(from);
        events = from.events().stream().map(Event::new).toArray(Event[]::new);
        TimeAndPlace place = from.place();
        site = place.site();
        latitude = place.located() ? place.latitude() : null;
        longitude = place.located() ? place.longitude() : null;
        placeProblems = place.problems().isEmpty() ? null : String.join("; ", place.problems());
    }

    /** The events in the order in which they were decided: by onset within each class. */
    public Event[] getEvents() {
        return events;
    }

    public void setEvents(Event[] events) {
        this.events = events;
    }

    /** Name of the place; empty if unknown. */
    public String getSite() {
        return site;
    }

    public void setSite(String site) {
        this.site = site;
    }

    /** In degrees; null if unknown. */
    public Double getLatitude() {
        return latitude;
    }

    public void setLatitude(Double latitude) {
        this.latitude = latitude;
    }

    /** In degrees; null if unknown. */
    public Double getLongitude() {
        return longitude;
    }

    public void setLongitude(Double longitude) {
        this.longitude = longitude;
    }

    /** What is odd about time and place, in words; null if nothing is. */
    public String getPlaceProblems() {
        return placeProblems;
    }

    public void setPlaceProblems(String placeProblems) {
        this.placeProblems = placeProblems;
    }
}
