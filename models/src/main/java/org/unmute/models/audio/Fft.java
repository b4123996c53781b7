package org.unmute.models.audio;

/**
 * The discrete Fourier transform of real frames of one power-of-two length, in float64: two real samples are treated as
 * one complex one, transformed at half the length and separated again. Holds only tables, so several threads may share
 * one.
 */
public final class Fft {
    private final int size;
    private final int[] reversed;
    private final double[] cos;
    private final double[] sin;

    /**
     * @param size frame length
     * @throws IllegalArgumentException if it is not a power of two, or below 4
     */
    public Fft(int size) {
        if (size < 4 || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("fft: the length must be a power of two from 4 on: " + size);
        }
        this.size = size;
        int half = size / 2;
        int bits = Integer.numberOfTrailingZeros(half);
        reversed = new int[half];
        cos = new double[half];
        sin = new double[half];
        for (int i = 0; i < half; i++) {
            reversed[i] = Integer.reverse(i) >>> 32 - bits;
            cos[i] = Math.cos(2 * Math.PI * i / size);
            sin[i] = Math.sin(2 * Math.PI * i / size);
        }
    }

    /** Frame length. */
    public int size() {
        return size;
    }

    /** How many frequencies {@link #transform} gives: {@code size / 2 + 1}. */
    public int bins() {
        return size / 2 + 1;
    }

    /**
     * Transforms one frame: {@code X[k] = sum over n of x[n] exp(-2 pi i k n / size)} for k from 0 to size / 2.
     *
     * @param frame {@code [size]}; not modified
     * @param re    {@code [bins]}, takes the real parts
     * @param im    {@code [bins]}, takes the imaginary parts
     */
    public void transform(double[] frame, double[] re, double[] im) {
        if (frame.length != size || re.length < bins() || im.length < bins()) {
            throw new IllegalArgumentException("fft: a frame of " + size + " samples and " + bins()
                    + " bins are needed: got " + frame.length + ", " + re.length + ", " + im.length);
        }
        if (size >= 8) {
            fours(frame, re, im);
            butterflies(4, re, im);
        } else {
            for (int i = 0; i < 2; i++) {
                re[i] = frame[2 * i];
                im[i] = frame[2 * i + 1];
            }
            butterflies(1, re, im);
        }
        separate(re, im);
    }

    /** The transforms of four, from the frame in reversed order: their factors are 1 and -i, so nothing is multiplied. */
    private void fours(double[] frame, double[] re, double[] im) {
        for (int i = 0; i < size / 2; i += 4) {
            int a = 2 * reversed[i];
            int b = 2 * reversed[i + 1];
            int c = 2 * reversed[i + 2];
            int d = 2 * reversed[i + 3];
            double sumRe = frame[a] + frame[b];
            double sumIm = frame[a + 1] + frame[b + 1];
            double differenceRe = frame[a] - frame[b];
            double differenceIm = frame[a + 1] - frame[b + 1];
            double sum2Re = frame[c] + frame[d];
            double sum2Im = frame[c + 1] + frame[d + 1];
            double difference2Re = frame[c] - frame[d];
            double difference2Im = frame[c + 1] - frame[d + 1];
            re[i] = sumRe + sum2Re;
            im[i] = sumIm + sum2Im;
            re[i + 1] = differenceRe + difference2Im;
            im[i + 1] = differenceIm - difference2Re;
            re[i + 2] = sumRe - sum2Re;
            im[i + 2] = sumIm - sum2Im;
            re[i + 3] = differenceRe - difference2Im;
            im[i + 3] = differenceIm + difference2Re;
        }
    }

    /** The passes from transforms of {@code from} on. */
    private void butterflies(int from, double[] re, double[] im) {
        int half = size / 2;
        for (int span = from; span < half; span *= 2) {
            int step = half / span;
            for (int group = 0; group < half; group += 2 * span) {
                for (int i = 0; i < span; i++) {
                    double c = cos[i * step];
                    double s = sin[i * step];
                    int a = group + i;
                    int b = a + span;
                    double r = re[b] * c + im[b] * s;
                    double q = im[b] * c - re[b] * s;
                    re[b] = re[a] - r;
                    im[b] = im[a] - q;
                    re[a] += r;
                    im[a] += q;
                }
            }
        }
    }

    /** From Z, the transform of even + i odd samples, to X[k] = E[k] + exp(-2 pi i k / size) O[k]. */
    private void separate(double[] re, double[] im) {
        int half = size / 2;
        double first = re[0];
        double second = im[0];
        re[0] = first + second;
        im[0] = 0;
        re[half] = first - second;
        im[half] = 0;
        for (int k = 1; k <= half / 2; k++) {
            int m = half - k;
            double evenRe = (re[k] + re[m]) / 2;
            double evenIm = (im[k] - im[m]) / 2;
            double oddRe = (im[k] + im[m]) / 2;
            double oddIm = (re[m] - re[k]) / 2;
            double turnedRe = oddRe * cos[k] + oddIm * sin[k];
            double turnedIm = oddIm * cos[k] - oddRe * sin[k];
            re[k] = evenRe + turnedRe;
            im[k] = evenIm + turnedIm;
            re[m] = evenRe - turnedRe;
            im[m] = turnedIm - evenIm;
        }
    }
}
