package org.unmute.models.encoder;

/**
 * The part of a recording from which a token was made: its patch. (Through attention a token also depends on the rest
 * of its window.) Times are those of the patch's frames and do not account for frames being longer than the hop.
 *
 * @param start seconds from the beginning of the recording
 * @param end seconds; beyond the end of the recording if a short window is padded
 * @param firstBand lowest band of the front end
 * @param lastBand highest band, inclusive
 * @param lowHz lower border in Hz
 * @param highHz upper border in Hz
 * @param fullBand whether it spans all bands
 */
public record TokenPlace(
        double start, double end, int firstBand, int lastBand, double lowHz, double highHz, boolean fullBand) {
    /** Whether the patch begins after the end of the recording and is therefore padding. */
    public boolean isPadding(double seconds) {
        return start >= seconds;
    }
}
