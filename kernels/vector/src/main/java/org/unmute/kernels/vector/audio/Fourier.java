package org.unmute.kernels.vector.audio;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;
import org.unmute.kernels.vector.runtime.Lanes;

/**
 * Power spectra of {@link #LANES} real frames at once, one per lane, in float64. No value crosses lanes, so the bits of
 * a frame do not depend on the vector width. Element i of all frames is at {@code [i LANES, (i + 1) LANES)}.
 *
 * <p>Two samples form a complex number, so the transform has half the frame's length. Its input is in bit-reversed
 * order; passes of radix 4 follow, after one of radix 2 if the length is not a power of 4. In that order the four
 * transforms that a radix-4 butterfly joins are those of the indices 0, 2, 1 and 3 modulo 4. A twiddle factor is loaded
 * once for all groups of a pass. 8 frames of 512 samples take 32 KiB, which the passes read and write four times.
 *
 * <p>No method takes or returns a vector, because vectors are boxed if a method is not inlined, which varies from run
 * to run.
 */
final class Fourier {
    static final VectorSpecies<Double> D = VectorSpecies.of(double.class, Lanes.SHAPE);
    /** Frames in a block. */
    static final int LANES = D.length();

    private final int half;
    private final int[] reversed;
    /** Cosine and sine of the angles 2π i / size. */
    private final double[] cos;

    private final double[] sin;

    /** A transform of frames of this length, a power of two and at least 4. */
    Fourier(int size) {
        half = size / 2;
        reversed = new int[half];
        cos = new double[size];
        sin = new double[size];
        int bits = Integer.numberOfTrailingZeros(half);
        for (int i = 0; i < half; i++) {
            reversed[i] = Integer.reverse(i) >>> Integer.SIZE - bits;
        }
        for (int i = 0; i < size; i++) {
            cos[i] = Math.cos(2 * Math.PI * i / size);
            sin[i] = Math.sin(2 * Math.PI * i / size);
        }
    }

    /** Half the length of a frame: the number of complex inputs. */
    int half() {
        return half;
    }

    /** Where the complex number made of samples {@code 2 i} and {@code 2 i + 1} is stored. */
    int place(int i) {
        return reversed[i];
    }

    /**
     * Computes power spectra.
     *
     * @param re even samples in the order of {@link #place}. Receives the power of bins 0 to half. Modified.
     * @param im odd samples in that order. Modified.
     */
    void power(double[] re, double[] im) {
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
        for (int i = 0; i < half * LANES; i += 2 * LANES) {
            DoubleVector a = DoubleVector.fromArray(D, re, i);
            DoubleVector b = DoubleVector.fromArray(D, re, i + LANES);
            a.add(b).intoArray(re, i);
            a.sub(b).intoArray(re, i + LANES);
            DoubleVector c = DoubleVector.fromArray(D, im, i);
            DoubleVector d = DoubleVector.fromArray(D, im, i + LANES);
            c.add(d).intoArray(im, i);
            c.sub(d).intoArray(im, i + LANES);
        }
    }

