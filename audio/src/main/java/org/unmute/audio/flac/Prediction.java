package org.unmute.audio.flac;

/**
 * Reverses linear prediction (RFC 9639, sections 9.2.5 and 9.2.6): sample = residual + (sum of coefficients times
 * earlier samples, shifted right). Sums are 64-bit, which 32 products of a 33-bit sample and a 15-bit coefficient
 * cannot overflow. Damaged data may overflow, but the first sample that does not fit is reported whatever follows it.
 */
final class Prediction {
    /** Coefficients of the fixed predictors of order 0 to 4, starting with the one for the latest sample. */
    private static final int[][] FIXED = {{}, {1}, {2, -1}, {3, -3, 1}, {4, -6, 4, -1}};

    private Prediction() {}

    static int[] fixed(int order) {
        return FIXED[order];
    }

    /**
     * Replaces residuals by samples.
     *
     * @param x {@code [n]}: samples before index {@code order}, residuals from there on. Modified.
     * @param coefs {@code [order]}, at most 32, starting with the one for the latest sample
     * @return the bitwise OR of the magnitude bits of all samples, which is less than {@code 2^(bits-1)} if all fit
     */
    static long restore(int[] x, int n, int[] coefs, int shift) {
        int order = coefs.length;
        if (order == 0) {
            long seen = 0;
            for (int i = 0; i < n; i++) {
                seen |= x[i] ^ x[i] >> 31;
            }
            return seen;
        }
        int width = order <= 4 ? 4 : order <= 8 ? 8 : order <= 12 ? 12 : n;
        long seen = steps(x, order, Math.min(n, width), coefs, shift);
        if (n <= width) {
            return seen;
        }
        long[] padded = new long[width];
        for (int i = 0; i < order; i++) {
            padded[i] = coefs[i];
        }
        return seen
                | switch (width) {
                    case 4 -> restore4(x, n, padded, shift);
                    case 8 -> restore8(x, n, padded, shift);
                    default -> restore12(x, n, padded, shift);
                };
    }

    /** Restores samples for any order. */
    private static long steps(int[] x, int from, int to, int[] coefs, int shift) {
        long seen = 0;
        for (int i = from; i < to; i++) {
            long sum = 0;
            for (int j = 0; j < coefs.length; j++) {
                sum += (long) coefs[j] * x[i - 1 - j];
            }
            long value = x[i] + (sum >> shift);
            seen |= value ^ value >> 63;
            x[i] = (int) value;
        }
        return seen;
    }

    // Unrolled for each width, these take less than half the time of "steps". They start after "width" samples, and
    // coefficients beyond the order are 0.

    private static long restore4(int[] x, int n, long[] c, int shift) {
        long seen = 0;
        long c0 = c[0];
        long c1 = c[1];
        long c2 = c[2];
        long c3 = c[3];
        long x0 = x[3];
        long x1 = x[2];
        long x2 = x[1];
        long x3 = x[0];
        for (int i = 4; i < n; i++) {
            long value = x[i] + (c3 * x3 + c2 * x2 + c1 * x1 + c0 * x0 >> shift);
            seen |= value ^ value >> 63;
            x[i] = (int) value;
            x3 = x2;
            x2 = x1;
            x1 = x0;
            x0 = value;
        }
        return seen;
    }

    private static long restore8(int[] x, int n, long[] c, int shift) {
        long seen = 0;
        long c0 = c[0];
        long c1 = c[1];
        long c2 = c[2];
        long c3 = c[3];
        long c4 = c[4];
        long c5 = c[5];
        long c6 = c[6];
        long c7 = c[7];
        for (int i = 8; i < n; i++) {
            long far = c7 * x[i - 8] + c6 * x[i - 7] + c5 * x[i - 6] + c4 * x[i - 5];
            long near = c3 * x[i - 4] + c2 * x[i - 3] + c1 * x[i - 2] + c0 * x[i - 1];
            long value = x[i] + (far + near >> shift);
            seen |= value ^ value >> 63;
            x[i] = (int) value;
        }
        return seen;
    }

    private static long restore12(int[] x, int n, long[] c, int shift) {
        long seen = 0;
        long c0 = c[0];
        long c1 = c[1];
        long c2 = c[2];
        long c3 = c[3];
        long c4 = c[4];
        long c5 = c[5];
        long c6 = c[6];
        long c7 = c[7];
        for (int i = 12; i < n; i++) {
            long far = c[11] * x[i - 12] + c[10] * x[i - 11] + c[9] * x[i - 10] + c[8] * x[i - 9];
            long middle = c7 * x[i - 8] + c6 * x[i - 7] + c5 * x[i - 6] + c4 * x[i - 5];
            long near = c3 * x[i - 4] + c2 * x[i - 3] + c1 * x[i - 2] + c0 * x[i - 1];
            long value = x[i] + (far + middle + near >> shift);
            seen |= value ^ value >> 63;
            x[i] = (int) value;
        }
        return seen;
    }

    /**
     * As {@link #restore}, for samples of 33 bits.
     *
     * @param residuals {@code [n]}, read from index {@code order} on
     * @param x {@code [n]}: samples before index {@code order}. Modified.
     */
    static long restoreWide(int[] residuals, long[] x, int n, int[] coefs, int shift) {
        long seen = 0;
        for (int i = coefs.length; i < n; i++) {
            long sum = 0;
            for (int j = 0; j < coefs.length; j++) {
                sum += coefs[j] * x[i - 1 - j];
            }
            x[i] = residuals[i] + (sum >> shift);
            seen |= x[i] ^ x[i] >> 63;
        }
        return seen;
    }
}
