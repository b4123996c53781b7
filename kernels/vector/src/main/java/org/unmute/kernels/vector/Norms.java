package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.N;
import static org.unmute.kernels.vector.Lanes.all;
import static org.unmute.kernels.vector.Lanes.load;
import static org.unmute.kernels.vector.Lanes.store;

import jdk.incubator.vector.FloatVector;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.RowLoop;
import org.unmute.tensor.backend.View;

/** Layer normalisation and division by the Euclidean norm, with their gradients; one pass over a row in the cache. */
final class Norms {
    private static final float FLOOR = (float) Backend.NORM_FLOOR;
    /** Most partial sums of a weight gradient. */
    private static final int PARTS = 64;

    private final WorkerPool pool;
    private final RowLoops rows;

    Norms(WorkerPool pool, RowLoops rows) {
        this.pool = pool;
        this.rows = rows;
    }

    // ---- layer normalisation

    void layerNorm(View x, View weight, View bias, double eps, View out) {
        int n = x.shape().dim(-1);
        float[] w = RowLoops.dense(weight, n, 1);
        float[] b = RowLoops.dense(bias, n, 0);
        rows.each((d, at, length) -> layerNorm(d[0], at[0], w, b, eps, d[1], at[1], length), x, out);
    }

    private static void layerNorm(float[] x, int at, float[] w, float[] b, double eps, float[] y, int to, int n) {
        float mean = Softmax.sum(x, at, n) / n;
        float inverse = inverseDeviation(x, at, mean, eps, n);
        int i = 0;
        for (; i <= n - N; i += N) {
            load(x, at + i).sub(mean).mul(inverse).mul(load(w, i)).add(load(b, i)).intoArray(y, to + i);
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
     * The weight gradients are summed in as many parts as the row count says, never the thread count, and the parts added
     * in order.
     */
    void layerNormBackward(View x, View weight, double eps, View gy, View gx, View gweight, View gbias) {
        int n = x.shape().dim(-1);
        float[] w = RowLoops.dense(weight, n, 1);
        RowLoop loop = RowLoop.alongLastAxis(x, gy, gx);
        long each = Math.max(Math.max(1, Loops.CHUNK / Math.max(1, n)), Math.ceilDiv(loop.rows(), (long) PARTS));
        int parts = Math.toIntExact(Math.ceilDiv(loop.rows(), each));
        float[][] sumWeight = new float[parts][n];
        float[][] sumBias = new float[parts][n];
        pool.run(parts, p -> RowLoops.rows((d, at, length) -> backwardRow(d, at, length, w, eps, sumWeight[p], sumBias[p]),
                loop, p * each, Math.min(loop.rows(), (p + 1) * each), x, gy, gx));
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
        Loops.store(all, out.host().floats(), Math.toIntExact(out.offset()), Math.toIntExact(out.stride(0)), n);
    }

    /**
     * {@code gx = (g - mean(g) - z mean(g z)) / σ} with g = gy w and z the normalised row. Whole vectors and the rest apart: where both
     * meet in one variable the compiler makes an object of each vector, which took 20 times as long.
     */
    private static void backwardRow(float[][] d, int[] at, int n, float[] w, double eps, float[] gw, float[] gb) {
        float[] x = d[0];
        float[] gy = d[1];
        float mean = Softmax.sum(x, at[0], n) / n;
        float inverse = inverseDeviation(x, at[0], mean, eps, n);
        FloatVector sumG = Lanes.zero();
        FloatVector sumGz = Lanes.zero();
        int whole = n - n % N;
        int rest = n - whole;
        for (int i = 0; i < whole; i += N) {
            FloatVector z = load(x, at[0] + i).sub(mean).mul(inverse);
            FloatVector h = load(gy, at[1] + i);
            FloatVector g = h.mul(load(w, i));
            sumG = sumG.add(g);
            sumGz = g.fma(z, sumGz);
            load(gw, i).add(h.mul(z)).intoArray(gw, i);
            load(gb, i).add(h).intoArray(gb, i);
        }
        if (rest > 0) {
            FloatVector z = load(x, at[0] + whole, rest).sub(mean).mul(inverse);
            FloatVector h = load(gy, at[1] + whole, rest);
            FloatVector g = h.mul(load(w, whole, rest));
            sumG = sumG.add(g);
            sumGz = g.fma(z, sumGz);
            store(load(gw, whole, rest).add(h.mul(z)), gw, whole, rest);
            store(load(gb, whole, rest).add(h), gb, whole, rest);
        }
        float meanG = Lanes.sum(sumG) / n;
        float meanGz = Lanes.sum(sumGz) / n;
        for (int i = 0; i < whole; i += N) {
            FloatVector z = load(x, at[0] + i).sub(mean).mul(inverse);
            FloatVector g = load(gy, at[1] + i).mul(load(w, i));
            g.sub(meanG).sub(z.mul(meanGz)).mul(inverse).intoArray(d[2], at[2] + i);
        }
        if (rest > 0) {
            FloatVector z = load(x, at[0] + whole, rest).sub(mean).mul(inverse);
            FloatVector g = load(gy, at[1] + whole, rest).mul(load(w, whole, rest));
            store(g.sub(meanG).sub(z.mul(meanGz)).mul(inverse), d[2], at[2] + whole, rest);
        }
    }

    // ---- Euclidean norm

    void l2Normalize(View x, View out) {
        rows.each((d, at, n) -> divide(d[0], at[0], norm(d[0], at[0], n), d[1], at[1], n), x, out);
    }

    /** {@code max(‖x‖, 1e-12)} */
    static float norm(float[] x, int at, int n) {
        return Math.max(FLOOR, (float) Math.sqrt(Softmax.dot(x, at, x, at, n)));
    }

    /** Divides rather than multiplying by the inverse, which is no normal number for norms beyond 1e38. */
    static void divide(float[] x, int at, float norm, float[] out, int to, int n) {
        int i = 0;
        for (; i <= n - N; i += N) {
            load(x, at + i).div(norm).intoArray(out, to + i);
        }
        if (i < n) {
            store(load(x, at + i, n - i).div(norm), out, to + i, n - i);
        }
    }

    void l2NormalizeBackward(View x, View y, View gy, View gx) {
        rows.each(Norms::l2Backward, x, y, gy, gx);
    }

    /** {@code gx = (gy - y Σ gy y) / ‖x‖}; at the floor the norm is a constant and the sum falls away. */
    private static void l2Backward(float[][] d, int[] at, int n) {
        float norm = norm(d[0], at[0], n);
        float dot = Softmax.dot(d[2], at[2], d[1], at[1], n) * (norm > FLOOR ? 1 : 0);
        FloatVector along = all(-dot);
        int i = 0;
        for (; i <= n - N; i += N) {
            load(d[1], at[1] + i).fma(along, load(d[2], at[2] + i)).div(norm).intoArray(d[3], at[3] + i);
        }
        if (i < n) {
            FloatVector g = load(d[1], at[1] + i, n - i).fma(along, load(d[2], at[2] + i, n - i)).div(norm);
            store(g, d[3], at[3] + i, n - i);
        }
    }
}
