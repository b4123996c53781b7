package org.unmute.models.frontend;

import org.unmute.tensor.op.FilterBank;

/**
 * Overlapping triangles over the bins of a spectrum, one per mel band; only the bins under each triangle are stored.
 * The weights are computed in float32, in the original's order: a mel value near 2840 has a rounding error of 2^-13,
 * which shifts weights by up to 1e-5, and the encoders were trained with these shifts.
 */
public final class MelFilterBank {
    private final int[] first;
    private final double[][] weights;

    /** The height of one band's triangle at one bin; negative or zero outside. */
    private interface Triangle {
        float at(int band, int bin);
    }

    private MelFilterBank(int bands, int bins, Triangle triangle) {
        first = new int[bands];
        weights = new double[bands][];
        for (int b = 0; b < bands; b++) {
            int from = 0;
            while (from < bins && triangle.at(b, from) <= 0) {
                from++;
            }
            int to = from;
            while (to < bins && triangle.at(b, to) > 0) {
                to++;
            }
            first[b] = from;
            weights[b] = new double[to - from];
            for (int k = from; k < to; k++) {
                weights[b][k - from] = triangle.at(b, k);
            }
        }
    }

    /**
     * Kaldi's bands: edges equally spaced in mel = 1127 ln(1 + f / 700), triangles linear in mel. The bin at half the
     * sample rate belongs to no band.
     *
     * @param bands    number of bands
     * @param fftSize  length of the transform; bins are k * sampleRate / fftSize
     * @param lowFreq  lower edge of the first band in Hz
     * @param highFreq upper edge of the last band in Hz
     */
    static MelFilterBank kaldi(int bands, int fftSize, int sampleRate, double lowFreq, double highFreq) {
        float low = (float) kaldiMel(lowFreq);
        float step = (float) ((kaldiMel(highFreq) - kaldiMel(lowFreq)) / (bands + 1));
        float spacing = (float) ((double) sampleRate / fftSize);
        float[] mel = new float[fftSize / 2];
        for (int k = 0; k < mel.length; k++) {
            mel[k] = 1127 * (float) Math.log(1 + spacing * k / 700);
        }
        return new MelFilterBank(bands, mel.length, (band, bin) -> {
            float left = low + band * step;
            float centre = low + (band + 1) * step;
            float right = low + (band + 2) * step;
            return Math.min((mel[bin] - left) / (centre - left), (right - mel[bin]) / (right - centre));
        });
    }

    private static double kaldiMel(double hertz) {
        return 1127 * Math.log(1 + hertz / 700);
    }

    /**
     * HTK's bands as torchaudio builds them: edges equally spaced in mel = 2595 log10(1 + f / 700), triangles linear
     * in Hz, height 1.
     *
     * @param bands    number of bands
     * @param fftSize  length of the transform; bins are k * sampleRate / fftSize, up to half the sample rate
     * @param lowFreq  lower edge of the first band in Hz
     * @param highFreq upper edge of the last band in Hz
     */
    static MelFilterBank htk(int bands, int fftSize, int sampleRate, double lowFreq, double highFreq) {
        float low = (float) htkMel(lowFreq);
        float high = (float) htkMel(highFreq);
        float step = (high - low) / (bands + 1);
        float[] edges = new float[bands + 2];
        for (int i = 0; i < edges.length; i++) {
            // From both ends to the middle, so that the last edge is exact as well.
            float mel = i < edges.length / 2 ? Math.fma(step, i, low) : Math.fma(-step, edges.length - 1 - i, high);
            edges[i] = 700 * ((float) Math.pow(10, mel / 2595) - 1);
        }
        float spacing = (float) ((double) sampleRate / fftSize);
        return new MelFilterBank(bands, fftSize / 2 + 1, (band, bin) -> {
            float up = (spacing * bin - edges[band]) / (edges[band + 1] - edges[band]);
            float down = (edges[band + 2] - spacing * bin) / (edges[band + 2] - edges[band + 1]);
            return Math.min(up, down);
        });
    }

    /**
     * Slaney's bands as librosa builds them: edges equally spaced in a mel scale that is linear below 1 kHz and
     * logarithmic above, triangles linear in Hz, each of area 1.
     *
     * @param bands    number of bands
     * @param fftSize  length of the transform; bins are k * sampleRate / fftSize, up to half the sample rate
     * @param lowFreq  lower edge of the first band in Hz
     * @param highFreq upper edge of the last band in Hz
     */
    static MelFilterBank slaney(int bands, int fftSize, int sampleRate, double lowFreq, double highFreq) {
        double low = MelScale.SLANEY.mel(lowFreq);
        double step = (MelScale.SLANEY.mel(highFreq) - low) / (bands + 1);
        double[] edges = new double[bands + 2];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = MelScale.SLANEY.hertz(low + i * step);
        }
        double spacing = (double) sampleRate / fftSize;
        return new MelFilterBank(bands, fftSize / 2 + 1, (band, bin) -> {
            double up = (spacing * bin - edges[band]) / (edges[band + 1] - edges[band]);
            double down = (edges[band + 2] - spacing * bin) / (edges[band + 2] - edges[band + 1]);
            return (float) (Math.min(up, down) * 2 / (edges[band + 2] - edges[band]));
        });
    }

    private static double htkMel(double hertz) {
        return 2595 * Math.log10(1 + hertz / 700);
    }

    /** Everything from samples to the energies of these bands. */
    FilterBank of(FilterBank.Frames frames, double preemphasis, double[] window, double floor) {
        float[][] narrow = new float[weights.length][];
        for (int b = 0; b < narrow.length; b++) {
            narrow[b] = new float[weights[b].length];
            for (int i = 0; i < narrow[b].length; i++) {
                narrow[b][i] = (float) weights[b][i];
            }
        }
        return new FilterBank(frames, preemphasis, window, first, narrow, floor);
    }

    /** A band's weighted sum over a power spectrum. */
    double energy(int band, double[] power) {
        double[] w = weights[band];
        int from = first[band];
        double sum = 0;
        for (int i = 0; i < w.length; i++) {
            sum = Math.fma(power[from + i], w[i], sum);
        }
        return sum;
    }

    /** The weight of a bin in a band. */
    float weight(int band, int bin) {
        int i = bin - first[band];
        return i >= 0 && i < weights[band].length ? (float) weights[band][i] : 0;
    }
}
