package org.unmute.kernels.vector.reduce;

import static org.unmute.kernels.vector.runtime.Lanes.N;

import org.unmute.kernels.vector.runtime.Offsets;
import org.unmute.kernels.vector.runtime.RowMath;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.tensor.backend.View;

/**
 * Maximum or minimum along the last axis and its index: the first of equal values, or the first NaN if there is one.
 */
public final class ArgMaxMin {
    private final WorkerPool pool;

    public ArgMaxMin(WorkerPool pool) {
        this.pool = pool;
    }

    public void extreme(boolean max, View x, View values, View indices) {
        if (values.shape().elements() == 0) {
            return;
        }
        int n = x.shape().dim(-1);
        int step = Math.toIntExact(x.stride(-1));
        float[] data = x.host().floats();
        float[] v = values.host().floats();
        int[] w = indices.host().ints();
        int[][] at = Offsets.ofElements(x.select(-1, 0), values, indices);
        pool.forEachRow(at[0].length, n, r -> {
            int best = step == 1 ? contiguous(max, data, at[0][r], n) : strided(max, data, at[0][r], step, n);
            v[at[1][r]] = data[at[0][r] + best * step];
            w[at[2][r]] = best;
        });
    }

    /** Finds the value with vectors first, and then its index. */
    private static int contiguous(boolean max, float[] x, int at, int n) {
        if (n < N) {
            return strided(max, x, at, 1, n);
        }
        float best = max ? RowMath.max(x, at, n) : RowMath.min(x, at, n);
        boolean nan = Float.isNaN(best);
        for (int k = 0; k < n; k++) {
            if (nan ? Float.isNaN(x[at + k]) : x[at + k] == best) {
                return k;
            }
        }
        throw new IllegalStateException("the maximum or minimum was not found again");
    }

    private static int strided(boolean max, float[] x, int at, int step, int n) {
        int best = 0;
        float b = x[at];
        for (int i = 1; i < n && !Float.isNaN(b); i++) {
            float c = x[at + i * step];
            if (Float.isNaN(c) || (max ? c > b : c < b)) {
                best = i;
                b = c;
            }
        }
        return best;
    }
}
