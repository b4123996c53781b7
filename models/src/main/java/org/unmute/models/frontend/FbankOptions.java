package org.unmute.models.frontend;

import java.util.Objects;

/**
 * Settings of {@link KaldiFbank}.
 *
 * @param sampleRate    in Hz
 * @param melBins       number of mel bands
 * @param window        window function of the frames
 * @param frameLengthMs frame length in milliseconds
 * @param frameShiftMs  distance between frames in milliseconds
 * @param lowFreq       lower edge of the first band in Hz
 * @param highFreq      upper edge of the last band in Hz; values of 0 or less are relative to half the sample rate
 * @param preemphasis   0 to 1, the fraction of the previous sample that is subtracted
 */
public record FbankOptions(
        int sampleRate,
        int melBins,
        WindowFunction window,
        double frameLengthMs,
        double frameShiftMs,
        double lowFreq,
        double highFreq,
        double preemphasis) {
    private static final int MAX_FRAME = 1 << 20;

    /**
     * Frames of 25 ms every 10 ms, bands from 20 Hz to half the sample rate, pre-emphasis 0.97: the settings of every
     * encoder here that uses this front end.
     */
    public static FbankOptions of(int sampleRate, int melBins, WindowFunction window) {
        return new FbankOptions(sampleRate, melBins, window, 25, 10, 20, 0, 0.97);
    }

    /** @throws IllegalArgumentException if a value is out of range */
    public FbankOptions {
        Objects.requireNonNull(window, "window");
        if (sampleRate <= 0 || melBins <= 0) {
            throw new IllegalArgumentException(
                    "fbank: sample rate and mel bins must be positive: " + sampleRate + " Hz, " + melBins + " bins");
        }
        double length = sampleRate * frameLengthMs * 0.001;
        double shift = sampleRate * frameShiftMs * 0.001;
        if (!(length >= 2 && length <= MAX_FRAME && shift >= 1 && shift <= MAX_FRAME)) {
            throw new IllegalArgumentException("fbank: frames of " + frameLengthMs + " ms every " + frameShiftMs
                    + " ms at " + sampleRate + " Hz are " + length + " samples every " + shift
                    + "; 2 and 1 to " + MAX_FRAME + " are possible");
        }
        double nyquist = sampleRate / 2.0;
        double high = highFreq > 0 ? highFreq : nyquist + highFreq;
        if (!(lowFreq >= 0 && lowFreq < high && high <= nyquist)) {
            throw new IllegalArgumentException(
                    "fbank: bands from " + lowFreq + " to " + high + " Hz do not lie within 0 to " + nyquist);
        }
        if (!(preemphasis >= 0 && preemphasis <= 1)) {
            throw new IllegalArgumentException("fbank: pre-emphasis must be 0 to 1: " + preemphasis);
        }
    }

    /** Samples of one frame. */
    public int frameLength() {
        return (int) (sampleRate * frameLengthMs * 0.001);
    }

    /** Samples from one frame to the next. */
    public int frameShift() {
        return (int) (sampleRate * frameShiftMs * 0.001);
    }

    /** Length of the transform: the frame length rounded up to a power of two. */
    public int fftSize() {
        return Math.max(4, Integer.highestOneBit(2 * frameLength() - 1));
    }

    /** Upper edge of the last band in Hz. */
    public double upperEdge() {
        return highFreq > 0 ? highFreq : sampleRate / 2.0 + highFreq;
    }
}
