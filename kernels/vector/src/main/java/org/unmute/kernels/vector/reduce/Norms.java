package org.unmute.kernels.vector.reduce;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.unmute.kernels.vector.runtime.Lanes.F;
import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.all;
import static org.unmute.kernels.vector.runtime.Lanes.load;
import static org.unmute.kernels.vector.runtime.Lanes.store;

import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.RowLoops;
import org.unmute.kernels.vector.runtime.RowMath;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.tensor.backend.RowLoop;
import org.unmute.tensor.backend.View;

/** Layer normalization, division by the Euclidean norm, and their gradients, row by row in cache. */
public final class Norms {
    /** Maximum number of partial sums of a weight gradient. */
    private static final int PARTS = 64;

    private final WorkerPool pool;
    private final RowLoops rows;

    public Norms(WorkerPool pool, RowLoops rows) {
        this.pool = pool;
        this.rows = rows;
    }

    // ---- layer normalization

    public void layerNorm(View x, View weight, View bias, double eps, View out) {
        int n = x.shape().dim(-1);
        float[] w = RowLoops.dense(weight, n, 1);
        float[] b = RowLoops.dense(bias, n, 0);
        rows.each((d, at, length) -> layerNorm(d[0], at[0], w, b, eps, d[1], at[1], length), x, out);
    }

    private static void layerNorm(float[] x, int at, float[] w, float[] b, double eps, float[] y, int to, int n) {
        float mean = RowMath.sum(x, at, n) / n;
        float inverse = inverseDeviation(x, at, mean, eps, n);
        int i = 0;
        for (; i <= n - N; i += N) {
            load(x, at + i)
                    .sub(mean)
                    .mul(inverse)
                    .mul(load(w, i))
                    .add(load(b, i))
                    .intoArray(y, to + i);
        }
        if (i < n) {
            FloatVector v = load(x, at + i, n - i).sub(mean).mul(inverse);
            store(v.mul(load(w, i, n - i)).add(load(b, i, n - i)), y, to + i, n - i);
        }
    }

    private static float inverseDeviation(float[] x, int at, float mean, double eps, int n) {
        FloatVector sum = Lanes.zero();
        int i = 0;
        for (; i <= n - N; i += N) {
            FloatVector d = load(x, at + i).sub(mean);
            sum = d.fma(d, sum);
        }
        if (i < n) {
            FloatVector d = load(x, at + i, n - i, mean).sub(mean);
            sum = d.fma(d, sum);
        }
        return 1 / (float) Math.sqrt(Lanes.sum(sum) / n + (float) eps);
    }

    /**
     * Weight gradients are summed in parts and the parts added in order. The number of parts depends on the number of
     * rows, never on the number of threads.
     */
    public void layerNormBackward(View x, View weight, double eps, View gy, View gx, View gweight, View gbias) {
        int n = x.shape().dim(-1);
        float[] w = RowLoops.dense(weight, n, 1);
        RowLoop loop = RowLoop.alongLastAxis(x, gy, gx);
        long each = Math.max(Math.max(1, ElementLoops.CHUNK / Math.max(1, n)), Math.ceilDiv(loop.rows(), (long) PARTS));
        int parts = Math.toIntExact(Math.ceilDiv(loop.rows(), each));
        float[][] sumWeight = new float[parts][n];
        float[][] sumBias = new float[parts][n];
        pool.run(parts, p -> {
            float[] sums = new float[2 * N];
            RowLoops.rows(
                    (d, at, length) -> backwardRow(d, at, length, w, eps, sumWeight[p], sumBias[p], sums),
                    loop,
                    p * each,
                    Math.min(loop.rows(), (p + 1) * each),
                    x,
                    gy,
                    gx);
        });
        total(sumWeight, n, gweight);
        total(sumBias, n, gbias);
    }

