package org.unmute.kernels.vector.gemm;

import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.StridedRows;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.tile.PackedMatrix;
import org.unmute.kernels.vector.tile.PackedRows;
import org.unmute.kernels.vector.tile.Tile;

/**
 * A product with a right operand that is packed as a whole, whose rows threads share out: each packs its own rows of
 * the left operand and passes the right one with them, block of panels by block, slice by slice.
 *
 * <p>So no thread reads what another one has just written, unlike with one packed slab for all, and threads meet once,
 * at the end, instead of twice a slice. With 513 rows of 768 on two cores that is 0.95 of the time where lines take
 * long from core to core, and about as long where they do not (bench/experiments.md, 84). Each thread reads the whole
 * right operand, which is too much for few rows.
 *
 * <p>Whole tiles seldom divide evenly: 37 for two threads would leave one of them waiting for a twentieth of the time.
 * What is left over, and one tile a thread besides, is done last, block by block, by whoever is free.
 *
 * @param a left operand
 * @param b right operand
 * @param last what happens to finished results
 * @param out the results
 * @param scratch where room for packed rows comes from
 */
record RowParallelProduct(StridedRows a, PackedMatrix b, Epilogue last, StridedRows out, ArrayPool scratch) {
    /**
     * Tiles packed at a time: some 1.5 MB of a slice, which are in the third cache while blocks of the right operand
     * are in the second.
     */
    private static final int TOGETHER = 36;
    /** With fewer tiles a thread, reading the right operand costs more than sharing the left one. */
    private static final int LEAST = 8;

    /** Whether this is the way for {@code m} rows. */
    static boolean fit(int m, int threads) {
        return threads > 1 && m >= LEAST * Tile.ROWS * threads;
    }

    /** With few columns: {@code tiles} tiles at a time, and all columns with them. */
    void inPieces(WorkerPool by, int tiles) {
        int all = Math.ceilDiv(out.count(), Tile.ROWS);
        int blocks = blocks();
        by.run(
                Math.ceilDiv(all, tiles),
                task -> multiply(task * tiles, Math.min(tiles, all - task * tiles), 0, blocks));
    }

    /** With many rows: each thread's own part in large pieces, the rest in small ones. */
    void inParts(WorkerPool by) {
        int threads = by.threads();
        int tiles = Math.ceilDiv(out.count(), Tile.ROWS);
        int blocks = blocks();
        // Each thread's tasks: large ones of `each` tiles, then small ones of a block of a tile.
        int large = Math.ceilDiv(tiles / threads - 1, TOGETHER);
        int each = (tiles / threads - 1) / large;
        int apart = threads * large * each;
        int small = Math.ceilDiv((tiles - apart) * blocks, threads);
        by.run(threads * (large + small), task -> {
            int thread = task / (large + small);
            int i = task % (large + small);
            int unit = thread * small + i - large;
            if (i < large) {
                multiply((thread * large + i) * each, each, 0, blocks);
            } else if (apart + unit / blocks < tiles) {
                multiply(apart + unit / blocks, 1, unit % blocks, unit % blocks + 1);
            }
        });
    }

    private int blocks() {
        return Math.ceilDiv(b.panels, GemmKernel.BLOCK_PANELS);
    }

    /** Rows of {@code tiles} tiles from {@code tile} on, columns of blocks {@code [fromBlock, toBlock)}. */
    private void multiply(int tile, int tiles, int fromBlock, int toBlock) {
        int first = tile * Tile.ROWS;
        int count = Math.min(tiles * Tile.ROWS, out.count() - first);
        PackedRows rows = PackedRows.of(a, first, count);
        float[] left = scratch.take((long) tiles * PackedRows.TILE);
        TileStrip strip = new TileStrip(out);
        for (int slice = 0; slice < b.slices(); slice++) {
            rows.fill(first, count, slice * PackedRows.DEPTH, b.depth(slice), left, ArrayPool.BASE);
            Epilogue now = slice == b.slices() - 1 ? last : Epilogue.NONE;
            for (int block = fromBlock; block < toBlock; block++) {
                multiply(rows, left, first, count, slice, block * GemmKernel.BLOCK_PANELS, strip, now);
            }
        }
        scratch.give(left);
    }

    /** Packed rows {@code [first, first + count)} with a block of panels of a slice. */
    private void multiply(
            PackedRows rows, float[] left, int first, int count, int slice, int panel, TileStrip strip, Epilogue now) {
        int depth = b.depth(slice);
        int at = b.at(slice, panel);
        int from = panel * Tile.COLUMNS;
        int to = Math.min(b.columns, from + GemmKernel.BLOCK_PANELS * Tile.COLUMNS);
        for (int t = 0; t * Tile.ROWS < count; t++) {
            int row = first + t * Tile.ROWS;
            int n = Math.min(Tile.ROWS, first + count - row);
            strip.multiply(
                    rows, depth, left, ArrayPool.BASE + t * PackedRows.TILE, b.data(), at, from, to, row, n, slice > 0);
            now.apply(out, row, n, from, to);
        }
    }
}
