package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.Lanes;

/** Minimum and maximum in each dim over tokens at length 1. */
final class TokenRange {
    /** Dims in an iteration. */
    private static final int COLUMNS = 4 * N;

    private final float[] min;
    private final float[] max;

    /** An empty range. */
    TokenRange(int dim) {
        min = new float[dim];
        max = new float[dim];
        Arrays.fill(min, Float.POSITIVE_INFINITY);
        Arrays.fill(max, Float.NEGATIVE_INFINITY);
    }

    /** Adds tokens {@code [from, to)}. */
    void add(DenseRows t, double[] norm, int from, int to) {
        int whole = t.length() - t.length() % COLUMNS;
        for (int d = 0; d < whole; d += COLUMNS) {
            addColumns(t, norm, from, to, d);
        }
        for (int row = from; row < to && whole < t.length(); row++) {
            float factor = (float) (1 / norm[row]);
            for (int d = whole; d < t.length(); d++) {
                float v = t.data()[t.start()[row] + d] * factor;
                min[d] = Math.min(min[d], v);
                max[d] = Math.max(max[d], v);
            }
        }
    }

    private void addColumns(DenseRows t, double[] norm, int from, int to, int column) {
        FloatVector a = load(min, column);
        FloatVector b = load(min, column + N);
        FloatVector c = load(min, column + 2 * N);
        FloatVector d = load(min, column + 3 * N);
        FloatVector e = load(max, column);
        FloatVector f = load(max, column + N);
        FloatVector g = load(max, column + 2 * N);
        FloatVector h = load(max, column + 3 * N);
        for (int row = from; row < to; row++) {
            FloatVector factor = Lanes.all((float) (1 / norm[row]));
            int at = t.start()[row] + column;
            FloatVector v = load(t.data(), at).mul(factor);
            a = a.blend(v, v.lt(a));
            e = e.blend(v, e.lt(v));
            v = load(t.data(), at + N).mul(factor);
            b = b.blend(v, v.lt(b));
            f = f.blend(v, f.lt(v));
            v = load(t.data(), at + 2 * N).mul(factor);
            c = c.blend(v, v.lt(c));
            g = g.blend(v, g.lt(v));
            v = load(t.data(), at + 3 * N).mul(factor);
            d = d.blend(v, v.lt(d));
            h = h.blend(v, h.lt(v));
        }
        a.intoArray(min, column);
        b.intoArray(min, column + N);
        c.intoArray(min, column + 2 * N);
        d.intoArray(min, column + 3 * N);
        e.intoArray(max, column);
        f.intoArray(max, column + N);
        g.intoArray(max, column + 2 * N);
        h.intoArray(max, column + 3 * N);
    }

    /** Adds the tokens of another range. */
    void add(TokenRange other) {
        for (int d = 0; d < min.length; d++) {
            min[d] = Math.min(min[d], other.min[d]);
            max[d] = Math.max(max[d], other.max[d]);
        }
    }

    /** The middle in each dim; 0 if it is not a value that a row of length 1 can have. */
    double[] middle() {
        double[] middle = new double[min.length];
        for (int d = 0; d < middle.length; d++) {
            float c = 0.5f * (min[d] + max[d]);
            middle[d] = Math.abs(c) <= 1 ? c : 0;
        }
        return middle;
    }
}
