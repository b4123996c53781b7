package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.N;
import static org.unmute.kernels.vector.Lanes.load;
import static org.unmute.kernels.vector.WinnerSums.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * The cosine of a winner with its prototype's signs, with twice the digits of a float until it is rounded at the end, in the very steps of
 * {@code prototype_values} on a device. A sum has a high and a low part; what an addition to the high one loses goes to the low one. Partial
 * sums are {@link WinnerSums}'s.
 *
 * <p>Holds working memory: for one thread.
 */
final class WinnerCosine {
    private final float[] high = new float[LANES];
    private final float[] low = new float[LANES];

    /**
     * The norm of a row, and what it lacks.
     *
     * @param norm where it goes, at {@code to}; NaN if float32 is not enough for its square. Modified.
     */
    void norm(float[] x, int at, int n, float[] norm, float[] rest, int to) {
        for (int g = 0; g < LANES; g += N) {
            FloatVector h = Lanes.zero();
            FloatVector l = Lanes.zero();
            int i = g;
            for (; i <= n - LANES + g; i += LANES) {
                FloatVector v = load(x, at + i);
                FloatVector p = v.mul(v);
                FloatVector s = h.add(p);
                l = l.add(lost(h, p, s)).add(v.fma(v, p.neg()));
                h = s;
            }
            if (i < n) {
                FloatVector v = load(x, at + i, n - i);
                FloatVector p = v.mul(v);
                FloatVector s = h.add(p);
                l = l.add(lost(h, p, s)).add(v.fma(v, p.neg()));
                h = s;
            }
            h.intoArray(high, g);
            l.intoArray(low, g);
        }
        add();
        float square = high[0] + low[0];
        float root = (float) Math.sqrt(square);
        norm[to] = WinnerSums.isInRange(square) ? root : Float.NaN;
        rest[to] = (Math.fma(-root, root, square) + lost(high[0], low[0], square)) / (2 * root);
    }

    /**
     * The cosine.
     *
     * @param norm of x, not NaN
     * @param rest what the norm lacks
     */
    float of(float[] x, int at, int n, long[] signs, int from, float norm, float rest) {
        for (int g = 0; g < LANES; g += N) {
            FloatVector h = Lanes.zero();
            FloatVector l = Lanes.zero();
            int i = g;
            for (; i <= n - LANES + g; i += LANES) {
                FloatVector p = SignedProducts.signed(load(x, at + i), signs[from + i / Long.SIZE] >>> i % Long.SIZE);
                FloatVector s = h.add(p);
                l = l.add(lost(h, p, s));
                h = s;
            }
            if (i < n) {
                FloatVector p = SignedProducts.signed(load(x, at + i, n - i), signs[from + i / Long.SIZE] >>> i % Long.SIZE);
                FloatVector s = h.add(p);
                l = l.add(lost(h, p, s));
                h = s;
            }
            h.intoArray(high, g);
            l.intoArray(low, g);
        }
        add();
        divide(norm, rest);
        float root = (float) Math.sqrt((float) n);
        divide(root, Math.fma(-root, root, n) / (2 * root));
        return high[0];
    }

    /** Adds halves until one sum is left. */
    private void add() {
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                float sum = high[i] + high[i + half];
                low[i] = low[i] + low[i + half] + lost(high[i], high[i + half], sum);
                high[i] = sum;
            }
        }
    }

    /** Divides the sum by {@code by + rest}. */
    private void divide(float by, float rest) {
        float sum = high[0] + low[0];
        float left = lost(high[0], low[0], sum);
        float quotient = sum / by;
        float remainder = Math.fma(-quotient, by, sum) + (left - quotient * rest);
        float more = remainder / by;
        high[0] = quotient + more;
        low[0] = lost(quotient, more, high[0]);
    }

    private static float lost(float a, float b, float sum) {
        float back = sum - a;
        return a - (sum - back) + (b - back);
    }

    private static FloatVector lost(FloatVector a, FloatVector b, FloatVector sum) {
        FloatVector back = sum.sub(a);
        return a.sub(sum.sub(back)).add(b.sub(back));
    }
}
