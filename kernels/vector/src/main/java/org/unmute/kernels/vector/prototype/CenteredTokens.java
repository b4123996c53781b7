package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.LookupTile.GROUP;
import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.WorkerPool;

/**
 * Tokens of a clip, at length 1 and less some c, the middle of the range of all the clip's tokens in each dim: rows
 * {@code y = x / ‖x‖ - c}, rounded once.
 *
 * <p>What all tokens have in common says nothing about which of them is nearest to a prototype p, but would take up the
 * range of the tables and the precision of float32. As {@code Σ±y} differs from the product {@code Σ±x / ‖x‖} by the
 * same number for all tokens, tokens can be compared by it, up to {@link #error} for each: 2⁻²⁴ Σ|y| for the rounding
 * of y (twice that on numbers below the normal range, and some 10⁻¹³ for what float64 does not hold). So tokens that
 * differ only in their last bits are told apart as well as others.
 *
 * <p>Equal tokens are left out but for the first, which wins: silence, mostly.
 */
final class CenteredTokens {
    private static final double U = 0x1p-24;
    /** On bounds that are computed with roundings of their own. */
    private static final double SLACK = 1.01;
    /** Tokens that are centred at a time. */
    private static final int ROWS = 8;
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
    private final double[] middle;
    private float greatestGroup;
    private float greatestTotal;

    private CenteredTokens(DenseRows t, double[] norm, double[] middle, int[] original, ArrayPool scratch) {
        this.t = t;
        this.norm = norm;
        this.original = original;
        this.stride = stride(t.length());
        this.data = scratch.take((long) original.length * stride);
        this.middle = middle;
    }

    /** Room for a row and zeros that complete its groups and what products take at a time. */
    static int stride(int dim) {
        return Lanes.roundUp(dim + N + 2 * GROUP, SignedProducts.STEP);
    }

    /**
     * Tokens {@code [from, to)}, equal ones once.
     *
     * @param norm of each token, all finite and above 0
     * @param middle c
     */
    static CenteredTokens of(
            WorkerPool pool, ArrayPool scratch, DenseRows t, double[] norm, double[] middle, int from, int to) {
        CenteredTokens x = new CenteredTokens(t, norm, middle, DuplicateRows.firsts(t, norm, from, to), scratch);
        int tasks = Math.ceilDiv(x.count(), ROWS);
        float[] groups = new float[tasks];
        float[] totals = new float[tasks];
        pool.run(tasks, task -> {
            int end = Math.min(x.count(), (task + 1) * ROWS);
            for (int i = task * ROWS; i < end; i++) {
                x.center(i);
            }
            // Not at once: a load that spans two stores of a moment ago would wait for them.
            x.measure(task * ROWS, end, groups, totals, task);
        });
        for (int i = 0; i < tasks; i++) {
            x.greatestGroup = Math.max(x.greatestGroup, groups[i]);
            x.greatestTotal = Math.max(x.greatestTotal, totals[i]);
        }
        return x;
    }

    void giveBack(ArrayPool scratch) {
        scratch.give(data);
    }

    private void center(int i) {
        int row = original[i];
        SignedProducts.center(t.data(), t.start()[row], dim(), 1 / norm[row], middle, data, at(i));
        Arrays.fill(data, at(i) + dim(), at(i) + stride, 0f);
    }

    /** The greatest {@code Σ|y|} of a group of these tokens and the greatest of a token. */
    private void measure(int from, int to, float[] groups, float[] totals, int at) {
        // Of numbers that are not negative the bits are in order, too; and the maximum of floats takes several
        // instructions.
        IntVector top = IntVector.zero(Lanes.I);
        for (int i = from; i < to; i++) {
            int row = at(i);
            FloatVector total = Lanes.zero();
            for (int d = 0; d < dim(); d += N) {
                FloatVector sum = load(data, row + d).abs();
                for (int k = 1; k < GROUP; k++) {
                    sum = sum.add(load(data, row + d + k).abs());
                }
                // Only sums that start with a group count.
                sum = sum.mul(load(FIRSTS, d % GROUP));
                top = top.max(sum.reinterpretAsInts());
                total = total.add(sum);
            }
            totals[at] = Math.max(totals[at], Lanes.sum(total));
        }
        groups[at] = Float.intBitsToFloat(top.reduceLanes(VectorOperators.MAX));
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
        return ArrayPool.BASE + token * stride;
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
}
