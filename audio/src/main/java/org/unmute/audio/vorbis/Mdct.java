package org.unmute.audio.vorbis;

/**
 * The inverse modified discrete cosine transform of one block size: {@code y[i] = sum over k of x[k] cos(2 pi / n (i +
 * 1/2 + n/4) (k + 1/2))}, for n/2 inputs and n outputs. Computed by a DCT-IV of n/2 points, which uses an FFT of n/4
 * points.
 */
final class Mdct {
    private final int n;
    private final int points;
    private final float[] twistCos;
    private final float[] twistSin;
    private final float[] rootCos;
    private final float[] rootSin;
    private final int[] reversed;
    private final float[] re;
    private final float[] im;

    /** @param n a power of two, at least 16 */
    Mdct(int n) {
        this.n = n;
        points = n / 4;
        twistCos = new float[points];
        twistSin = new float[points];
        rootCos = new float[points / 2];
        rootSin = new float[points / 2];
        reversed = new int[points];
        re = new float[points];
        im = new float[points];
        int shift = 1 + Integer.numberOfLeadingZeros(points);
        for (int i = 0; i < points; i++) {
            double angle = -Math.PI * (8 * i + 1) / (4.0 * n);
            twistCos[i] = (float) Math.cos(angle);
            twistSin[i] = (float) Math.sin(angle);
            reversed[i] = Integer.reverse(i) >>> shift;
        }
        for (int i = 0; i < points / 2; i++) {
            double angle = -2 * Math.PI * i / points;
            rootCos[i] = (float) Math.cos(angle);
            rootSin[i] = (float) Math.sin(angle);
        }
    }

    /**
     * Transforms in place.
     *
     * @param x {@code [n]}: inputs in the first half, replaced by the outputs. Modified.
     */
    void inverse(float[] x) {
        int half = n / 2;
        for (int i = 0; i < points; i++) {
            float a = x[2 * i];
            float b = x[half - 1 - 2 * i];
            int to = reversed[i];
            re[to] = a * twistCos[i] - b * twistSin[i];
            im[to] = a * twistSin[i] + b * twistCos[i];
        }
        transform();
        // The result of the DCT-IV is written to the second half of x and unfolded from there.
        for (int i = 0; i < points; i++) {
            x[half + 2 * i] = re[i] * twistCos[i] - im[i] * twistSin[i];
            x[n - 1 - 2 * i] = -(re[i] * twistSin[i] + im[i] * twistCos[i]);
        }
        for (int i = 0; i < points; i++) {
            x[i] = x[half + points + i];
            x[half - 1 - i] = -x[i];
        }
        System.arraycopy(x, half, re, 0, points);
        for (int i = 0; i < points; i++) {
            x[half + i] = -re[points - 1 - i];
            x[half + points + i] = -re[i];
        }
    }

    /** Radix-2 decimation-in-time FFT on bit-reversed inputs. */
    private void transform() {
        for (int size = 2; size <= points; size *= 2) {
            int h = size / 2;
            int step = points / size;
            for (int block = 0; block < points; block += size) {
                for (int k = 0; k < h; k++) {
                    float c = rootCos[k * step];
                    float s = rootSin[k * step];
                    int a = block + k;
                    int b = a + h;
                    float r = re[b] * c - im[b] * s;
                    float i = re[b] * s + im[b] * c;
                    re[b] = re[a] - r;
                    im[b] = im[a] - i;
                    re[a] += r;
                    im[a] += i;
                }
            }
        }
    }
}
