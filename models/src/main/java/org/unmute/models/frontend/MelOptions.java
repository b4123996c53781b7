package org.unmute.models.frontend;

/**
 * Settings of {@link MelSpectrogram}.
 *
 * @param sampleRate in Hz
 * @param fftSize    length of the frame and the transform; a power of two from 4 to 2^20
 * @param windowLength length of the window, which is centred in the frame and padded with zeros; 2 to {@code fftSize}
 * @param hop        samples from one frame to the next
 * @param melBins    number of mel bands
 * @param lowFreq    lower edge of the first band in Hz
 * @param highFreq   upper edge of the last band in Hz
 */
public record MelOptions(
        int sampleRate, int fftSize, int windowLength, int hop, int melBins, double lowFreq, double highFreq) {
    /** Options with a window as long as the frame. */
    public MelOptions(int sampleRate, int fftSize, int hop, int melBins, double lowFreq, double highFreq) {
        this(sampleRate, fftSize, fftSize, hop, melBins, lowFreq, highFreq);
    }

    /** @throws IllegalArgumentException if a value is out of range */
    public MelOptions {
        if (sampleRate <= 0 || hop <= 0 || melBins <= 0) {
            throw new IllegalArgumentException("mel spectrogram: sample rate, hop and mel bins must be positive: "
                    + sampleRate + " Hz, " + hop + ", " + melBins);
        }
        if (fftSize < 4 || fftSize > 1 << 20 || Integer.bitCount(fftSize) != 1) {
            throw new IllegalArgumentException(
                    "mel spectrogram: the transform's length must be a power of two from 4 to 2^20: " + fftSize);
        }
        if (windowLength < 2 || windowLength > fftSize) {
            throw new IllegalArgumentException("mel spectrogram: the window's length must be 2 to the transform's "
                    + fftSize + ": " + windowLength);
        }
        if (!(lowFreq >= 0 && lowFreq < highFreq && highFreq <= sampleRate / 2.0)) {
            throw new IllegalArgumentException("mel spectrogram: bands from " + lowFreq + " to " + highFreq
                    + " Hz do not lie within 0 to " + sampleRate / 2.0);
        }
    }
}
