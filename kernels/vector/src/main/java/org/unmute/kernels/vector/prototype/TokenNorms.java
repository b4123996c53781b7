package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.runtime.WorkspacePool;
import org.unmute.tensor.backend.Backend;

/**
 * The tokens of a clip measured: norms in float64, the same as double-floats for {@link CompensatedCosine}, and the
 * middle of the range of each dim at length 1.
 */
record TokenNorms(double[] exact, float[] norm, float[] normLow, double[] middle) {
    /** Tasks per thread. */
    private static final int TASKS = 2;

    /** The cosine of a token and a prototype in float64. */
    double cosine(DenseRows t, int i, PrototypeBits p, int j) {
        return SignedProducts.inDouble(t.data(), t.start()[i], p.dim(), p.signs(), p.signs(j))
                / exact[i]
                / Math.max(Math.sqrt(p.dim()), Backend.NORM_FLOOR);
    }

    /** The first token that is not finite, or the number of tokens. */
    int firstNonFinite() {
        int i = 0;
        while (i < exact.length && Double.isFinite(exact[i])) {
            i++;
        }
        return i;
    }

    static TokenNorms of(WorkerPool pool, WorkspacePool<CompensatedCosine> cosines, DenseRows t, int threads) {
        double[] exact = new double[t.rows()];
        float[] norm = new float[t.rows()];
        float[] normLow = new float[t.rows()];
        int each = Math.clamp(ElementLoops.CHUNK / Math.max(1, t.length()), 1, CompensatedCosine.ROWS);
        int pieces = Math.ceilDiv(t.rows(), each);
        Range[] ranges = new Range[Math.min(pieces, threads == 1 ? 1 : TASKS * threads)];
        pool.run(ranges.length, cosines.with((cosine, task) -> {
            ranges[task] = new Range(t.length());
            cosine.begin(t.length());
            int end = (int) ((long) pieces * (task + 1) / ranges.length);
            for (int piece = (int) ((long) pieces * task / ranges.length); piece < end; piece++) {
                int from = piece * each;
                int to = Math.min(t.rows(), from + each);
                for (int i = from; i < to; i++) {
                    exact[i] = BinaryPrototypeKernel.norm(t.data(), t.start()[i], t.length());
                    cosine.addSquares(i - from, t.data(), t.start()[i]);
                }
                cosine.add(to - from);
                for (int i = from; i < to; i++) {
                    cosine.norm(i - from, norm, normLow, i);
                }
                ranges[task].add(t, exact, from, to);
            }
        }));
        for (int i = 1; i < ranges.length; i++) {
            ranges[0].add(ranges[i]);
        }
        return new TokenNorms(exact, norm, normLow, ranges[0].middle());
    }

    /** Minimum and maximum in each dim over tokens at length 1. */
    static final class Range {
        /** Dims in an iteration. */
        private static final int COLUMNS = 4 * N;

        private final float[] min;
        private final float[] max;

        /** An empty range. */
        Range(int dim) {
            min = new float[dim];
            max = new float[dim];
            Arrays.fill(min, Float.POSITIVE_INFINITY);
            Arrays.fill(max, Float.NEGATIVE_INFINITY);
        }

        /** Adds tokens {@code [from, to)}. */
        void add(DenseRows t, double[] norm, int from, int to) {
            int whole = t.length() - t.length() % COLUMNS;
            for (int d = 0; d < whole; d += COLUMNS) {
                addColumns(min, max, t, norm, from, to, d);
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

        /** Adds the tokens of another range. */
        void add(Range other) {
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

    /** Outside of {@link Range}, since the launcher compiles the methods of this class early. */
    private static void addColumns(float[] min, float[] max, DenseRows t, double[] norm, int from, int to, int column) {
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
}
