package org.unmute.events.detection;

import java.util.List;

/**
 * What was read of a recording, or of a part of one.
 *
 * @param sampleRate  of the file, in Hz
 * @param fileSeconds length of the whole file: what it holds, or of a damaged file what its header states
 * @param start       where the part begins in the file, in seconds; 0 for a whole file
 * @param seconds     how much sound from there on was read
 * @param warnings    what the reader should know about the file, see {@link
 *                    org.unmute.audio.AudioStream#warnings}
 * @param problem     why it was not read to its end, or null
 * @param usable      whether events were looked for; if not, {@code problem} says why
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
