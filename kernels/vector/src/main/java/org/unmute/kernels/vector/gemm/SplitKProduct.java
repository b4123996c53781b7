package org.unmute.kernels.vector.gemm;

import static org.unmute.kernels.vector.runtime.Lanes.N;

import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.StridedRows;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.tile.PackedRows;
import org.unmute.kernels.vector.tile.Panels;
import org.unmute.kernels.vector.tile.Tile;

/**
 * A product with a long inner dimension (split-K), such as the gradient of a weight: {@code [64, 188000] [188000,
 * 768]}, {@code [192, 2064] [2064, 768]}. The inner dimension is split into parts; each part is summed into a separate
 * matrix, and the matrices are added in order. The number of parts depends on the shape, never on the number of
 * threads, so any number of threads gives the same bits.
 *
 * <p>A part is processed slice by slice: slices of both operands are packed (the right one by blocks of panels) and
 * immediately multiplied, from L2. No operand is ever copied as a whole.
 */
final class SplitKProduct {
    /**
     * The inner dimension is very long if it has at least this many slices of {@link PackedRows#DEPTH}: the result is
     * then small compared with the operands.
     */
    private static final int VERY_LONG = 16;

    private static final int LONG = 2 * PackedRows.DEPTH;
    private static final int MAX_PARTS = 16;
    private static final int MIN_SLICES = 2;
    /** Maximum elements of the result for a very long and for a long inner dimension. */
    private static final int SMALL = 1 << 17;

    private static final int MODERATE = 1 << 18;
    /**
     * Floats in the slices of both operands if the inner dimension is not very long, when the result takes much of L2.
     */
    private static final int SLICE_FLOATS = 270_000;
    /** Floats of all parts in that case; each float is written and read once more. */
    private static final int PART_FLOATS = 1 << 19;
    /** The depth of a slice is a multiple of this. */
    private static final int MIN_DEPTH = 64;

    private final ArrayPool scratch;

    SplitKProduct(ArrayPool scratch) {
        this.scratch = scratch;
    }

    /**
     * Whether this algorithm pays for a product {@code [m, k] [k, n]}.
     *
     * @param gradient whether the left operand is contiguous along its columns, as in the gradient of a weight. Other
     *     products keep the summation order of a linear map unless the inner dimension is very long.
     */
    static boolean fits(int m, int k, int n, boolean gradient) {
        long size = (long) Lanes.roundUp(m, Tile.ROWS) * Lanes.roundUp(n, Tile.COLUMNS);
        return isVeryLong(k) && size <= SMALL || gradient && k >= LONG && size <= MODERATE;
    }

    private static boolean isVeryLong(int k) {
        return PackedRows.slices(k) >= VERY_LONG;
    }

    /** Depth of a slice. */
    private static int depth(int m, int k, int n) {
        if (isVeryLong(k)) {
            return PackedRows.DEPTH;
        }
        int width = Lanes.roundUp(m, Tile.ROWS) / Tile.ROWS * Tile.LINE + Lanes.roundUp(n, Tile.COLUMNS);
        int most = Math.clamp(SLICE_FLOATS / width / MIN_DEPTH * MIN_DEPTH, MIN_DEPTH, PackedRows.DEPTH);
        // An even number of slices of almost equal depth.
        int slices = Lanes.roundUp(Math.ceilDiv(k, most), MIN_SLICES);
        return Math.ceilDiv(k, slices);
    }

    private static int parts(int slices, int size, boolean veryLong) {
        int most = veryLong ? MAX_PARTS : Math.clamp(PART_FLOATS / size / 2 * 2, 2, MAX_PARTS);
        return Math.clamp(slices / MIN_SLICES, 1, most);
    }

    void run(WorkerPool pool, StridedRows a, Panels b, StridedRows out) {
        int m = out.count();
        int tiles = Math.ceilDiv(m, Tile.ROWS);
        int width = Lanes.roundUp(b.columns(), Tile.COLUMNS);
        int size = tiles * Tile.ROWS * width;
        int depth = depth(m, b.inner(), b.columns());
        int slices = Math.ceilDiv(b.inner(), depth);
        int parts = parts(slices, size, isVeryLong(b.inner()));
        float[] sums = scratch.acquire((long) parts * size);
        PackedRows rows = PackedRows.of(a, 0, m);
        // If there are more threads than parts, tasks split the rows of a part; the bits stay the same.
        int groups = Math.clamp(Math.ceilDiv(pool.threads(), parts), 1, tiles);
        int tilesEach = Math.ceilDiv(tiles, groups);
        pool.run(parts * groups, task -> {
            int part = task / groups;
            int firstTile = Math.min(tiles, task % groups * tilesEach);
            int count = Math.min(tilesEach, tiles - firstTile);
            if (count == 0) {
                return;
            }
            int row = firstTile * Tile.ROWS;
            float[] left = scratch.acquire((long) count * PackedRows.TILE);
            float[] right = scratch.acquire((long) GemmKernel.BLOCK_PANELS * depth * Tile.COLUMNS);
            int first = (int) ((long) slices * part / parts);
            int last = (int) ((long) slices * (part + 1) / parts);
            for (int slice = first; slice < last; slice++) {
                int from = slice * depth;
                int now = Math.min(depth, b.inner() - from);
                rows.fill(row, Math.min(m - row, count * Tile.ROWS), from, now, left, ArrayPool.BASE);
                slice(
                        rows,
                        left,
                        count,
                        b,
                        from,
                        now,
                        right,
                        sums,
                        ArrayPool.BASE + part * size + row * width,
                        slice > first);
            }
            scratch.release(left);
            scratch.release(right);
        });
        pool.forEachRow(m, (long) width * parts, i -> {
            int row = ArrayPool.BASE + i * width;
            total(sums, row, size, parts, b.columns());
            ElementLoops.store(sums, row, out.data(), out.start()[i], out.step(), b.columns());
        });
        scratch.release(sums);
    }

    private static void slice(
            PackedRows rows,
            float[] left,
            int tiles,
            Panels b,
            int row,
            int depth,
            float[] right,
            float[] sums,
            int at,
            boolean add) {
        int panels = Panels.count(b.columns());
        int width = panels * Tile.COLUMNS;
        for (int from = 0; from < panels; from += GemmKernel.BLOCK_PANELS) {
            int to = Math.min(panels, from + GemmKernel.BLOCK_PANELS);
            b.copy(from, to, row, depth, right, ArrayPool.BASE);
            for (int t = 0; t < tiles; t++) {
                for (int p = from; p < to; p++) {
                    rows.multiply(
                            depth,
                            left,
                            ArrayPool.BASE + t * PackedRows.TILE,
                            right,
                            ArrayPool.BASE + (p - from) * depth * Tile.COLUMNS,
                            b.columns() - p * Tile.COLUMNS,
                            sums,
                            at + t * Tile.ROWS * width + p * Tile.COLUMNS,
                            width,
                            add);
                }
            }
        }
    }

    /** Adds a row of every part to that row of the first part, in order. */
    private static void total(float[] sums, int at, int size, int parts, int n) {
        for (int j = 0; j < n; j += N) {
            FloatVector sum = Lanes.load(sums, at + j);
            for (int p = 1; p < parts; p++) {
                sum = sum.add(Lanes.load(sums, at + p * size + j));
            }
            sum.intoArray(sums, at + j);
        }
    }
}
