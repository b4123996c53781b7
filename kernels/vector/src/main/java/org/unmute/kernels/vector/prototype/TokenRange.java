package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.Lanes;

/** The least and the greatest number in each dim of some tokens at length 1. */
final class TokenRange {
    /** Dims at a time. */
    private static final int COLUMNS = 4 * N;

    private final float[] least;
    private final float[] greatest;

    /** Of no tokens. */
    TokenRange(int dim) {
        least = new float[dim];
        greatest = new float[dim];
        Arrays.fill(least, Float.POSITIVE_INFINITY);
        Arrays.fill(greatest, Float.NEGATIVE_INFINITY);
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
                least[d] = Math.min(least[d], v);
                greatest[d] = Math.max(greatest[d], v);
            }
        }
    }

    private void addColumns(DenseRows t, double[] norm, int from, int to, int column) {
        FloatVector a = load(least, column);
        FloatVector b = load(least, column + N);
        FloatVector c = load(least, column + 2 * N);
        FloatVector d = load(least, column + 3 * N);
        FloatVector e = load(greatest, column);
        FloatVector f = load(greatest, column + N);
        FloatVector g = load(greatest, column + 2 * N);
        FloatVector h = load(greatest, column + 3 * N);
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
        a.intoArray(least, column);
        b.intoArray(least, column + N);
        c.intoArray(least, column + 2 * N);
        d.intoArray(least, column + 3 * N);
        e.intoArray(greatest, column);
        f.intoArray(greatest, column + N);
        g.intoArray(greatest, column + 2 * N);
        h.intoArray(greatest, column + 3 * N);
    }

    /** Adds those of another. */
    void add(TokenRange other) {
        for (int d = 0; d < least.length; d++) {
            least[d] = Math.min(least[d], other.least[d]);
        }
        for (int d = 0; d < greatest.length; d++) {
            greatest[d] = Math.max(greatest[d], other.greatest[d]);
        }
    }

    /** The middle in each dim; 0 where that is no number that a row at length 1 can have. */
    double[] middle() {
        double[] middle = new double[least.length];
        for (int d = 0; d < middle.length; d++) {
            float c = 0.5f * (least[d] + greatest[d]);
            middle[d] = Math.abs(c) <= 1 ? c : 0;
        }
        return middle;
    }
}
