package org.unmute.tensor.op;

/**
 * A mel filter bank: framing, optional removal of each frame's mean, pre-emphasis, window, power spectrum, triangular
 * filters and optional logarithm. Compared by identity, so that a backend may cache tables for it. The arrays are not
 * copied and must not be modified.
 */
public final class FilterBank {
    private final Frames frames;
    private final double preemphasis;
    private final double[] window;
    private final int[] first;
    private final float[][] weights;
    private final double floor;

    /**
     * How samples are cut into frames.
     *
     * @param length samples per frame
     * @param shift samples from the start of one frame to the start of the next
     * @param size length of the Fourier transform, a power of two; frames are zero-padded to it
     * @param centred whether the mean of each frame is subtracted
     */
    public record Frames(int length, int shift, int size, boolean centred) {
        /** Checks the ranges. */
        public Frames {
            if (length < 1 || shift < 1 || size < Math.max(4, length) || Integer.bitCount(size) != 1) {
                throw new IllegalArgumentException(
                        "filter bank: frames of " + length + " samples every " + shift + " with a transform of " + size
                                + ": all must be positive, and the transform a power of two from 4 on that holds a"
                                + " frame");
            }
        }
    }

    /**
     * A filter bank.
     *
     * @param preemphasis fraction of the previous sample that is subtracted; the first sample is its own predecessor
     * @param window {@code [length]}
     * @param first first bin of each band
     * @param weights weights of each band, starting at its first bin
     * @param floor lower limit of the energies before the logarithm; NaN for no logarithm
     */
    public FilterBank(
            Frames frames, double preemphasis, double[] window, int[] first, float[][] weights, double floor) {
        if (window.length != frames.length || first.length != weights.length || first.length == 0) {
            throw new IllegalArgumentException("filter bank: a window of " + window.length + " numbers for frames of "
                    + frames.length + ", " + first.length + " first bins and weights of " + weights.length + " bands");
        }
        for (int b = 0; b < first.length; b++) {
            if (first[b] < 0 || first[b] + weights[b].length > frames.size / 2 + 1) {
                throw new IllegalArgumentException("filter bank: band " + b + " has bins " + first[b] + " to "
                        + (first[b] + weights[b].length - 1) + " of 0 to " + frames.size / 2);
            }
        }
        this.frames = frames;
        this.preemphasis = preemphasis;
        this.window = window;
        this.first = first;
        this.weights = weights;
        this.floor = floor;
    }

    /** How samples are cut into frames. */
    public Frames frames() {
        return frames;
    }

    /** Fraction of the previous sample that is subtracted. */
    public double preemphasis() {
        return preemphasis;
    }

    /** The window, {@code [length]}. */
    public double[] window() {
        return window;
    }

    /** Number of bands. */
    public int bands() {
        return first.length;
    }

    /** First bin of a band. */
    public int first(int band) {
        return first[band];
    }

    /** Weights of a band, starting at its first bin. */
    public float[] weights(int band) {
        return weights[band];
    }

    /** Whether logarithms are taken. */
    public boolean logarithm() {
        return !Double.isNaN(floor);
    }

    /** Lower limit of the energies before the logarithm. */
    public double floor() {
        return floor;
    }

    /** Number of whole frames in the given number of samples. */
    public long count(long samples) {
        return samples < frames.length ? 0 : 1 + (samples - frames.length) / frames.shift;
    }
}
