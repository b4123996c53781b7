package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.N;
import static org.unmute.kernels.vector.Lanes.load;
import static org.unmute.kernels.vector.LookupTile.GROUP;
import static org.unmute.kernels.vector.LookupTile.TOKENS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Tokens of a clip, at length 1 and less the middle c of their range in each dim: rows {@code y = x / ‖x‖ - c}, rounded once.
 *
 * <p>What all tokens have in common says nothing about which of them is nearest to a prototype p, but would take up the range of
 * the tables and the precision of float32. As {@code Σ±y} differs from the product {@code Σ±x / ‖x‖} by the same number for all
 * tokens, tokens can be compared by it, up to {@link #error} for each: 2⁻²⁴ Σ|y| for the rounding of y (twice that on
 * numbers below the normal range, and some 10⁻¹³ for what float64 does not hold). So tokens that differ only in their last bits are
 * told apart as well as others.
 *
 * <p>Equal tokens are left out but for the first, which wins: silence, mostly.
 */
final class CenteredTokens {
    private static final double U = 0x1p-24;
    /** On bounds that are computed with roundings of their own. */
    private static final double SLACK = 1.01;
    private static final int COLUMNS = 64;
    /** 1 at the first dim of a group. */
    private static final float[] FIRSTS = new float[N + GROUP];

    static {
        for (int i = 0; i < FIRSTS.length; i += GROUP) {
            FIRSTS[i] = 1;
        }
    }

    private final DenseRows t;
    private final double[] norm;
    private final int[] original;
    private final float[] data;
    private final int stride;
    private final float[] middle;
    private float greatestGroup;
    private float greatestTotal;

    private CenteredTokens(DenseRows t, double[] norm, int[] original, Scratch scratch) {
        this.t = t;
        this.norm = norm;
        this.original = original;
        this.stride = stride(t.length());
        this.data = scratch.take((long) original.length * stride);
        this.middle = new float[t.length()];
    }

    /** Room for a row and zeros that complete its groups and what products take at a time. */
    static int stride(int dim) {
        return Lanes.roundUp(dim + N + 2 * GROUP, SignedProducts.STEP);
    }

    /**
     * Tokens {@code [from, to)}, equal ones once.
     *
     * @param norm of each token, all finite and above 0
     */
    static CenteredTokens of(WorkerPool pool, Scratch scratch, DenseRows t, double[] norm, int from, int to) {
        CenteredTokens x = new CenteredTokens(t, norm, EqualRows.firsts(t, norm, from, to), scratch);
        pool.run(Math.ceilDiv(x.dim(), COLUMNS), task -> x.findMiddle(task * COLUMNS, Math.min(x.dim(), (task + 1) * COLUMNS)));
        int tasks = Math.ceilDiv(x.count(), TOKENS);
        float[] groups = new float[tasks];
        float[] totals = new float[tasks];
        pool.run(tasks, task -> {
            for (int i = task * TOKENS; i < Math.min(x.count(), (task + 1) * TOKENS); i++) {
                x.center(i);
                groups[task] = Math.max(groups[task], x.greatestGroup(x.at(i)));
                totals[task] = Math.max(totals[task], x.total(x.at(i)));
            }
        });
        for (int i = 0; i < tasks; i++) {
            x.greatestGroup = Math.max(x.greatestGroup, groups[i]);
            x.greatestTotal = Math.max(x.greatestTotal, totals[i]);
        }
        return x;
    }

    void giveBack(Scratch scratch) {
        scratch.give(data);
    }

    private void findMiddle(int from, int to) {
        float[] least = new float[COLUMNS + N];
        float[] greatest = new float[COLUMNS + N];
        Arrays.fill(least, Float.POSITIVE_INFINITY);
        Arrays.fill(greatest, Float.NEGATIVE_INFINITY);
        for (int row : original) {
            widen(t.data(), t.start()[row] + from, to - from, (float) (1 / norm[row]), least, greatest);
        }
        for (int d = from; d < to; d++) {
            float c = 0.5f * (least[d - from] + greatest[d - from]);
            // Any number will do; of a row beyond the range of floats this may be NaN.
            middle[d] = Math.abs(c) <= 1 ? c : 0;
        }
    }

    private static void widen(float[] x, int at, int n, float factor, float[] least, float[] greatest) {
        int i = 0;
        for (; i <= n - N; i += N) {
            FloatVector v = load(x, at + i).mul(factor);
            v.min(load(least, i)).intoArray(least, i);
            v.max(load(greatest, i)).intoArray(greatest, i);
        }
        for (; i < n; i++) {
            least[i] = Math.min(least[i], x[at + i] * factor);
            greatest[i] = Math.max(greatest[i], x[at + i] * factor);
        }
    }

    private void center(int i) {
        int row = original[i];
        SignedProducts.center(t.data(), t.start()[row], dim(), 1 / norm[row], middle, data, at(i));
        Arrays.fill(data, at(i) + dim(), at(i) + stride, 0f);
    }

    private float greatestGroup(int at) {
        FloatVector top = Lanes.zero();
        for (int d = 0; d < dim(); d += N) {
            FloatVector sum = load(data, at + d).abs();
            for (int i = 1; i < GROUP; i++) {
                sum = sum.add(load(data, at + d + i).abs());
            }
            top = top.max(sum.mul(load(FIRSTS, (GROUP - d % GROUP) % GROUP)));
        }
        return top.reduceLanes(VectorOperators.MAX);
    }

    private float total(int at) {
        FloatVector sum = Lanes.zero();
        for (int d = 0; d < dim(); d += N) {
            sum = sum.add(load(data, at + d).abs());
        }
        return Lanes.sum(sum);
    }

    int count() {
        return original.length;
    }

    int dim() {
        return t.length();
    }

    float[] data() {
        return data;
    }

    /** Where a token's row starts. */
    int at(int token) {
        return Scratch.BASE + token * stride;
    }

    /** The token's number among all of the clip. */
    int original(int token) {
        return original[token];
    }

    /** The greatest {@code Σ|y|} of a group of dims. */
    float greatestGroup() {
        return greatestGroup;
    }

    /** How far {@code Σ±y}, without error, can be from the product of the token less that of c. */
    double error() {
        return SLACK * U * greatestTotal + 0x1p-148 * dim() + 1e-14 * Math.sqrt(dim());
    }

    /** What each of {@link #products} can be wrong by. */
    double productError() {
        return SLACK * U * SignedProducts.depth(dim()) * greatestTotal;
    }

    /**
     * {@code Σ±y} in float32, four of them.
     *
     * @param at where rows start, {@link #at}
     */
    void products(int[] at, long[] signs, int[] from, int first, float[] out) {
        SignedProducts.inFloat(data, at, dim(), signs, from, first, out);
    }

    /** The product {@code Σ±x / ‖x‖} in float64. */
    double exact(int token, long[] signs, int from) {
        int row = original[token];
        return SignedProducts.inDouble(t.data(), t.start()[row], dim(), signs, from) / norm[row];
    }
}
