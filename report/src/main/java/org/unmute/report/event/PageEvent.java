package org.unmute.report.event;

import org.unmute.probes.event.Band;

/**
 * An event of a recording.
 *
 * @param file   name of the recording, one of the page's {@link SoundFile}s
 * @param onset  in seconds from the start of the file
 * @param offset in seconds, not before the onset
 * @param label  name of the class, one of the page's {@link EventClass}es
 * @param score  finite
 * @param peak   when the score was reached, in seconds; a snippet that cannot show the whole event shows this moment
 * @param band   the frequencies at which it was found
 */
public record PageEvent(String file, double onset, double offset, String label, double score, double peak, Band band) {
    /** @throws IllegalArgumentException if the times are no stretch of a recording or the score is not finite */
    public PageEvent {
        if (!(onset >= 0 && offset >= onset && Double.isFinite(offset)) || !Double.isFinite(score)) {
            throw new IllegalArgumentException("event page: " + file + ": an event of class '" + label + "' from "
                    + onset + " to " + offset + " s with score " + score);
        }
    }

    /** An event whose peak is its middle. */
    public PageEvent(String file, double onset, double offset, String label, double score, Band band) {
        this(file, onset, offset, label, score, (onset + offset) / 2, band);
    }

    /** Seconds from onset to offset. */
    public double seconds() {
        return offset - onset;
    }
}
