package org.unmute.events.detection;

import java.util.List;

/**
 * Describes how much of a recording, or of a part of one, was read.
 *
 * @param sampleRate  of the file, in Hz
 * @param fileSeconds length of the whole file: that of its content or, if it is damaged, the length stated in its
 *                    header
 * @param start       where the part begins in the file, in seconds; 0 for a whole file
 * @param seconds     seconds of sound that were read from there on
 * @param warnings    problems of the file that users should know, see {@link org.unmute.audio.AudioStream#warnings}
 * @param problem     why the recording was not read to its end, or null
 * @param usable      whether events were searched for; if not, {@code problem} says why
 */
public record ReadOutcome(
        int sampleRate,
        double fileSeconds,
        double start,
        double seconds,
        List<String> warnings,
        String problem,
        boolean usable) {
    /** Copies the list. */
    public ReadOutcome {
        warnings = List.copyOf(warnings);
    }
}