    /**
     * Butterfly k of every group of four transforms of length {@code span}; {@code turn} is the angle of its first
     * factor.
     */
    private void radix4(double[] re, double[] im, int span, int k, int turn) {
        DoubleVector c1 = DoubleVector.broadcast(D, cos[turn]);
        DoubleVector s1 = DoubleVector.broadcast(D, sin[turn]);
        DoubleVector c2 = DoubleVector.broadcast(D, cos[2 * turn]);
        DoubleVector s2 = DoubleVector.broadcast(D, sin[2 * turn]);
        DoubleVector c3 = DoubleVector.broadcast(D, cos[3 * turn]);
        DoubleVector s3 = DoubleVector.broadcast(D, sin[3 * turn]);
        int next = span * LANES;
        for (int i = k * LANES; i < half * LANES; i += 4 * next) {
            DoubleVector r = DoubleVector.fromArray(D, re, i + next);
            DoubleVector q = DoubleVector.fromArray(D, im, i + next);
            DoubleVector bRe = r.fma(c2, q.mul(s2));
            DoubleVector bIm = q.fma(c2, r.mul(s2).neg());
            r = DoubleVector.fromArray(D, re, i + 2 * next);
            q = DoubleVector.fromArray(D, im, i + 2 * next);
            DoubleVector cRe = r.fma(c1, q.mul(s1));
            DoubleVector cIm = q.fma(c1, r.mul(s1).neg());
            r = DoubleVector.fromArray(D, re, i + 3 * next);
            q = DoubleVector.fromArray(D, im, i + 3 * next);
            DoubleVector dRe = r.fma(c3, q.mul(s3));
            DoubleVector dIm = q.fma(c3, r.mul(s3).neg());
            r = DoubleVector.fromArray(D, re, i);
            q = DoubleVector.fromArray(D, im, i);
            DoubleVector sumRe = r.add(bRe);
            DoubleVector sumIm = q.add(bIm);
            DoubleVector differenceRe = r.sub(bRe);
            DoubleVector differenceIm = q.sub(bIm);
            DoubleVector oddRe = cRe.add(dRe);
            DoubleVector oddIm = cIm.add(dIm);
            sumRe.add(oddRe).intoArray(re, i);
            sumIm.add(oddIm).intoArray(im, i);
            sumRe.sub(oddRe).intoArray(re, i + 2 * next);
            sumIm.sub(oddIm).intoArray(im, i + 2 * next);
            // -i times the difference of the odd transforms.
            DoubleVector turnedRe = cIm.sub(dIm);
            DoubleVector turnedIm = dRe.sub(cRe);
            differenceRe.add(turnedRe).intoArray(re, i + next);
            differenceIm.add(turnedIm).intoArray(im, i + next);
            differenceRe.sub(turnedRe).intoArray(re, i + 3 * next);
            differenceIm.sub(turnedIm).intoArray(im, i + 3 * next);
        }
    }

    /**
     * From Z, the transform of even + i odd samples, to |X[k]|² of X[k] = E[k] + exp(-2 pi i k / size) O[k]; bin half
     * is last.
     */
    private void separate(double[] re, double[] im) {
        DoubleVector first = DoubleVector.fromArray(D, re, 0);
        DoubleVector second = DoubleVector.fromArray(D, im, 0);
        DoubleVector low = first.add(second);
        DoubleVector high = first.sub(second);
        low.mul(low).intoArray(re, 0);
        high.mul(high).intoArray(re, half * LANES);
        for (int k = 1; k <= half / 2; k++) {
            int i = k * LANES;
            int m = (half - k) * LANES;
            DoubleVector rk = DoubleVector.fromArray(D, re, i);
            DoubleVector rm = DoubleVector.fromArray(D, re, m);
            DoubleVector qk = DoubleVector.fromArray(D, im, i);
            DoubleVector qm = DoubleVector.fromArray(D, im, m);
            DoubleVector evenRe = rk.add(rm);
            DoubleVector evenIm = qk.sub(qm);
            DoubleVector oddRe = qk.add(qm);
            DoubleVector oddIm = rm.sub(rk);
            DoubleVector c = DoubleVector.broadcast(D, cos[k]);
            DoubleVector s = DoubleVector.broadcast(D, sin[k]);
            DoubleVector turnedRe = oddRe.fma(c, oddIm.mul(s));
            DoubleVector turnedIm = oddIm.fma(c, oddRe.mul(s).neg());
            // These are twice the values, so the squares are four times as large.
            DoubleVector x = evenRe.add(turnedRe);
            DoubleVector y = evenIm.add(turnedIm);
            x.fma(x, y.mul(y)).mul(0.25).intoArray(re, i);
            x = evenRe.sub(turnedRe);
            y = turnedIm.sub(evenIm);
            x.fma(x, y.mul(y)).mul(0.25).intoArray(re, m);
        }
    }
}
