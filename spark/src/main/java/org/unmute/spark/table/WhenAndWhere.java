package org.unmute.spark.table;

import java.io.Serializable;
import org.unmute.audio.place.TimeAndPlace;

/**
 * When and where a stretch of a recording was recorded, as in the tables of {@code unmute detect}.
 *
 * @param begin date and time of its beginning, ISO 8601 to the microsecond; empty if unknown, null if this was not
 *     examined
 * @param end date and time of its end, likewise
 * @param site name of the place; empty if unknown, null if this was not examined
 * @param latitude in degrees; NaN if unknown
 * @param longitude in degrees; NaN if unknown
 */
public record WhenAndWhere(String begin, String end, String site, double latitude, double longitude)
        implements Serializable {
    /** Nobody looked: rows of earlier versions, and of jobs without events. */
    public static final WhenAndWhere NONE = new WhenAndWhere(null, null, null, Double.NaN, Double.NaN);

    /**
     * The columns of a stretch of a recording.
     *
     * @param recording when and where the recording's file begins
     * @param start where the stretch begins in the file, in seconds
     * @param end where it ends
     */
    public static WhenAndWhere of(TimeAndPlace recording, double start, double end) {
        return new WhenAndWhere(
                recording.iso(start),
                recording.iso(end),
                recording.site(),
                recording.latitude(),
                recording.longitude());
    }
}
