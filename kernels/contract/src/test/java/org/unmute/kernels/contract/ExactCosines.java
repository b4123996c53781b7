package org.unmute.kernels.contract;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Cosines of the tokens of a clip with vectors of signs, compared in exact arithmetic. Float64 is used where its error
 * cannot matter; otherwise integers are, since a float32 is an integer times 2⁻¹⁴⁹.
 */
final class ExactCosines {
    /** How far the mantissas of finite numbers are shifted. */
    private static final int SHIFTS = 254;

    private final float[] tokens;
    private final int dim;
    private final int count;
    private final double[] norms;
    private final BigInteger[] squares;

    /**
     * Takes the tokens of a clip.
     *
     * @param tokens {@code [count, dim]}, finite. Not modified.
     */
    ExactCosines(float[] tokens, int dim) {
        this.tokens = tokens;
        this.dim = dim;
        count = tokens.length / dim;
        norms = new double[count];
        squares = new BigInteger[count];
        for (int n = 0; n < count; n++) {
            double square = 0;
            for (int d = 0; d < dim; d++) {
                square += (double) tokens[n * dim + d] * tokens[n * dim + d];
            }
            norms[n] = Math.sqrt(square);
        }
    }

    /** The cosine of a token in float64; 0 for a token of zeros. */
    double cosine(int n, boolean[] negative) {
        double dot = 0;
        for (int d = 0; d < dim; d++) {
            float v = tokens[n * dim + d];
            dot += negative[d] ? -v : v;
        }
        return norms[n] == 0 ? 0 : dot / (norms[n] * Math.sqrt(dim));
    }

    /** The first token with the max cosine. */
    int winner(boolean[] negative) {
        double[] cosines = new double[count];
        for (int n = 0; n < count; n++) {
            cosines[n] = cosine(n, negative);
        }
        double max = Arrays.stream(cosines).max().orElseThrow();
        // Sums of |x| are at most √dim times the norm; the norm itself adds the same error again.
        double error = 4 * (dim + 4) * 0x1p-53;
        int best = -1;
        for (int n = 0; n < count; n++) {
            if (cosines[n] >= max - error && (best < 0 || (!isSame(n, best) && order(n, best, negative) > 0))) {
                best = n;
            }
        }
        return best;
    }

    private boolean isSame(int n, int other) {
        return Arrays.equals(tokens, n * dim, (n + 1) * dim, tokens, other * dim, (other + 1) * dim);
    }

    /** Positive, 0 or negative if the cosine of the first token is above, equal to or below that of the other. */
    private int order(int n, int other, boolean[] negative) {
        BigInteger dot = dot(n, negative);
        BigInteger otherDot = dot(other, negative);
        if (dot.signum() != otherDot.signum() || dot.signum() == 0) {
            return Integer.compare(dot.signum(), otherDot.signum());
        }
        BigInteger left = dot.multiply(dot).multiply(square(other));
        return dot.signum() * left.compareTo(otherDot.multiply(otherDot).multiply(square(n)));
    }

    private BigInteger dot(int n, boolean[] negative) {
        long[] sums = new long[SHIFTS];
        for (int d = 0; d < dim; d++) {
            float v = tokens[n * dim + d];
            sums[shift(v)] += negative[d] ? -mantissa(v) : mantissa(v);
        }
        return shifted(sums, 1);
    }

    private BigInteger square(int n) {
        if (squares[n] == null) {
            long[] sums = new long[SHIFTS];
            for (int d = 0; d < dim; d++) {
                float v = tokens[n * dim + d];
                sums[shift(v)] += mantissa(v) * mantissa(v);
            }
            squares[n] = shifted(sums, 2);
        }
        return squares[n];
    }

    /** {@code Σ sums[s] 2^(factor s)}: numbers are first added within each power of two, where a long is exact. */
    private static BigInteger shifted(long[] sums, int factor) {
        BigInteger sum = BigInteger.ZERO;
        for (int s = 0; s < sums.length; s++) {
            if (sums[s] != 0) {
                sum = sum.add(BigInteger.valueOf(sums[s]).shiftLeft(factor * s));
            }
        }
        return sum;
    }

    /** A float32 times 2¹⁴⁹ is its mantissa times 2 to this power. */
    private static int shift(float v) {
        return Math.max((Float.floatToRawIntBits(v) >>> 23 & 0xff) - 1, 0);
    }

    private static long mantissa(float v) {
        int bits = Float.floatToRawIntBits(v);
        long magnitude = bits & 0x7fffff | ((bits >>> 23 & 0xff) > 0 ? 0x800000 : 0);
        return bits < 0 ? -magnitude : magnitude;
    }
}
