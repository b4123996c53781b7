package org.unmute.models.frontend;

/**
 * The discrete Fourier transform of real frames with a fixed power-of-two length, in float64. Pairs of real samples
 * form complex numbers, which are transformed at half the length and then separated. The input is permuted to
 * bit-reversed order; radix-4 passes follow, preceded by one radix-2 pass if half the length is not a power of 4. The
 * filter bank of the vector backend performs the same operations. Thread-safe: it holds tables only.
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
            throw new IllegalArgumentException("fft: the length must be a power of two, at least 4: " + size);
        }
        this.size = size;
        int half = size / 2;
        int bits = Integer.numberOfTrailingZeros(half);
        reversed = new int[half];
        cos = new double[size];
        sin = new double[size];
        for (int i = 0; i < half; i++) {
            reversed[i] = Integer.reverse(i) >>> 32 - bits;
        }
        for (int i = 0; i < size; i++) {
            cos[i] = Math.cos(2 * Math.PI * i / size);
            sin[i] = Math.sin(2 * Math.PI * i / size);
        }
    }

    /** Frame length. */
    public int size() {
        return size;
    }

    /** Number of frequencies of {@link #transform}: {@code size / 2 + 1}. */
    public int bins() {
        return size / 2 + 1;
    }

    /**
     * Transforms one frame: {@code X[k] = sum over n of x[n] exp(-2 pi i k n / size)} for k from 0 to size / 2.
     *
     * @param frame {@code [size]}; not modified
     * @param re    {@code [bins]}, receives the real parts
     * @param im    {@code [bins]}, receives the imaginary parts
     */
    public void transform(double[] frame, double[] re, double[] im) {
        if (frame.length != size || re.length < bins() || im.length < bins()) {
            throw new IllegalArgumentException("fft: a frame of " + size + " samples and " + bins()
                    + " bins are needed: got " + frame.length + ", " + re.length + ", " + im.length);
        }
        int half = size / 2;
        for (int i = 0; i < half; i++) {
            re[i] = frame[2 * reversed[i]];
            im[i] = frame[2 * reversed[i] + 1];
        }
        int span = 1;
        if (Integer.numberOfTrailingZeros(half) % 2 == 1) {
            radix2(re, im);
            span = 2;
        }
        for (; span < half; span *= 4) {
            int step = half / (2 * span);
            for (int k = 0; k < span; k++) {
                radix4(re, im, span, k, k * step);
            }
        }
        separate(re, im);
    }

    private void radix2(double[] re, double[] im) {
        for (int i = 0; i < size / 2; i += 2) {
            double r = re[i + 1];
            double q = im[i + 1];
            re[i + 1] = re[i] - r;
            im[i + 1] = im[i] - q;
            re[i] += r;
            im[i] += q;
        }
    }

    /**
     * Butterfly {@code k} of every group of four transforms of length {@code span}. In bit-reversed order these are the
     * transforms of the inputs 0, 2, 1 and 3 modulo 4. {@code turn} is the index of the first twiddle factor.
     */
    private void radix4(double[] re, double[] im, int span, int k, int turn) {
        double c1 = cos[turn];
        double s1 = sin[turn];
        double c2 = cos[2 * turn];
        double s2 = sin[2 * turn];
        double c3 = cos[3 * turn];
        double s3 = sin[3 * turn];
        for (int i = k; i < size / 2; i += 4 * span) {
            int b = i + span;
            int c = i + 2 * span;
            int d = i + 3 * span;
            double bRe = Math.fma(re[b], c2, im[b] * s2);
            double bIm = Math.fma(im[b], c2, -(re[b] * s2));
            double cRe = Math.fma(re[c], c1, im[c] * s1);
            double cIm = Math.fma(im[c], c1, -(re[c] * s1));
            double dRe = Math.fma(re[d], c3, im[d] * s3);
            double dIm = Math.fma(im[d], c3, -(re[d] * s3));
            double sumRe = re[i] + bRe;
            double sumIm = im[i] + bIm;
            double differenceRe = re[i] - bRe;
            double differenceIm = im[i] - bIm;
            double oddRe = cRe + dRe;
            double oddIm = cIm + dIm;
            re[i] = sumRe + oddRe;
            im[i] = sumIm + oddIm;
            re[c] = sumRe - oddRe;
            im[c] = sumIm - oddIm;
            // -i times the difference of the odd terms.
            double turnedRe = cIm - dIm;
            double turnedIm = dRe - cRe;
            re[b] = differenceRe + turnedRe;
            im[b] = differenceIm + turnedIm;
            re[d] = differenceRe - turnedRe;
            im[d] = differenceIm - turnedIm;
        }
    }

    /** Computes X[k] = E[k] + exp(-2 pi i k / size) O[k] from Z, the transform of even + i odd samples. */
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
            double turnedRe = Math.fma(oddRe, cos[k], oddIm * sin[k]);
            double turnedIm = Math.fma(oddIm, cos[k], -(oddRe * sin[k]));
            re[k] = evenRe + turnedRe;
            im[k] = evenIm + turnedIm;
            re[m] = evenRe - turnedRe;
            im[m] = turnedIm - evenIm;
        }
    }
}
