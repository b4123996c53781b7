package org.unmute.models.encoder;

/**
 * What part of a recording a token stands for: the patch it was made of. (Through the encoder's attention a token knows
 * of the rest of its window, too.) Times are those of the patch's frames, half a frame's length not counted.
 *
 * @param start seconds from the beginning of the recording
 * @param end seconds; may lie behind the end of the recording, where a short window is padded
 * @param firstBand lowest band of the front end
 * @param lastBand highest band, itself included
 * @param lowHz lower border in Hz
 * @param highHz upper border in Hz
 * @param fullBand whether it spans all bands
 */
public record TokenPlace(
        double start, double end, int firstBand, int lastBand, double lowHz, double highHz, boolean fullBand) {
    /** Whether the patch begins where the recording has ended: padding, not sound. */
    public boolean isPadding(double seconds) {
        return start >= seconds;
    }
}
