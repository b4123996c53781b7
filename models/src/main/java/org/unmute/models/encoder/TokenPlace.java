package org.unmute.models.encoder;

/**
 * The part of a recording that a token was made of: its patch. (Through attention a token also depends on the rest of
 * its window.) Times are those of the patch's frames; that a frame is longer than the hop is not counted.
 *
 * @param start seconds from the beginning of the recording
 * @param end seconds; beyond the end of the recording where a short window is padded
 * @param firstBand lowest band of the front end
 * @param lastBand highest band, inclusive
 * @param lowHz lower border in Hz
 * @param highHz upper border in Hz
 * @param fullBand whether it spans all bands
 */
public record TokenPlace(
        double start, double end, int firstBand, int lastBand, double lowHz, double highHz, boolean fullBand) {
    /** Whether the patch begins after the end of the recording: padding, not sound. */
    public boolean isPadding(double seconds) {
        return start >= seconds;
    }
}
