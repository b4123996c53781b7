package org.unmute.report.event;

import org.unmute.probes.event.Band;

/**
 * An event of a recording.
 *
 * @param file   name of the recording, one of the page's {@link SoundFile}s
 * @param onset  in seconds from the start of the file
 * @param offset in seconds, not before the onset
 * @param label  name of the class, one of the page's {@link EventClass}es
 * @param score  finite score; NaN for what a listener confirmed and the probe did not find
 * @param peak   time of the maximum score, in seconds; a snippet that cannot show the whole event shows this moment
 * @param band   the frequency band in which it was found
 * @param confirmed whether a listener confirmed it in an earlier review
 */
public record PageEvent(
        String file,
        double onset,
        double offset,
        String label,
        double score,
        double peak,
        Band band,
        boolean confirmed) {
    /** @throws IllegalArgumentException if the times are not a stretch of a recording or there is no score */
    public PageEvent {
        boolean scored = Double.isFinite(score) || confirmed && Double.isNaN(score);
        if (!(onset >= 0 && offset >= onset && Double.isFinite(offset)) || !scored) {
            throw new IllegalArgumentException("event page: " + file + ": an event of class '" + label + "' from "
                    + onset + " to " + offset + " s with score " + score);
        }
    }

    /** An event that nobody confirmed. */
    public PageEvent(String file, double onset, double offset, String label, double score, double peak, Band band) {
        this(file, onset, offset, label, score, peak, band, false);
    }

    /** An event with its peak in the middle. */
    public PageEvent(String file, double onset, double offset, String label, double score, Band band) {
        this(file, onset, offset, label, score, (onset + offset) / 2, band);
    }

    /** Length in seconds. */
    public double seconds() {
        return offset - onset;
    }
}
