package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.N;

import jdk.incubator.vector.FloatVector;

/**
 * A small product of long operands, as the gradient of a weight is: {@code [64, 188000] [188000, 768]}. The inner index is cut
 * into parts; each part is summed into a matrix of its own and the matrices are added in order. How many parts there are is a
 * matter of the shape, never of the number of threads, so that the bits are the same on all of them.
 *
 * <p>Within a part it goes slice by slice: both operands' slices are packed (the right one by blocks of panels) and used at
 * once, from the second cache. So no operand is ever copied as a whole.
 */
final class SplitProduct {
    /** Slices from which on an inner size is long. */
    private static final int LONG = 16;
    private static final int MOST_PARTS = 16;
    private static final int LEAST_SLICES = 2;
    /** Elements of a small result. */
    private static final int SMALL = 1 << 17;
    private static final int BLOCK_PANELS = 6;

    private final Scratch scratch;

    SplitProduct(Scratch scratch) {
        this.scratch = scratch;
    }

    static boolean fits(int m, int k, int n) {
        return PackedRows.slices(k) >= LONG
                && (long) Lanes.roundUp(m, Tile.ROWS) * Lanes.roundUp(n, Tile.COLUMNS) <= SMALL;
    }

    void run(WorkerPool pool, Rows a, Panels b, Rows out) {
        int m = out.count();
        int tiles = Math.ceilDiv(m, Tile.ROWS);
        int width = Lanes.roundUp(b.columns(), Tile.COLUMNS);
        int size = tiles * Tile.ROWS * width;
        int slices = PackedRows.slices(b.inner());
        int parts = Math.min(MOST_PARTS, slices / LEAST_SLICES);
        float[] sums = scratch.take((long) parts * size);
        PackedRows rows = PackedRows.of(a, 0, m);
        pool.run(parts, part -> {
            float[] left = scratch.take((long) tiles * PackedRows.TILE);
            float[] right = scratch.take((long) BLOCK_PANELS * PackedRows.DEPTH * Tile.COLUMNS);
            int first = (int) ((long) slices * part / parts);
            int last = (int) ((long) slices * (part + 1) / parts);
            for (int slice = first; slice < last; slice++) {
                rows.fill(0, m, slice * PackedRows.DEPTH, PackedRows.depth(b.inner(), slice), left, Scratch.BASE);
                slice(rows, left, tiles, b, slice, right, sums, Scratch.BASE + part * size, slice > first);
            }
            scratch.give(left);
            scratch.give(right);
        });
        int together = Math.max(1, Loops.CHUNK / (width * parts));
        pool.run(Math.ceilDiv(m, together), task -> {
            for (int i = task * together; i < Math.min(m, (task + 1) * together); i++) {
                total(sums, Scratch.BASE + i * width, size, parts, b.columns());
                Loops.store(sums, Scratch.BASE + i * width, out.data(), out.start()[i], out.step(), b.columns());
            }
        });
        scratch.give(sums);
    }

    private static void slice(PackedRows rows, float[] left, int tiles, Panels b, int slice, float[] right, float[] sums, int at,
            boolean add) {
        int panels = Panels.count(b.columns());
        int depth = PackedRows.depth(b.inner(), slice);
        int width = panels * Tile.COLUMNS;
        float[] work = new float[Transpose.WORK];
        for (int from = 0; from < panels; from += BLOCK_PANELS) {
            int to = Math.min(panels, from + BLOCK_PANELS);
            for (int p = from; p < to; p++) {
                b.copy(p, slice * PackedRows.DEPTH, depth, right, Scratch.BASE + (p - from) * depth * Tile.COLUMNS, work);
            }
            for (int t = 0; t < tiles; t++) {
                for (int p = from; p < to; p++) {
                    rows.multiply(depth, left, Scratch.BASE + t * PackedRows.TILE, right,
                            Scratch.BASE + (p - from) * depth * Tile.COLUMNS, b.columns() - p * Tile.COLUMNS, sums,
                            at + t * Tile.ROWS * width + p * Tile.COLUMNS, width, add);
                }
            }
        }
    }

    /** Adds a row of each part to that of the first, in order. */
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
