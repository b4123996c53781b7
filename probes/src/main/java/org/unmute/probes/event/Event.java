package org.unmute.probes.event;

import org.jspecify.annotations.Nullable;

/**
 * A detected event, in time and frequency.
 *
 * @param label  index of the class
 * @param onset  in seconds from the start of the file
 * @param offset in seconds
 * @param score  the max score of its frames
 * @param peak middle of the frame that has this score, in seconds
 * @param band the frequencies at which it was detected
 */
public record Event(
        int label,
        double onset,
        double offset,
        float score,
        double peak,
        @Nullable Band band) {}
