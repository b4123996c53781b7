package org.unmute.kernels.vector.gemm;

import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.StridedRows;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.tile.PackedMatrix;
import org.unmute.kernels.vector.tile.PackedRows;
import org.unmute.kernels.vector.tile.Tile;

/**
 * A product with a packed right operand, parallel over rows: each thread packs its own rows of the left operand and
 * multiplies them with the right one, block by block of panels, slice by slice.
 *
 * <p>Unlike with one packed slab for all threads, no thread reads data another has just written, and threads
 * synchronize once, at the end, instead of twice per slice. With 513 rows of 768 on two cores it takes 0.95 of the time
 * on machines that move cache lines slowly between cores, and about the same elsewhere (bench/experiments.md, 84). Each
 * thread reads the whole right operand, which is too much for few rows.
 *
 * <p>Tiles seldom divide evenly: with 37 tiles, one of two threads would idle a twentieth of the time. So the remainder
 * and one more tile per thread come last, as tasks of one block each that any free thread takes.
 *
 * @param a left operand
 * @param b right operand
 * @param last applied to finished results
 * @param out the results
 * @param scratch provides memory for packed rows
 */
record RowParallelProduct(StridedRows a, PackedMatrix b, Epilogue last, StridedRows out, ArrayPool scratch) {
    /**
     * Tiles packed at a time: some 1.5 MB of a slice, in L3 while blocks of the right operand are in L2.
     */
    private static final int PACKED_TILES = 36;
    /** With fewer tiles per thread, reading the right operand costs more than sharing the left one saves. */
    private static final int MIN_TILES = 8;

    /** Whether this algorithm pays for {@code m} rows. */
    static boolean fit(int m, int threads) {
        return threads > 1 && m >= MIN_TILES * Tile.ROWS * threads;
    }

    /** Multiplies with tasks of {@code tiles} tiles and all columns, for a result with few columns. */
    void inPieces(WorkerPool by, int tiles) {
        int all = Math.ceilDiv(out.count(), Tile.ROWS);
        int blocks = blocks();
        by.forEachRange(all, tiles, (from, to) -> multiply(from, to - from, 0, blocks));
    }

    /** Multiplies with large tasks for each thread and small ones for the rest, for a result with many rows. */
    void inParts(WorkerPool by) {
        int threads = by.threads();
        int tiles = Math.ceilDiv(out.count(), Tile.ROWS);
        int blocks = blocks();
        // Each thread has large tasks of `each` tiles, then small ones of one block of one tile.
        int large = Math.ceilDiv(tiles / threads - 1, PACKED_TILES);
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

    /** Multiplies {@code tiles} tiles from {@code tile} on with blocks {@code [fromBlock, toBlock)}. */
    private void multiply(int tile, int tiles, int fromBlock, int toBlock) {
        int first = tile * Tile.ROWS;
        int count = Math.min(tiles * Tile.ROWS, out.count() - first);
        PackedRows rows = PackedRows.of(a, first, count);
        float[] left = scratch.acquire((long) tiles * PackedRows.TILE);
        TileStrip strip = new TileStrip(out);
        for (int slice = 0; slice < b.slices(); slice++) {
            rows.fill(first, count, slice * PackedRows.DEPTH, b.depth(slice), left, ArrayPool.BASE);
            Epilogue now = slice == b.slices() - 1 ? last : Epilogue.NONE;
            for (int block = fromBlock; block < toBlock; block++) {
                int panel = block * GemmKernel.BLOCK_PANELS;
                int from = panel * Tile.COLUMNS;
                strip.multiply(
                        rows,
                        b.depth(slice),
                        left,
                        ArrayPool.BASE,
                        b.data(),
                        b.at(slice, panel),
                        from,
                        Math.min(b.columns, from + GemmKernel.BLOCK_PANELS * Tile.COLUMNS),
                        first,
                        count,
                        slice > 0,
                        now);
            }
        }
        scratch.release(left);
    }
}
