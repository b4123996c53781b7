package org.unmute.models.frontend;

/** Window functions used with Kaldi's filter bank. Both are symmetric, so the first and the last sample are 0. */
public enum WindowFunction {
    /** {@code 0.5 - 0.5 cos(2 pi i / (n - 1))}. */
    HANNING,
    /** Kaldi's own window: {@link #HANNING} to the power 0.85. */
    POVEY;

    /** The values of a window of the given length, at least 2. */
    public double[] values(int length) {
        if (length < 2) {
            throw new IllegalArgumentException("window: the length must be at least 2: " + length);
        }
        double[] w = new double[length];
        for (int i = 0; i < length; i++) {
            double hanning = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / (length - 1));
            w[i] = this == POVEY ? Math.pow(hanning, 0.85) : hanning;
        }
        return w;
    }
}
