package org.unmute.audio.place;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When and where a recording was made.
 *
 * @param begun     time of the file's first sample; null if it is not known
 * @param source    who says so; null if the time is not known
 * @param site      name of the place; empty if it is not known
 * @param latitude  in degrees, -90 to 90; NaN if it is not known
 * @param longitude in degrees, -180 to 180; NaN if it is not known
 * @param recorder  make and model of the recorder; may be empty
 * @param serial    its serial number; may be empty
 * @param problems  what users should know about all this, in words
 */
public record TimeAndPlace(
        @Nullable RecordedTime begun,
        StatedTime.@Nullable Source source,
        String site,
        double latitude,
        double longitude,
        String recorder,
        String serial,
        List<String> problems) {
    /** Nothing is known. */
    public static final TimeAndPlace UNKNOWN =
            new TimeAndPlace(null, null, "", Double.NaN, Double.NaN, "", "", List.of());

    /** Copies the list. */
    public TimeAndPlace {
        problems = List.copyOf(problems);
    }

    /** The time so many seconds after the first sample, in ISO 8601; empty if it is not known. */
    public String iso(double seconds) {
        return begun == null ? "" : begun.plus(seconds).iso();
    }

    /** Whether both coordinates are known. */
    public boolean located() {
        return !Double.isNaN(latitude) && !Double.isNaN(longitude);
    }
}
