package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.F;
import static org.unmute.kernels.vector.Lanes.N;
import static org.unmute.kernels.vector.LookupTile.GROUP;
import static org.unmute.kernels.vector.LookupTile.LANES;
import static org.unmute.kernels.vector.LookupTile.TOKENS;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Tables of the tokens of a clip for {@link LookupTile}: of each group of dims all sums {@code Σ±y} of {@link CenteredTokens},
 * times a scale, rounded to integers around {@link #center}. A sum of entries, one a group, is off by at most half a unit a group,
 * and 10⁻⁴ for what the roundings before the last one make of numbers below 64. So the token of one product bounds the sums of
 * those that can win over it ({@link #least}).
 *
 * <p>Entries are up to {@link LookupTile#MOST}, less where there are so many groups that their sums would not fit 15 bits: with
 * more dims tables are coarser and sieve less, but never wrong.
 */
final class LookupTables {
    /** Tokens whose tables are made at a time, 4 MiB of them at dim 768. */
    static final int MOST_TOKENS = 512;
    /** With smaller numbers the scale would be too great. */
    private static final float LEAST_GROUP = 1e-30f;
    private static final FloatVector SIGN_0 = signs(0);
    private static final FloatVector SIGN_1 = signs(1);
    private static final FloatVector SIGN_2 = signs(2);
    private static final FloatVector SIGN_3 = signs(3);

    private final CenteredTokens x;
    private final int pairs;
    private final byte[] data;
    private final int center;
    private final float scale;
    /** Added to a float below 2²² it leaves the rounded integer in the lowest bits. */
    private final float rounder;

    private LookupTables(CenteredTokens x, int pairs, byte[] data) {
        this.x = x;
        this.pairs = pairs;
        this.data = data;
        this.center = Math.min(LookupTile.MOST, Short.MAX_VALUE / (2 * pairs)) / 2;
        this.scale = (center + 0.45f) / x.greatestGroup();
        this.rounder = 0x1.8p23f + center;
    }

    private static FloatVector signs(int bit) {
        float[] s = new float[N];
        for (int i = 0; i < N; i++) {
            s[i] = (i >> bit & 1) != 0 ? -1 : 1;
        }
        return FloatVector.fromArray(F, s, 0);
    }

    /** Tables of the tokens, or null if they are too close to each other for a scale or have too many dims. */
    static LookupTables of(WorkerPool pool, Scratch scratch, CenteredTokens x) {
        int pairs = PrototypeBits.pairs(x.dim());
        if (!(x.greatestGroup() > LEAST_GROUP) || pairs > LookupTile.MOST_PAIRS) {
            return null;
        }
        int tiles = Math.ceilDiv(x.count(), TOKENS);
        LookupTables t = new LookupTables(x, pairs, scratch.takeBytes(tiles * TOKENS * pairs * 2 * LANES));
        pool.run(tiles, t::fill);
        return t;
    }

    void giveBack(Scratch scratch) {
        scratch.giveBytes(data);
    }

    private void fill(int tile) {
        float[] y = new float[CenteredTokens.stride(x.dim())];
        int[] work = new int[N];
        byte twice = (byte) (2 * center);
        for (int i = 0; i < TOKENS; i++) {
            // A last tile that is not full repeats its last token.
            int from = x.at(Math.min(tile * TOKENS + i, x.count() - 1));
            for (int d = 0; d < y.length; d += N) {
                Lanes.load(x.data(), from + d).mul(scale).intoArray(y, d);
            }
            int to = at(tile) + i * 2 * LANES;
            for (int g = 0; g < pairs; g++) {
                table(y, g * 2 * GROUP, rounder, twice, data, to, work);
                table(y, g * 2 * GROUP + GROUP, rounder, twice, data, to + LANES, work);
                to += TOKENS * 2 * LANES;
            }
        }
    }

    /**
     * All sums of a group's numbers with either sign: those of all but two dims in a register, the last but one with either sign in two
     * of them, the last with its own. Their negatives, which are the other half of the table, lie as far on the other side of the center.
     */
    private static void table(float[] y, int at, float rounder, byte twice, byte[] out, int to, int[] work) {
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
        store(v.add(q + p).add(rounder), twice, out, to, work);
        store(v.add(q - p).add(rounder), twice, out, to + N, work);
    }

    private static void store(FloatVector v, byte twice, byte[] out, int to, int[] work) {
        var rounded = v.reinterpretAsInts();
        if (N == 16) {
            ByteVector b = (ByteVector) rounded.convertShape(VectorOperators.I2B, ByteVector.SPECIES_128, 0);
            b.intoArray(out, to);
            ByteVector.broadcast(ByteVector.SPECIES_128, twice).sub(b).intoArray(out, to + LANES / 2);
        } else {
            rounded.intoArray(work, 0);
            for (int i = 0; i < N; i++) {
                out[to + i] = (byte) work[i];
                out[to + LANES / 2 + i] = (byte) (twice - work[i]);
            }
        }
    }

    byte[] data() {
        return data;
    }

    /** Where the tables of {@link LookupTile#TOKENS} tokens start. */
    int at(int tile) {
        return Scratch.BYTE_BASE + tile * TOKENS * pairs * 2 * LANES;
    }

    /** No token whose sum lies below this can win, if there is one with this product ({@link CenteredTokens#products}). */
    short least(float product) {
        double y = (double) product - x.productError() - 2 * x.error();
        double sum = scale * y + 2.0 * pairs * (center - 0.5 - 1e-4);
        return (short) Math.clamp(Math.floor(sum), 0, Short.MAX_VALUE);
    }
}