    private static void total(float[][] parts, int n, View out) {
        if (out == null) {
            return;
        }
        float[] all = new float[n];
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (float[] part : parts) {
                sum += part[i];
            }
            all[i] = (float) sum;
        }
        ElementLoops.store(all, out.host().floats(), Math.toIntExact(out.offset()), Math.toIntExact(out.stride(0)), n);
    }

    /**
     * {@code gx = (g - mean(g) - z mean(g z)) / σ} with g = gy w and z the normalized row. Whole vectors and the
     * remainder are separate methods that pass sums through an array and load with the JDK method. If both met in one
     * variable, or a method this long called another method of this project, scalar replacement would fail and every
     * vector would be boxed.
     *
     * @param sums working memory of two vectors. Modified.
     */
    private static void backwardRow(
            float[][] d, int[] at, int n, float[] w, double eps, float[] gw, float[] gb, float[] sums) {
        float mean = RowMath.sum(d[0], at[0], n) / n;
        float inverse = inverseDeviation(d[0], at[0], mean, eps, n);
        int whole = n - n % N;
        sums(d[0], at[0], d[1], at[1], whole, w, mean, inverse, gw, gb, sums);
        if (whole < n) {
            sumsOfRemainder(d, at, whole, n - whole, w, mean, inverse, gw, gb, sums);
        }
        float meanG = Lanes.sum(load(sums, 0)) / n;
        float meanGz = Lanes.sum(load(sums, N)) / n;
        gradients(d[0], at[0], d[1], at[1], d[2], at[2], whole, w, mean, inverse, meanG, meanGz);
        if (whole < n) {
            int rest = n - whole;
            FloatVector z = load(d[0], at[0] + whole, rest).sub(mean).mul(inverse);
            FloatVector g = load(d[1], at[1] + whole, rest).mul(load(w, whole, rest));
            store(g.sub(meanG).sub(z.mul(meanGz)).mul(inverse), d[2], at[2] + whole, rest);
        }
    }

    /** Sums g and g z over whole vectors, lane by lane. Adds the row to the gradients of weight and bias. */
    private static void sums(
            float[] x,
            int at,
            float[] gy,
            int from,
            int n,
            float[] w,
            float mean,
            float inverse,
            float[] gw,
            float[] gb,
            float[] sums) {
        FloatVector sumG = FloatVector.zero(F);
        FloatVector sumGz = FloatVector.zero(F);
        for (int i = 0; i < n; i += N) {
            FloatVector z = fromArray(F, x, at + i).sub(mean).mul(inverse);
            FloatVector h = fromArray(F, gy, from + i);
            FloatVector g = h.mul(fromArray(F, w, i));
            sumG = sumG.add(g);
            sumGz = g.fma(z, sumGz);
            fromArray(F, gw, i).add(h.mul(z)).intoArray(gw, i);
            fromArray(F, gb, i).add(h).intoArray(gb, i);
        }
        sumG.intoArray(sums, 0);
        sumGz.intoArray(sums, N);
    }

    private static void sumsOfRemainder(
            float[][] d,
            int[] at,
            int whole,
            int rest,
            float[] w,
            float mean,
            float inverse,
            float[] gw,
            float[] gb,
            float[] sums) {
        FloatVector z = load(d[0], at[0] + whole, rest).sub(mean).mul(inverse);
        FloatVector h = load(d[1], at[1] + whole, rest);
        FloatVector g = h.mul(load(w, whole, rest));
        load(sums, 0).add(g).intoArray(sums, 0);
        g.fma(z, load(sums, N)).intoArray(sums, N);
        store(load(gw, whole, rest).add(h.mul(z)), gw, whole, rest);
        store(load(gb, whole, rest).add(h), gb, whole, rest);
    }

    private static void gradients(
            float[] x,
            int at,
            float[] gy,
            int from,
            float[] gx,
            int to,
            int n,
            float[] w,
            float mean,
            float inverse,
            float meanG,
            float meanGz) {
        for (int i = 0; i < n; i += N) {
            FloatVector z = fromArray(F, x, at + i).sub(mean).mul(inverse);
            FloatVector g = fromArray(F, gy, from + i).mul(fromArray(F, w, i));
            g.sub(meanG).sub(z.mul(meanGz)).mul(inverse).intoArray(gx, to + i);
        }
    }

    // ---- Euclidean norm

    public void l2Normalize(View x, View out) {
        rows.each((d, at, n) -> RowMath.divide(d[0], at[0], RowMath.norm(d[0], at[0], n), d[1], at[1], n), x, out);
    }

    public void l2NormalizeBackward(View x, View y, View gy, View gx) {
        rows.each(Norms::l2Backward, x, y, gy, gx);
    }

    /** {@code gx = (gy - y Σ gy y) / ‖x‖}; at the floor the norm is constant and the sum vanishes. */
    private static void l2Backward(float[][] d, int[] at, int n) {
        float norm = RowMath.norm(d[0], at[0], n);
        float dot = RowMath.dot(d[2], at[2], d[1], at[1], n) * (norm > RowMath.NORM_FLOOR ? 1 : 0);
        FloatVector along = all(-dot);
        int i = 0;
        for (; i <= n - N; i += N) {
            load(d[1], at[1] + i).fma(along, load(d[2], at[2] + i)).div(norm).intoArray(d[3], at[3] + i);
        }
        if (i < n) {
            FloatVector g = load(d[1], at[1] + i, n - i)
                    .fma(along, load(d[2], at[2] + i, n - i))
                    .div(norm);
            store(g, d[3], at[3] + i, n - i);
        }
    }
}
