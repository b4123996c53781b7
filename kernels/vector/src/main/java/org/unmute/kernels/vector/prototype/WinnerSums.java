package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.SignedProducts.ones;
import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.Lanes;

/**
 * Sums over the row of a winner in the order that all backends use: {@value #LANES} partial sums, of which number l
 * adds entries l, l + 32, ... in order; then halves are added, l and l + 16, and so on. Vectors hold them side by side,
 * as many as are needed.
 */
final class WinnerSums {
    /** Partial sums, called {@code WINNER_LANES} on a device. */
    static final int LANES = 32;
    /** Squared norms in this range have neither underflowed nor overflowed. */
    private static final float MIN_SQUARE = 1e-24f;

    private static final float MAX_SQUARE = 1e30f;

    private WinnerSums() {}

    /** Whether the norm can be computed in float32; otherwise it needs float64. */
    static boolean isInRange(float square) {
        return square >= MIN_SQUARE && square <= MAX_SQUARE;
    }

    /** {@code Σ±x} */
    static float product(float[] x, int at, int n, long[] signs, int from) {
        FloatVector zero = Lanes.zero();
        FloatVector a = zero, b = zero, c = zero, d = zero, e = zero, f = zero, g = zero, h = zero;
        float[] y = x;
        int p = at;
        for (int i = 0; i < n; i += LANES, p += LANES) {
            if (n - i < LANES) {
                y = padded(x, p, n - i);
                p = 0;
            }
            long bits = signs[from + i / Long.SIZE] >>> i % Long.SIZE;
            a = load(y, p).fma(ones(bits), a);
            b = load(y, p + N).fma(ones(bits >>> N), b);
            if (N <= LANES / 4) {
                c = load(y, p + 2 * N).fma(ones(bits >>> 2 * N), c);
                d = load(y, p + 3 * N).fma(ones(bits >>> 3 * N), d);
            }
            if (N <= LANES / 8) {
                e = load(y, p + 4 * N).fma(ones(bits >>> 4 * N), e);
                f = load(y, p + 5 * N).fma(ones(bits >>> 5 * N), f);
                g = load(y, p + 6 * N).fma(ones(bits >>> 6 * N), g);
                h = load(y, p + 7 * N).fma(ones(bits >>> 7 * N), h);
            }
        }
        return N == LANES / 2
                ? sum(a, b)
                : N == LANES / 4
                        ? sum(a.add(c), b.add(d))
                        : sum(a.add(e).add(c.add(g)), b.add(f).add(d.add(h)));
    }

    /** {@code Σx²} */
    static float square(float[] x, int at, int n) {
        FloatVector zero = Lanes.zero();
        FloatVector a = zero, b = zero, c = zero, d = zero, e = zero, f = zero, g = zero, h = zero;
        float[] y = x;
        int p = at;
        for (int i = 0; i < n; i += LANES, p += LANES) {
            if (n - i < LANES) {
                y = padded(x, p, n - i);
                p = 0;
            }
            a = added(y, p, a);
            b = added(y, p + N, b);
            if (N <= LANES / 4) {
                c = added(y, p + 2 * N, c);
                d = added(y, p + 3 * N, d);
            }
            if (N <= LANES / 8) {
                e = added(y, p + 4 * N, e);
                f = added(y, p + 5 * N, f);
                g = added(y, p + 6 * N, g);
                h = added(y, p + 7 * N, h);
            }
        }
        return N == LANES / 2
                ? sum(a, b)
                : N == LANES / 4
                        ? sum(a.add(c), b.add(d))
                        : sum(a.add(e).add(c.add(g)), b.add(f).add(d.add(h)));
    }

    private static FloatVector added(float[] x, int at, FloatVector sum) {
        FloatVector v = load(x, at);
        return v.fma(v, sum);
    }

    /** Adds up the last partial sums, side by side in two vectors. */
    static float sum(FloatVector a, FloatVector b) {
        return Lanes.sum(a.add(b));
    }

    /** The last {@code n} elements of a row, padded with zeros. */
    static float[] padded(float[] x, int at, int n) {
        return Arrays.copyOf(Arrays.copyOfRange(x, at, at + n), LANES);
    }
}
