package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.F;
import static org.unmute.kernels.vector.Lanes.N;
import static org.unmute.kernels.vector.Lanes.load;
import static org.unmute.kernels.vector.LookupTile.GROUP;
import static org.unmute.kernels.vector.LookupTile.LANES;
import static org.unmute.kernels.vector.LookupTile.TOKENS;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Tables of the tokens of a clip for {@link LookupTile}, and how far its sums can be wrong.
 *
 * <p>What all tokens have in common says nothing about which of them is nearest to a prototype, but would take up the range of a
 * byte. So tables hold the differences {@code y = x - c} to the middle c of the tokens' range in each dim, times a scale, rounded
 * to integers around {@link #MIDDLE}. Let R be the exact product of a token x with a prototype p of ±1, S what the tiles make of
 * it in float32 and A the same in another order; with u = 2⁻²⁴ and sums over all dims
 * <pre>
 *   |S - R|, |A - R|             ≤ dim u Σ|x|                 = error
 *   |Σ±y - (R - Σ±c)|            ≤ u Σ|y|
 *   |sum - (scale Σ±y + offset)| ≤ groups (½ + 10⁻⁴)
 * </pre>
 * (10⁻⁴ is more than the roundings before the last one make of six numbers that sum to 63.) The token with the greatest S has an R
 * less than that of any other token by at most twice the error. Hence {@link #least} and {@link #leastProduct}.
 */
final class LookupTables {
    /** Tokens whose tables are made at a time, 4 MiB of them at dim 768. */
    static final int MOST_TOKENS = 512;
    private static final int MIDDLE = LookupTile.MOST / 2;
    /** A little less than {@link #MIDDLE} and a half, so that roundings do not lead out of the range. */
    private static final float REACH = 62.45f;
    /** Added to a float below 2²² it leaves the rounded integer in the lowest bits. */
    private static final float ROUNDER = 0x1.8p23f + MIDDLE;
    private static final double U = 0x1p-24;
    /** On bounds that are computed with roundings of their own. */
    private static final double SLACK = 1.01;
    private static final FloatVector SIGN_0 = signs(0);
    private static final FloatVector SIGN_1 = signs(1);
    private static final FloatVector SIGN_2 = signs(2);
    private static final FloatVector SIGN_3 = signs(3);
    /** 1 at the first dim of a group. */
    private static final float[] FIRSTS = new float[N + GROUP];

    static {
        for (int i = 0; i < FIRSTS.length; i += GROUP) {
            FIRSTS[i] = 1;
        }
    }

    private final NormalRows x;
    private final int pairs;
    private final float[] middle;
    private final byte[] data;
    private float scale;
    /** Bound of what a product with a token, and one with the middle, is wrong by. */
    private double error;
    private double middleError;
    /** Bound of the error of a difference of {@code Σ±y}. */
    private double difference;

    private LookupTables(NormalRows x, byte[] data) {
        this.x = x;
        this.pairs = PrototypeBits.pairs(x.dim());
        this.middle = x.middle(size(x.dim()));
        this.data = data;
    }

    private static FloatVector signs(int bit) {
        float[] s = new float[N];
        for (int i = 0; i < N; i++) {
            s[i] = (i >> bit & 1) != 0 ? -1 : 1;
        }
        return FloatVector.fromArray(F, s, 0);
    }

    /** Room for a row and zeros that complete its groups and vectors. */
    private static int size(int dim) {
        return Lanes.roundUp(dim + 2 * GROUP, 2 * N) + 2 * N;
    }

    /** Tables of the tokens, or null if they are too close to each other for a scale. */
    static LookupTables of(WorkerPool pool, Scratch scratch, NormalRows x) {
        int tiles = Math.ceilDiv(x.count(), TOKENS);
        LookupTables t = new LookupTables(x, scratch.takeBytes(tiles * TOKENS * PrototypeBits.pairs(x.dim()) * 2 * LANES));
        float[] groups = new float[tiles];
        float[] totals = new float[tiles];
        pool.run(tiles, tile -> {
            float[] y = new float[size(x.dim())];
            for (int i = tile * TOKENS; i < Math.min(x.count(), (tile + 1) * TOKENS); i++) {
                t.difference(i, 1, y);
                groups[tile] = Math.max(groups[tile], greatestGroup(y, x.dim()));
                totals[tile] = Math.max(totals[tile], total(y, x.dim()));
            }
        });
        if (!t.bound(max(groups), max(totals))) {
            t.giveBack(scratch);
            return null;
        }
        pool.run(tiles, t::fill);
        return t;
    }

    private static float max(float[] x) {
        float max = 0;
        for (float v : x) {
            max = Math.max(max, v);
        }
        return max;
    }

    void giveBack(Scratch scratch) {
        scratch.giveBytes(data);
    }

    /** Whether all goes well with these greatest {@code Σ|y|} of a group and of a token. */
    private boolean bound(float greatestGroup, float greatestTotal) {
        scale = REACH / greatestGroup;
        double roundings = SLACK * U * (x.dim() + 16);
        error = roundings * SLACK * Math.sqrt(x.dim());
        middleError = roundings * total(middle, x.dim());
        difference = 2 * error + 2 * SLACK * U * greatestTotal;
        return greatestGroup > Float.MIN_NORMAL && scale < Float.MAX_VALUE;
    }

    /** {@code y = (x - c) factor} with zeros beyond the dims. */
    private void difference(int token, float factor, float[] y) {
        for (int slice = 0; slice < x.slices(); slice++) {
            int from = slice * PackedRows.DEPTH;
            int at = x.at(slice, token);
            // Beyond the dims both are 0.
            for (int i = 0; i < x.depth(slice); i += N) {
                load(x.data(), at + i).sub(load(middle, from + i)).mul(factor).intoArray(y, from + i);
            }
        }
    }

    private static float greatestGroup(float[] y, int dim) {
        FloatVector top = Lanes.zero();
        for (int v = 0; v < dim; v += N) {
            FloatVector sum = load(y, v).abs();
            for (int i = 1; i < GROUP; i++) {
                sum = sum.add(load(y, v + i).abs());
            }
            top = top.max(sum.mul(load(FIRSTS, (GROUP - v % GROUP) % GROUP)));
        }
        return top.reduceLanes(VectorOperators.MAX);
    }

    private static float total(float[] y, int dim) {
        FloatVector sum = Lanes.zero();
        for (int v = 0; v < dim; v += N) {
            sum = sum.add(load(y, v).abs());
        }
        return Lanes.sum(sum);
    }

    private void fill(int tile) {
        float[] y = new float[size(x.dim())];
        int[] work = new int[N];
        for (int i = 0; i < TOKENS; i++) {
            // A last tile that is not full repeats its last token.
            difference(Math.min(tile * TOKENS + i, x.count() - 1), scale, y);
            int to = at(tile) + i * 2 * LANES;
            for (int g = 0; g < pairs; g++) {
                table(y, g * 2 * GROUP, data, to, work);
                table(y, g * 2 * GROUP + GROUP, data, to + LANES, work);
                to += TOKENS * 2 * LANES;
            }
        }
    }

    /** All sums of a group's numbers with either sign: those of all but two dims in a register, the two others in four of them. */
    private static void table(float[] y, int at, byte[] out, int to, int[] work) {
        FloatVector v = SIGN_0.mul(y[at]);
        v = SIGN_1.fma(FloatVector.broadcast(F, y[at + 1]), v);
        if (N > 4) {
            v = SIGN_2.fma(FloatVector.broadcast(F, y[at + 2]), v);
        }
        if (N > 8) {
            v = SIGN_3.fma(FloatVector.broadcast(F, y[at + 3]), v);
        }
        float p = y[at + GROUP - 2];
        float q = y[at + GROUP - 1];
        store(v.add(p + q), out, to, work);
        store(v.add(q - p), out, to + N, work);
        store(v.add(p - q), out, to + 2 * N, work);
        store(v.add(-p - q), out, to + 3 * N, work);
    }

    private static void store(FloatVector v, byte[] out, int to, int[] work) {
        var rounded = v.add(ROUNDER).reinterpretAsInts();
        if (N == 16) {
            ((ByteVector) rounded.convertShape(VectorOperators.I2B, ByteVector.SPECIES_128, 0)).intoArray(out, to);
        } else {
            rounded.intoArray(work, 0);
            for (int i = 0; i < N; i++) {
                out[to + i] = (byte) work[i];
            }
        }
    }

    int tokens() {
        return x.count();
    }

    byte[] data() {
        return data;
    }

    /** Where the tables of four tokens start. */
    int at(int tile) {
        return Scratch.BYTE_BASE + tile * TOKENS * pairs * 2 * LANES;
    }

    /** {@code Σ±c} in float32. */
    float middleProduct(long[] signs, int from) {
        return NormalRows.product(middle, 0, x.dim(), signs, from);
    }

    /**
     * No token whose sum lies below this can win, if there is one with this product.
     *
     * @param product {@link NormalRows#product} of the one
     * @param middle {@link #middleProduct} of the prototype
     */
    int least(float product, float middle) {
        double y = (double) product - middle - error - middleError - difference;
        return (int) Math.floor(scale * y + (double) MIDDLE * 2 * pairs - 2 * pairs * (0.5 + 1e-4));
    }

    /** No token whose product lies below this can win, if there is one with this. */
    double leastProduct(float product) {
        return product - 4 * error;
    }
}
