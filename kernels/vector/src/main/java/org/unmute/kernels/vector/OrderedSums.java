package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.N;
import static org.unmute.kernels.vector.Lanes.load;

import jdk.incubator.vector.FloatVector;

/**
 * Products of tokens with prototypes of ±1, bit for bit as the tiles make them: float32 sums in the order of the dims, slice by
 * slice. In that order one product is a chain of dependent additions; so {@link Lanes#N} pairs are summed side by side, their
 * terms transposed in registers. The better product replaces a prototype's best, so tokens must come in order.
 */
final class OrderedSums {
    /** Dims of each pair whose terms are made at a time; all pairs' fit the first cache. */
    private static final int TOGETHER = 256;

    private final NormalRows x;
    private final PrototypeBits p;
    private final int[] original;
    private final float[] best;
    private final int[] winner;
    private final int[] tokens = new int[N];
    private final int[] prototypes = new int[N];
    private final float[] terms = new float[N * TOGETHER];
    private final float[] turned = new float[N * N];
    private final float[] work = new float[Transpose.WORK];
    private int count;

    /**
     * @param original what to name as the winner for each token
     * @param best for each prototype. Modified.
     * @param winner for each prototype. Modified.
     */
    OrderedSums(NormalRows x, PrototypeBits p, int[] original, float[] best, int[] winner) {
        this.x = x;
        this.p = p;
        this.original = original;
        this.best = best;
        this.winner = winner;
    }

    void add(int prototype, int token) {
        prototypes[count] = prototype;
        tokens[count] = token;
        if (++count == N) {
            flush();
        }
    }

    /** Must be called after the last pair. */
    void flush() {
        float[] total = new float[N];
        for (int slice = 0; slice < x.slices() && count > 0; slice++) {
            float[] sum = slice(slice);
            for (int i = 0; i < count; i++) {
                total[i] = slice == 0 ? sum[i] : sum[i] + total[i];
            }
        }
        for (int i = 0; i < count; i++) {
            offer(prototypes[i], total[i], original[tokens[i]]);
        }
        count = 0;
    }

    /** Takes a product if it is greater than the prototype's best. */
    void offer(int prototype, float product, int token) {
        if (product > best[prototype]) {
            best[prototype] = product;
            winner[prototype] = token;
        }
    }

    private float[] slice(int slice) {
        int depth = x.depth(slice);
        FloatVector sum = Lanes.zero();
        for (int from = 0; from < depth; from += TOGETHER) {
            int n = Math.min(TOGETHER, depth - from);
            for (int i = 0; i < count; i++) {
                int word = p.signs(prototypes[i]) + (slice * PackedRows.DEPTH + from) / Long.SIZE;
                terms(x.data(), x.at(slice, tokens[i]) + from, p.signs(), word, terms, i * TOGETHER, n);
            }
            for (int d = 0; d < n; d += N) {
                Transpose.square(terms, d, TOGETHER, turned, 0, N, work);
                sum = addUp(turned, Math.min(N, n - d), sum);
            }
        }
        return sum.toArray();
    }

    private static void terms(float[] x, int at, long[] signs, int word, float[] out, int to, int n) {
        for (int d = 0; d < n; d += N) {
            NormalRows.signed(load(x, at + d), signs[word + d / Long.SIZE] >>> d % Long.SIZE).intoArray(out, to + d);
        }
    }

    private static FloatVector addUp(float[] turned, int dims, FloatVector sum) {
        FloatVector s = sum;
        for (int k = 0; k < dims; k++) {
            s = s.add(load(turned, k * N));
        }
        return s;
    }
}
