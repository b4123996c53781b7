package org.unmute.bench.detect;

import java.util.Arrays;
import org.unmute.models.frontend.Fft;

/** Power of a recording over time and frequency: Hann windows of 512 samples every 160. */
final class Spectrum {
    private static final int SIZE = 512;
    private static final int HOP = 160;
    private static final Fft FFT = new Fft(SIZE);
    private static final double[] WINDOW = new double[SIZE];

    static {
        Arrays.setAll(WINDOW, i -> 0.5 - 0.5 * Math.cos(2 * Math.PI * i / SIZE));
    }

    private final double[][] power;
    private final double rate;

    /** @param samples mono. Not modified. */
    Spectrum(float[] samples, int rate) {
        this.rate = rate;
        power = new double[samples.length / HOP][];
        for (int t = 0; t < power.length; t++) {
            power[t] = frame(samples, t * HOP + HOP / 2 - SIZE / 2);
        }
    }

    private static double[] frame(float[] x, int from) {
        double[] windowed = new double[SIZE];
        for (int i = 0; i < SIZE; i++) {
            windowed[i] = from + i >= 0 && from + i < x.length ? WINDOW[i] * x[from + i] : 0;
        }
        double[] re = new double[FFT.bins()];
        double[] im = new double[FFT.bins()];
        FFT.transform(windowed, re, im);
        double[] power = new double[FFT.bins()];
        Arrays.setAll(power, k -> re[k] * re[k] + im[k] * im[k]);
        return power;
    }

    private int frameAt(double seconds) {
        return Math.clamp(Math.round(seconds * rate / HOP), 0, power.length);
    }

    private int binAt(double hertz) {
        return Math.clamp(Math.round(hertz * SIZE / rate), 0, SIZE / 2 + 1);
    }

    /** Energy in a box of seconds and Hz, in arbitrary units. */
    double energy(double start, double end, double low, double high) {
        double sum = 0;
        for (int t = frameAt(start); t < frameAt(end); t++) {
            for (int k = binAt(low); k < binAt(high); k++) {
                sum += power[t][k];
            }
        }
        return sum;
    }

    /**
     * The frequencies that enclose the given share of the energy from start to end, with equal energy below and above.
     * The level of a bin in the quietest tenth of the recording counts as background and is subtracted.
     */
    double[] band(double start, double end, double share) {
        double[] own = new double[SIZE / 2 + 1];
        double total = 0;
        for (int k = 0; k < own.length; k++) {
            int bin = k;
            double background =
                    Arrays.stream(power).mapToDouble(p -> p[bin]).sorted().toArray()[power.length / 10];
            for (int t = frameAt(start); t < frameAt(end); t++) {
                own[k] += Math.max(0, power[t][k] - background);
            }
            total += own[k];
        }
        double[] edges = new double[2];
        double sum = 0;
        for (int k = 0; k < own.length; k++) {
            double before = sum;
            sum += own[k];
            if (before <= total * (1 - share) / 2) {
                edges[0] = k * rate / SIZE;
            }
            if (before < total * (1 + share) / 2) {
                edges[1] = (k + 1) * rate / SIZE;
            }
        }
        return edges;
    }
}
