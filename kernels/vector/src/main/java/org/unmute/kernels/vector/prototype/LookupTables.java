package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.LookupTile.GROUP;
import static org.unmute.kernels.vector.prototype.LookupTile.LANES;
import static org.unmute.kernels.vector.prototype.LookupTile.TOKENS;
import static org.unmute.kernels.vector.runtime.Lanes.F;
import static org.unmute.kernels.vector.runtime.Lanes.N;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.WorkerPool;

/**
 * Tables of the tokens of a clip for {@link LookupTile}: of each group of dims all sums {@code Σ±y} of {@link
 * CenteredTokens}, times a scale, rounded to integers around {@link #center}. A sum of entries, one a group, is off by
 * at most half a unit a group, and 10⁻⁴ for what the roundings before the last one make of numbers below 64. So the
 * token of one product bounds the sums of those that can win over it ({@link #least}).
 *
 * <p>Entries are up to {@link LookupTile#MOST}, less where there are so many groups that their sums would not fit 15
 * bits: with more dims tables are coarser and sieve less, but never wrong.
 */
final class LookupTables {
    /** Tokens whose tables are made at a time, 4 MiB of them at dim 768. */
    static final int MOST_TOKENS = 512;
    /** With smaller numbers the scale would be too great. */
    private static final float LEAST_GROUP = 1e-30f;
    /** Dims whose signs are those of a lane. */
    private static final int OF_LANE = GROUP - 2;

    private final CenteredTokens x;
    private final int pairs;
    private final byte[] data;
    private final int center;
    private final float scale;
    /** Added to a float below 2²² it leaves the rounded integer in the lowest bits. */
    private final float rounder;
    /** The scale with either sign in the lanes of a vector, for each of the {@link #OF_LANE} dims. */
    private final float[] signed;

    private LookupTables(CenteredTokens x, int pairs, byte[] data) {
        this.x = x;
        this.pairs = pairs;
        this.data = data;
        this.center = Math.min(LookupTile.MOST, Short.MAX_VALUE / (2 * pairs)) / 2;
        this.scale = (center + 0.45f) / x.greatestGroup();
        this.rounder = 0x1.8p23f + center;
        this.signed = signed(scale);
    }

    private static float[] signed(float scale) {
        float[] s = new float[OF_LANE * N];
        for (int i = 0; i < s.length; i++) {
            s[i] = (i % N >> i / N & 1) != 0 ? -scale : scale;
        }
        return s;
    }

    /** Tables of the tokens, or null if they are too close to each other for a scale or have too many dims. */
    static LookupTables of(WorkerPool pool, ArrayPool scratch, CenteredTokens x) {
        int pairs = PrototypeBits.pairs(x.dim());
        if (!(x.greatestGroup() > LEAST_GROUP) || pairs > LookupTile.MOST_PAIRS) {
            return null;
        }
        int tiles = Math.ceilDiv(x.count(), TOKENS);
        LookupTables t = new LookupTables(x, pairs, scratch.takeBytes(tiles * TOKENS * pairs * 2 * LANES));
        pool.run(tiles, t::fill);
        return t;
    }

    void giveBack(ArrayPool scratch) {
        scratch.giveBytes(data);
    }

    private void fill(int tile) {
        for (int i = 0; i < TOKENS; i++) {
            // A last tile that is not full repeats its last token.
            int from = x.at(Math.min(tile * TOKENS + i, x.count() - 1));
            int to = at(tile) + i * 2 * LANES;
            for (int g = 0; g < pairs; g++) {
                table(x.data(), from + g * 2 * GROUP, signed, scale, rounder, 2 * center, data, to);
                table(x.data(), from + g * 2 * GROUP + GROUP, signed, scale, rounder, 2 * center, data, to + LANES);
                to += TOKENS * 2 * LANES;
            }
        }
    }

    /**
     * All sums of a group's numbers with either sign: those of all but two dims in a register's lanes, the last but one
     * with either sign in two registers, the last with its own. Their negatives, which are the other half of the table,
     * lie as far on the other side of the center. The four entries of a lane are the bytes of an integer, so that a
     * table is one register without any conversion.
     */
    private static void table(
            float[] y, int at, float[] signed, float scale, float rounder, int twice, byte[] out, int to) {
        FloatVector v = FloatVector.fromArray(F, signed, 0).mul(y[at]);
        for (int d = 1; d < OF_LANE; d++) {
            v = FloatVector.fromArray(F, signed, d * N).fma(FloatVector.broadcast(F, y[at + d]), v);
        }
        float p = y[at + GROUP - 2] * scale;
        float q = y[at + GROUP - 1] * scale;
        // The upper two bytes of all these are of no use until the last step.
        IntVector plus = v.add(q + p).add(rounder).reinterpretAsInts();
        IntVector minus = v.add(q - p).add(rounder).reinterpretAsInts();
        IntVector both = minus.lanewise(VectorOperators.LSHL, 8).or(plus);
        // No entry is greater than twice the center: no byte borrows from the next.
        IntVector opposite = IntVector.broadcast(Lanes.I, twice * 0x101).sub(both);
        opposite.lanewise(VectorOperators.LSHL, 16)
                .or(both.and(0xffff))
                .reinterpretAsBytes()
                .intoArray(out, to);
    }

    byte[] data() {
        return data;
    }

    /** Where the tables of {@link LookupTile#TOKENS} tokens start. */
    int at(int tile) {
        return ArrayPool.BYTE_BASE + tile * TOKENS * pairs * 2 * LANES;
    }

    /**
     * No token whose sum lies below this can win, if there is one with this product ({@link CenteredTokens#products}).
     *
     * @param error what that can be wrong by, {@link RunningWinners#error}
     */
    short least(float product, double error) {
        double y = product - error - x.error();
        double sum = scale * y + 2.0 * pairs * (center - 0.5 - 1e-4);
        return (short) Math.clamp(Math.floor(sum), 0, Short.MAX_VALUE);
    }
}
