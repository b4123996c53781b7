package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.LookupTile.LANES;
import static org.unmute.kernels.vector.LookupTile.TOKENS;

import java.util.Arrays;

/**
 * Prototype matching where all prototypes are ±1, with the results of the tiles to the last bit: integer sums by table look-up
 * ({@link LookupTile}) as a filter, then float32 products in order for the tokens that can win ({@link Contenders}). Look-ups take
 * an eighth of the tiles' instructions.
 *
 * <p>Up to {@link LookupTables#MOST_TOKENS} different tokens at a time; of equal tokens only the first can win, so the others
 * (silence, mostly) are left out. Tasks are groups of {@link #BLOCKS} blocks of prototypes: tables of four tokens stay in the
 * first cache, the group's patterns and sums (256 KiB) in the second. Where a block has too many tokens that could win, the tiles
 * do it: the worst that can happen is their time and the filter's.
 *
 * <p>Memory: patterns of a bit an entry; tables and sums depend on neither the number of prototypes nor that of tokens.
 */
final class BinaryMatch {
    private static final int BLOCKS = 4;
    /** With fewer prototypes or tokens the tables cost more than they save. */
    private static final int LEAST_PROTOTYPES = 4 * LANES;
    private static final int LEAST_TOKENS = 16;
    private static final int LEAST_DIM = 32;
    /** Panels that make a block. */
    private static final int PANELS = LANES / Tile.COLUMNS;

    private final WorkerPool pool;
    private final Scratch scratch;
    private final DenseRows p;
    private final Panels panels;
    private final PrototypeBits bits;

    BinaryMatch(WorkerPool pool, Scratch scratch, DenseRows p, PrototypeBits bits) {
        this.pool = pool;
        this.scratch = scratch;
        this.p = p;
        // Rows are evenly spaced: they are those of a view with two axes, or a dense copy of it.
        int step = p.rows() > 1 ? p.start()[1] - p.start()[0] : 0;
        this.panels = new Panels(p.data(), p.start()[0], 1, step, p.length(), p.rows());
        this.bits = bits;
    }

    static boolean pays(int prototypes, int tokens, int dim) {
        return prototypes >= LEAST_PROTOTYPES && tokens >= LEAST_TOKENS && dim >= LEAST_DIM
                && PrototypeBits.pairs(dim) <= LookupTile.MOST_PAIRS;
    }

    /**
     * Greatest products of all prototypes with the rows, each divided by its norm; the rows must be free of NaN and infinities.
     *
     * @param best for each prototype. Modified.
     * @param winner for each prototype. Modified.
     */
    void match(DenseRows t, float[] norm, float[] best, int[] winner) {
        Arrays.fill(best, Float.NEGATIVE_INFINITY);
        Arrays.fill(winner, 0);
        for (int from = 0; from < t.rows(); from += LookupTables.MOST_TOKENS) {
            int[] different = EqualRows.firsts(t, norm, from, Math.min(t.rows(), from + LookupTables.MOST_TOKENS));
            NormalRows x = NormalRows.take(scratch, different.length, t.length());
            pool.run(Math.ceilDiv(different.length, Tile.ROWS), task -> {
                for (int i = task * Tile.ROWS; i < Math.min(different.length, (task + 1) * Tile.ROWS); i++) {
                    x.set(i, t, different[i], norm[different[i]]);
                }
            });
            LookupTables tables = LookupTables.of(pool, scratch, x);
            int blocks = Math.ceilDiv(p.rows(), LANES);
            pool.run(Math.ceilDiv(blocks, BLOCKS), task -> {
                OrderedSums sums = new OrderedSums(x, bits, different, best, winner);
                match(task * BLOCKS, Math.min(blocks, (task + 1) * BLOCKS), x, tables, different, sums);
                sums.flush();
            });
            if (tables != null) {
                tables.giveBack(scratch);
            }
            scratch.give(x.data());
        }
    }

    private void match(int from, int to, NormalRows x, LookupTables tables, int[] original, OrderedSums sums) {
        if (tables == null) {
            for (int block = from; block < to; block++) {
                dense(block, x, original, sums);
            }
            return;
        }
        int tiles = Math.ceilDiv(x.count(), TOKENS);
        int each = tiles * TOKENS * LANES;
        short[] lookup = new short[(to - from) * each];
        for (int tile = 0; tile < tiles; tile++) {
            for (int block = from; block < to; block++) {
                LookupTile.sum(bits.pairs(), bits.index(), bits.at(block), tables.data(), tables.at(tile), lookup,
                        (block - from) * each + tile * TOKENS * LANES);
            }
        }
        Contenders contenders = new Contenders(x, tables, bits, from, to - from, lookup, each);
        contenders.settle(sums).stream().forEach(block -> dense(from + block, x, original, sums));
    }

    /** A block by the tiles. */
    private void dense(int block, NormalRows x, int[] original, OrderedSums sums) {
        float[] right = scratch.take((long) x.dim() * LANES);
        float[] work = new float[Transpose.WORK];
        int last = Math.min(panels.columns(), (block + 1) * LANES);
        int count = Panels.count(last - block * LANES);
        for (int slice = 0; slice < x.slices(); slice++) {
            for (int i = 0; i < count; i++) {
                panels.copy(block * PANELS + i, slice * PackedRows.DEPTH, x.depth(slice), right, at(x, slice, i), work);
            }
        }
        float[] strip = new float[Tile.ROWS * LANES];
        float[] best = new float[LANES];
        int[] winner = new int[LANES];
        Arrays.fill(best, Float.NEGATIVE_INFINITY);
        for (int first = 0; first < x.count(); first += Tile.ROWS) {
            for (int slice = 0; slice < x.slices(); slice++) {
                for (int i = 0; i < count; i++) {
                    Tile.multiply(x.depth(slice), x.data(), x.at(slice, first), right, at(x, slice, i), strip, i * Tile.COLUMNS, LANES,
                            slice > 0);
                }
            }
            PrototypeKernel.keepBest(strip, LANES, Math.min(Tile.ROWS, x.count() - first), first, LANES, best, winner, 0);
        }
        for (int j = block * LANES; j < last; j++) {
            sums.offer(j, best[j - block * LANES], original[winner[j - block * LANES]]);
        }
        scratch.give(right);
    }

    private static int at(NormalRows x, int slice, int panel) {
        return Scratch.BASE + slice * PackedRows.DEPTH * LANES + panel * x.depth(slice) * Tile.COLUMNS;
    }
}
