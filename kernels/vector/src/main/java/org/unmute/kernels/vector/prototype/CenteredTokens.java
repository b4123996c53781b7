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
 * The tokens of a pass, normalized and centered: rows {@code y = x / ‖x‖ - c}, rounded once. In each dim, c is the
 * middle of the range of all normalized tokens of the clip.
 *
 * <p>The common part of all tokens does not decide which one is nearest to a prototype, but would use up the range of
 * the tables and the precision of float32. {@code Σ±y} differs from the product {@code Σ±x / ‖x‖} by the same number
 * for all tokens, so tokens can be compared by {@code Σ±y}, up to {@link #error}: 2⁻²⁴ Σ|y| for rounding y (twice that
 * for denormals, and some 10⁻¹³ for float64). Even tokens that differ only in their last bits are told apart.
 *
 * <p>Of equal tokens, mostly silence, only the first is kept, as it would win the tie.
 */
final class CenteredTokens {
    private static final double U = 0x1p-24;
    /** Covers rounding in the bounds themselves. */
    private static final double SLACK = 1.01;
    /** Tokens centered by a task. */
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
    private float maxGroup;
    private float maxTotal;

    private CenteredTokens(DenseRows t, double[] norm, double[] middle, int[] original, ArrayPool scratch) {
        this.t = t;
        this.norm = norm;
        this.original = original;
        this.stride = stride(t.length());
        this.data = scratch.acquire((long) original.length * stride);
        this.middle = middle;
    }

    /** Length of a row, including the zeros that complete its last group and the last step of a product. */
    static int stride(int dim) {
        return Lanes.roundUp(dim + N + 2 * GROUP, SignedProducts.STEP);
    }

    /**
     * Centers tokens {@code [from, to)} without duplicates.
     *
     * @param norm of each token, finite and above 0
     * @param middle c
     */
    static CenteredTokens of(
            WorkerPool pool, ArrayPool scratch, DenseRows t, double[] norm, double[] middle, int from, int to) {
        return of(pool, scratch, t, norm, middle, t.firsts(norm, from, to));
    }

    /**
     * Centers these tokens, in this order.
     *
     * @param norm of each token, finite and above 0
     * @param middle c
     */
    static CenteredTokens of(
            WorkerPool pool, ArrayPool scratch, DenseRows t, double[] norm, double[] middle, int[] tokens) {
        CenteredTokens x = new CenteredTokens(t, norm, middle, tokens, scratch);
        int tasks = Math.ceilDiv(x.count(), ROWS);
        float[] groups = new float[tasks];
        float[] totals = new float[tasks];
        pool.run(tasks, task -> {
            int end = Math.min(x.count(), (task + 1) * ROWS);
            for (int i = task * ROWS; i < end; i++) {
                x.center(i);
            }
            // In a separate loop: a load that spans two recent stores would stall (no store forwarding).
            x.measure(task * ROWS, end, groups, totals, task);
        });
        for (int i = 0; i < tasks; i++) {
            x.maxGroup = Math.max(x.maxGroup, groups[i]);
            x.maxTotal = Math.max(x.maxTotal, totals[i]);
        }
        return x;
    }

    void release(ArrayPool scratch) {
        scratch.release(data);
    }

    private void center(int i) {
        int row = original[i];
        SignedProducts.center(t.data(), t.start()[row], dim(), 1 / norm[row], middle, data, at(i));
        Arrays.fill(data, at(i) + dim(), at(i) + stride, 0f);
    }

    /** Updates the maximum over groups and over tokens of {@code Σ|y|}. */
    private void measure(int from, int to, float[] groups, float[] totals, int at) {
        // Non-negative floats are ordered like their bits, and a maximum of ints is one instruction.
        IntVector top = IntVector.zero(Lanes.I);
        for (int i = from; i < to; i++) {
            int row = at(i);
            FloatVector total = Lanes.zero();
            for (int d = 0; d < dim(); d += N) {
                FloatVector sum = load(data, row + d).abs();
                for (int k = 1; k < GROUP; k++) {
                    sum = sum.add(load(data, row + d + k).abs());
                }
                // Only sums that start at a group count.
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

    /** Where the row of a token starts. */
    int at(int token) {
        return ArrayPool.BASE + token * stride;
    }

    /** The index of the token in the clip. */
    int original(int token) {
        return original[token];
    }

    /** The maximum of {@code Σ|y|} over groups of dims. */
    float maxGroup() {
        return maxGroup;
    }

    /** Bound on the difference between {@code Σ±y}, computed exactly, and the product of the token minus that of c. */
    double error() {
        return SLACK * U * maxTotal + 0x1p-148 * dim() + 1e-14 * Math.sqrt(dim());
    }

    /** Bound on the error of each of {@link #products}. */
    double productError() {
        return SLACK * U * SignedProducts.depth(dim()) * maxTotal;
    }

    /**
     * Computes four products {@code Σ±y} in float32.
     *
     * @param at where rows start, {@link #at}
     */
    void products(int[] at, long[] signs, int[] from, int first, float[] out) {
        SignedProducts.inFloat(data, at, dim(), signs, from, first, out);
    }
}
