package org.unmute.events.search;

import java.util.Locale;

/**
 * An example of what to find: a recording, a stretch of it or a box in time and frequency.
 *
 * @param recording its id in the cache, or the path of an audio file
 * @param start in seconds from its start
 * @param end in seconds; infinity for its end
 * @param low lower edge in Hz, 0 if there is none
 * @param high upper edge in Hz; infinity if there is none
 */
public record Example(String recording, double start, double end, double low, double high) {
    /** @throws IllegalArgumentException if times or frequencies are not a range */
    public Example {
        if (!(start >= 0 && end > start && low >= 0 && high > low)) {
            throw new IllegalArgumentException("example " + recording + ": from " + start + " to " + end + " s, from "
                    + low + " to " + high + " Hz: the end must be after the start, the upper edge above the lower");
        }
    }

    /** A whole recording. */
    public Example(String recording) {
        this(recording, 0, Double.POSITIVE_INFINITY, 0, Double.POSITIVE_INFINITY);
    }

    /** Whether it is the whole recording. */
    public boolean isWhole() {
        return start == 0 && end == Double.POSITIVE_INFINITY;
    }

    /** Whether it has a band. */
    public boolean isBox() {
        return low > 0 || high < Double.POSITIVE_INFINITY;
    }

    /** Whether it has time in common with a stretch of the same recording. */
    boolean overlaps(String other, double from, double to) {
        return recording.equals(other) && from < end && to > start;
    }

    /** As on the command line. */
    @Override
    public String toString() {
        String time = isWhole() ? "" : "@" + number(start) + "-" + number(end);
        return recording + time + (isBox() ? "@" + number(low) + "-" + number(high) : "");
    }

    private static String number(double value) {
        return value == Double.POSITIVE_INFINITY
                ? ""
                : String.format(Locale.ROOT, "%.3f", value).replaceAll("\\.?0+$", "");
    }
}
