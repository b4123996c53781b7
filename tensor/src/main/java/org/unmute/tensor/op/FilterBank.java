package org.unmute.tensor.op;

/**
 * How the energies of mel bands are made of samples: frames; of each its mean taken off (if asked), pre-emphasis,
 * window, power of the Fourier transform, sums under triangles, and, if asked, logarithms. Compared by identity, so
 * that a backend may keep tables for it. The arrays are not copied and must not be modified.
 */
public final class FilterBank {
    private final Frames frames;
    private final double preemphasis;
    private final double[] window;
    private final int[] first;
    private final float[][] weights;
    private final double floor;

    /**
     * How samples are cut.
     *
     * @param length samples of a frame
     * @param shift samples from one frame to the next
     * @param size length of the transform, a power of two; zeros follow the frame
     * @param centred whether each frame loses its mean
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
     * @param preemphasis how much of the sample before is taken off; the first sample counts as its own predecessor
     * @param window {@code [length]}
     * @param first of each band the first bin that counts
     * @param weights of each band the weights from that bin on
     * @param floor logarithms are of at least this; NaN for energies without logarithm
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

    /** How samples are cut. */
    public Frames frames() {
        return frames;
    }

    /** How much of the sample before is taken off. */
    public double preemphasis() {
        return preemphasis;
    }

    /** {@code [length]} */
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

    /** Weights of a band from its first bin on. */
    public float[] weights(int band) {
        return weights[band];
    }

    /** Whether logarithms are taken. */
    public boolean logarithm() {
        return !Double.isNaN(floor);
    }

    /** Logarithms are of at least this. */
    public double floor() {
        return floor;
    }

    /** How many whole frames so many samples have. */
    public long count(long samples) {
        return samples < frames.length ? 0 : 1 + (samples - frames.length) / frames.shift;
    }
}
