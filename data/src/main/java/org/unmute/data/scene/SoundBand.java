package org.unmute.data.scene;

import java.util.Arrays;
import org.unmute.models.frontend.Fft;

/**
 * The band of a sound: the frequencies between which its middle 90 % of energy lies, so that a twentieth of the energy
 * is below it and a twentieth above. Energy is summed over Hann windows of {@value #SIZE} samples, half a window apart;
 * borders are those of the transform's bins.
 *
 * @param low  in Hz
 * @param high in Hz, above {@code low}
 */
record SoundBand(double low, double high) {
    private static final int SIZE = 1024;
    private static final double OUTSIDE = 0.05;
    private static final Fft FFT = new Fft(SIZE);
    private static final double[] WINDOW = new double[SIZE];

    static {
        Arrays.setAll(WINDOW, i -> 0.5 - 0.5 * StrictMath.cos(Dsp.TWO_PI * i / SIZE));
    }

    /**
     * Measures a stretch of a recording by itself.
     *
     * @param x    samples, not all zero between {@code from} and {@code to}
     * @param rate in Hz
     */
    static SoundBand of(float[] x, int from, int to, int rate) {
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
        return new SoundBand(Math.max(0, first - 0.5) * bin, Math.min(SIZE / 2.0, Math.max(first, last) + 0.5) * bin);
    }
}
