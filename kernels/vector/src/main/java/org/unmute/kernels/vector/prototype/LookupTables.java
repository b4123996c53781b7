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
 * Lookup tables of {@link CenteredTokens} for {@link LookupTile}, as in product quantization: for each token and each
 * group of dims all sums {@code Σ±y}, times a scale, rounded to integers around {@link #center}. An entry is off by at
 * most half a unit, plus 10⁻⁴ for the float32 roundings before the last one (of numbers below 64). So one known product
 * bounds the sums of all tokens that can beat it ({@link #minSum}).
 *
 * <p>Entries go up to {@link LookupTile#MAX_ENTRY}, or less if the sum over all groups would exceed 15 bits: with more
 * dims the tables are coarser and filter less, but stay correct.
 */
final class LookupTables {
    /** Maximum tokens in a pass; their tables take 4 MiB at dim 768. */
    static final int MAX_TOKENS = 512;
    /** With more pairs of groups fine tables are too coarse to tell tokens apart. */
    private static final int MAX_FINE_PAIRS = Short.MAX_VALUE / 32;
    /** A smaller maximum would make the scale overflow. */
    private static final float MIN_GROUP = 1e-30f;
    /** Dims of a group whose signs the lane number encodes. */
    private static final int LANE_DIMS = GROUP - 2;

    private final CenteredTokens x;
    private final int pairs;
    private final byte[] data;
    /** Tables of what rounding took from {@link #data}, times {@link #fineFactor}; null if not requested. */
    private final byte[] fine;

    private final int center;
    private final float scale;
    /** Added to a float below 2²², this leaves the rounded integer in the lowest bits. */
    private final float rounder;
    /** For each of the {@link #LANE_DIMS} dims, the scale with the signs that the lanes stand for. */
    private final float[] signed;

    private LookupTables(CenteredTokens x, int pairs, byte[] data, byte[] fine) {
        this.x = x;
        this.pairs = pairs;
        this.data = data;
        this.fine = fine;
        this.center = Math.min(LookupTile.MAX_ENTRY, Short.MAX_VALUE / (2 * pairs)) / 2;
        this.scale = (center + 0.45f) / x.maxGroup();
        this.rounder = 0x1.8p23f + center;
        this.signed = signed(scale);
    }

    private static float[] signed(float scale) {
        float[] s = new float[LANE_DIMS * N];
        for (int i = 0; i < s.length; i++) {
            s[i] = (i % N >> i / N & 1) != 0 ? -scale : scale;
        }
        return s;
    }

    /** The tables of the tokens; null if the tokens are too close to each other for a scale or have too many dims. */
    static LookupTables of(WorkerPool pool, ArrayPool scratch, CenteredTokens x) {
        return of(pool, scratch, x, false);
    }

    /**
     * The same with fine tables: the sum of the coarse entries times {@link #fineFactor}, plus that of the fine ones,
     * differs for two tokens as their products do, up to {@link #fineMargin}. Null in the same cases.
     */
    static LookupTables fine(WorkerPool pool, ArrayPool scratch, CenteredTokens x) {
        return of(pool, scratch, x, true);
    }

    private static LookupTables of(WorkerPool pool, ArrayPool scratch, CenteredTokens x, boolean fine) {
        int pairs = PrototypeBits.pairs(x.dim());
        if (!(x.maxGroup() > MIN_GROUP) || pairs > LookupTile.MAX_PAIRS) {
            return null;
        }
        int tiles = Math.ceilDiv(x.count(), TOKENS);
        int size = Math.multiplyExact(tiles, TOKENS * pairs * 2 * LANES);
        if (fine && pairs > MAX_FINE_PAIRS) {
            return null;
        }
        LookupTables t =
                new LookupTables(x, pairs, scratch.acquireBytes(size), fine ? scratch.acquireBytes(size) : null);
        pool.run(tiles, t::fill);
        return t;
    }

    void release(ArrayPool scratch) {
        scratch.releaseBytes(data);
        if (fine != null) {
            scratch.releaseBytes(fine);
        }
    }

    private void fill(int tile) {
        for (int i = 0; i < TOKENS; i++) {
            // An incomplete last tile repeats its last token.
            int from = x.at(Math.min(tile * TOKENS + i, x.count() - 1));
            int to = at(tile) + i * 2 * LANES;
            for (int g = 0; g < pairs; g++) {
                table(x.data(), from + g * 2 * GROUP, signed, scale, rounder, 2 * center, data, to);
                table(x.data(), from + g * 2 * GROUP + GROUP, signed, scale, rounder, 2 * center, data, to + LANES);
                if (fine != null) {
                    int factor = fineFactor();
                    fine(x.data(), from + g * 2 * GROUP, signed, scale, rounder, center, factor, fine, to);
                    fine(
                            x.data(),
                            from + g * 2 * GROUP + GROUP,
                            signed,
                            scale,
                            rounder,
                            center,
                            factor,
                            fine,
                            to + LANES);
                }
                to += TOKENS * 2 * LANES;
            }
        }
    }

    /**
     * Writes the table of a group: all sums of its numbers with either sign. The lanes of a vector cover the signs of
     * all dims but two; the next dim takes either sign in two vectors, the last dim its own sign. The other half of the
     * table, the negatives, mirrors these entries at the center. The four entries of a lane are the bytes of one int,
     * so a table needs no conversion.
     */
    private static void table(
            float[] y, int at, float[] signed, float scale, float rounder, int twice, byte[] out, int to) {
        FloatVector v = FloatVector.fromArray(F, signed, 0).mul(y[at]);
        for (int d = 1; d < LANE_DIMS; d++) {
            v = FloatVector.fromArray(F, signed, d * N).fma(FloatVector.broadcast(F, y[at + d]), v);
        }
        float p = y[at + GROUP - 2] * scale;
        float q = y[at + GROUP - 1] * scale;
        // Only the lower two bytes matter until the last step.
        IntVector plus = v.add(q + p).add(rounder).reinterpretAsInts();
        IntVector minus = v.add(q - p).add(rounder).reinterpretAsInts();
        IntVector both = minus.lanewise(VectorOperators.LSHL, 8).or(plus);
        // No entry exceeds twice the center, so no byte borrows from the next.
        IntVector opposite = IntVector.broadcast(Lanes.I, twice * 0x101).sub(both);
        opposite.lanewise(VectorOperators.LSHL, 16)
                .or(both.and(0xffff))
                .reinterpretAsBytes()
                .intoArray(out, to);
    }

    /** Writes the table of what {@link #table} rounds away, in the same order. */
    private static void fine(
            float[] y, int at, float[] signed, float scale, float rounder, int center, int factor, byte[] out, int to) {
        FloatVector v = FloatVector.fromArray(F, signed, 0).mul(y[at]);
        for (int d = 1; d < LANE_DIMS; d++) {
            v = FloatVector.fromArray(F, signed, d * N).fma(FloatVector.broadcast(F, y[at + d]), v);
        }
        float p = y[at + GROUP - 2] * scale;
        float q = y[at + GROUP - 1] * scale;
        FloatVector a = v.add(q + p);
        FloatVector b = v.add(q - p);
        // Sums less their rounded values are exact; at most a half, so that an entry is at most the center off it.
        IntVector plus = a.sub(a.add(rounder).sub(rounder))
                .mul((float) factor)
                .add(rounder)
                .reinterpretAsInts();
        IntVector minus = b.sub(b.add(rounder).sub(rounder))
                .mul((float) factor)
                .add(rounder)
                .reinterpretAsInts();
        IntVector both = minus.lanewise(VectorOperators.LSHL, 8).or(plus);
        IntVector opposite = IntVector.broadcast(Lanes.I, 2 * center * 0x101).sub(both);
        opposite.lanewise(VectorOperators.LSHL, 16)
                .or(both.and(0xffff))
                .reinterpretAsBytes()
                .intoArray(out, to);
    }

    byte[] data() {
        return data;
    }

    byte[] fine() {
        return fine;
    }

    /** Units of the fine tables in one of the coarse ones. */
    int fineFactor() {
        return Math.max(1, 2 * center - 1);
    }

    /**
     * Tokens whose combined sums differ by more, in fine units, are in the right order: an entry of either token is off
     * by half a unit, by what float32 did to the scaled sum before it was rounded (10⁻⁴ coarse units, see above) and by
     * as little in the fine table; a token is off by {@link CenteredTokens#error}. One unit more covers float64.
     */
    int fineMargin() {
        double entry = 0.5 + 1e-4 * fineFactor() + 1e-4;
        return (int) Math.ceil(2 * (2.0 * pairs * entry + scale * (double) fineFactor() * x.error())) + 1;
    }

    /** Where the tables of {@link LookupTile#TOKENS} tokens start. */
    int at(int tile) {
        return ArrayPool.BYTE_BASE + tile * TOKENS * pairs * 2 * LANES;
    }

    /**
     * The smallest sum of a token that can win if some token has this product ({@link CenteredTokens#products}).
     *
     * @param error of that product, {@link RunningWinners#error}
     */
    short minSum(float product, double error) {
        double y = product - error - x.error();
        double sum = scale * y + 2.0 * pairs * (center - 0.5 - 1e-4);
        return (short) Math.clamp(Math.floor(sum), 0, Short.MAX_VALUE);
    }
}
