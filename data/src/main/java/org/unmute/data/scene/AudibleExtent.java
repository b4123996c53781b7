package org.unmute.data.scene;

import java.util.Arrays;
import org.unmute.models.frontend.Fft;

/**
 * A stretch of a recording.
 *
 * @param from its first sample
 * @param to the sample after its last
 */
record AudibleExtent(int from, int to) {
    /**
     * Samples below this fraction of the peak (-60 dB) at the ends of a recording are padding, not part of the event.
     */
    private static final float SILENCE = 1e-3f;

    private static final int SIZE = 1024;
    private static final double OUTSIDE = 0.05;
    private static final Fft FFT = new Fft(SIZE);
    private static final double[] WINDOW = new double[SIZE];

    static {
        Arrays.setAll(WINDOW, i -> 0.5 - 0.5 * StrictMath.cos(Dsp.TWO_PI * i / SIZE));
    }

    /** The level below which samples of a recording are silent; 0 if the recording is all zeros. */
    static float silence(float[] x) {
        float peak = 0;
        for (float v : x) {
            peak = Math.max(peak, Math.abs(v));
        }
        return SILENCE * peak;
    }

    /** The stretch without the samples below this level at both ends; the whole stretch if all samples are below it. */
    AudibleExtent audible(float[] x, float level) {
        int first = from;
        while (first < to && Math.abs(x[first]) < level) {
            first++;
        }
        if (first == to) {
            return this;
        }
        int last = to;
        while (Math.abs(x[last - 1]) < level) {
            last--;
        }
        return new AudibleExtent(first, last);
    }

    /**
     * A band of frequencies.
     *
     * @param low  in Hz
     * @param high in Hz, above {@code low}
     */
    record Band(double low, double high) {}

    /**
     * The band of the stretch by itself: the frequencies between which its middle 90 % of energy lies, so that a
     * twentieth of the energy is below it and a twentieth above. Energy is summed over Hann windows of {@value #SIZE}
     * samples, half a window apart; borders are those of the transform's bins.
     *
     * @param x    samples of the recording, not all zero in the stretch
     * @param rate in Hz
     */
    Band band(float[] x, int rate) {
        double[] energy = new double[FFT.bins()];
        double[] frame = new double[SIZE];
        double[] re = new double[FFT.bins()];
        double[] im = new double[FFT.bins()];
        for (int start = from - SIZE / 2; start < to; start += SIZE / 2) {
            for (int i = 0; i < SIZE; i++) {
                int at = start + i;
                frame[i] = at >= from && at < to ? WINDOW[i] * x[at] : 0;
            }
            FFT.transform(frame, re, im);
            for (int k = 0; k < energy.length; k++) {
                energy[k] += re[k] * re[k] + im[k] * im[k];
            }
        }
        double outside = OUTSIDE * Arrays.stream(energy).sum();
        int first = 0;
        for (double below = energy[0]; below < outside; below += energy[first]) {
            first++;
        }
        int last = energy.length - 1;
        for (double above = energy[last]; above < outside; above += energy[last]) {
            last--;
        }
        double bin = (double) rate / SIZE;
        return new Band(Math.max(0, first - 0.5) * bin, Math.min(SIZE / 2.0, Math.max(first, last) + 0.5) * bin);
    }
}
