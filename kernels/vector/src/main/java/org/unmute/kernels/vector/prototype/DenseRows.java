package org.unmute.kernels.vector.prototype;

import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Offsets;
import org.unmute.kernels.vector.runtime.RowMath;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.tensor.backend.View;

/**
 * Contiguous rows of a matrix: in place if they are contiguous there, otherwise a copy.
 *
 * @param start position of each row
 * @param length of a row
 */
record DenseRows(float[] data, int[] start, int length) {
    static DenseRows of(View x) {
        int n = x.shape().dim(-1);
        int step = Math.toIntExact(x.stride(-1));
        int[] start = Offsets.ofRows(x);
        float[] data = x.host().floats();
        if (step == 1) {
            return new DenseRows(data, start, n);
        }
        float[] copy = new float[start.length * n];
        int[] at = new int[start.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = i * n;
            ElementLoops.load(data, start[i], step, copy, at[i], n);
        }
        return new DenseRows(copy, at, n);
    }

    int rows() {
        return start.length;
    }

    /** Euclidean norms, at least 1e-12. */
    float[] norms(WorkerPool pool) {
        float[] norm = new float[rows()];
        pool.forEachRow(rows(), length, i -> norm[i] = RowMath.norm(data, start[i], length));
        return norm;
    }

    /** Whether row {@code i}, divided by this norm, has a NaN: the row then had a NaN or an infinity. */
    boolean nonFinite(int i, float norm) {
        if (!(norm > Float.MAX_VALUE)) {
            return Float.isNaN(norm);
        }
        for (int k = 0; k < length; k++) {
            if (Float.isInfinite(data[start[i] + k])) {
                return true;
            }
        }
        return false;
    }
}
