package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.load;

import java.util.function.Function;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/**
 * Matrix products of float views of any strides.
 *
 * <p>The right operand is packed into panels (kept, if it is a frozen weight), the left one copied slab by slab. Threads
 * share out blocks of {@link #BLOCK_PANELS} panels, which stay in a core's second cache while all rows of the slab pass by.
 * Every result is summed by one thread in the order of the inner index, so results do not depend on how work is split.
 */
final class Gemm {
    /** Rows of a slab: a multiple of both tiles' rows. */
    private static final int SLAB = 504;
    /** A rest of so few rows joins the last slab: it would be a whole pass over the right operand. */
    private static final int SPARE = 56;
    private static final int BLOCK_PANELS = 6;
    /** Below this many multiplications one thread is faster. */
    private static final long ALONE = 1 << 16;

    private final WorkerPool pool;
    private final WorkerPool alone = new WorkerPool(1);
    private final Scratch scratch;

    Gemm(WorkerPool pool, Scratch scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    /** Rows of a matrix anywhere in an array: where each starts, and the distance from column to column. */
    record Rows(float[] data, int[] start, int step) {
        static Rows of(View x) {
            return new Rows(x.host().floats(), Positions.ofRows(x), Math.toIntExact(x.stride(-1)));
        }
    }

    void matmul(View a, View b, View out) {
        int rank = out.shape().rank();
        if (out.shape().elements() == 0) {
            return;
        }
        Shape batch = out.shape().head(rank - 2);
        if (sharedOverBatch(b, rank)) {
            View one = b;
            while (one.shape().rank() > 2) {
                one = one.select(0, 0);
            }
            multiply(pool, Rows.of(a), pack(pool, one), null, Rows.of(out));
            return;
        }
        int count = Math.toIntExact(batch.elements());
        long work = out.shape().elements() * a.shape().size(-1);
        boolean byMatrix = count >= pool.threads() || work / count < ALONE;
        WorkerPool inner = byMatrix ? alone : pool;
        (byMatrix && work >= ALONE ? pool : alone).run(count, i -> {
            View right = matrix(b, i);
            float[] packed = scratch.take(PackedMatrix.size(right.shape().dim(0), right.shape().dim(1)));
            PackedMatrix p = new PackedMatrix(right.shape().dim(0), right.shape().dim(1), packed).fill(inner, right);
            multiply(inner, Rows.of(matrix(a, i)), p, null, Rows.of(matrix(out, i)));
            scratch.give(packed);
        });
    }

    private static boolean sharedOverBatch(View b, int rank) {
        for (int i = 0; i < rank - 2; i++) {
            if (b.stride(i) != 0 && b.shape().size(i) != 1) {
                return false;
            }
        }
        return true;
    }

    /** Number {@code i}, in row-major order, of the matrices in a batch. */
    static View matrix(View x, int i) {
        View m = x;
        int rest = i;
        for (int axis = x.shape().rank() - 3; axis >= 0; axis--) {
            int n = x.shape().dim(axis);
            m = m.select(axis, rest % n);
            rest /= n;
        }
        return m;
    }

    private PackedMatrix pack(WorkerPool by, View b) {
        int inner = b.shape().dim(0);
        int columns = b.shape().dim(1);
        return new PackedMatrix(inner, columns, Scratch.own(PackedMatrix.size(inner, columns))).fill(by, b);
    }

    /** A packed weight and which part of its buffer it is. */
    private record PackedWeight(long offset, Shape shape, long rows, long columns, PackedMatrix matrix) {
        boolean isOf(View w) {
            return offset == w.offset() && shape.equals(w.shape()) && rows == w.stride(0) && columns == w.stride(1);
        }

        static PackedWeight of(View w, Function<View, PackedMatrix> pack) {
            return new PackedWeight(w.offset(), w.shape(), w.stride(0), w.stride(1), pack.apply(w.transpose(0, 1)));
        }
    }

    /** {@code out = x weightᵀ + bias}; a frozen buffer keeps the packed form of the weight that was used first. */
    void linear(View x, View weight, View bias, View out) {
        if (out.shape().elements() == 0) {
            return;
        }
        Function<HostBuffer, PackedWeight> make = buffer -> PackedWeight.of(weight, w -> pack(pool, w));
        PackedWeight packed = weight.host().packed(PackedWeight.class, make);
        if (!packed.isOf(weight)) {
            packed = make.apply(weight.host());
        }
        float[] added = null;
        if (bias != null) {
            int n = bias.shape().dim(0);
            added = new float[Lanes.roundUp(n, Lanes.N)];
            Loops.load(bias.host().floats(), Math.toIntExact(bias.offset()), Math.toIntExact(bias.stride(0)), added, n);
        }
        multiply(pool, inputRows(x, out), packed.matrix(), added, Rows.of(out));
    }

    /** Rows of x; where they have no elements, as many as the output has. */
    private static Rows inputRows(View x, View out) {
        if (x.shape().size(-1) == 0) {
            return new Rows(x.host().floats(), new int[Positions.ofRows(out).length], 1);
        }
        return Rows.of(x);
    }

    /** {@code out = a b + bias}; the bias may be null. */
    void multiply(WorkerPool by, Rows a, PackedMatrix b, float[] bias, Rows out) {
        int m = out.start().length;
        int rows = Math.min(m, SLAB + SPARE);
        float[] left = scratch.take((long) Lanes.roundUp(rows, Tile.ROWS) * PackedRows.STRIDE);
        WorkerPool use = (long) m * b.columns * b.inner < ALONE ? alone : by;
        for (int row = 0, count; row < m; row += count) {
            count = m - row <= SLAB + SPARE ? m - row : SLAB;
            for (int slice = 0; slice < Math.max(1, b.slices()); slice++) {
                slab(use, a, b, bias, out, row, count, slice, left);
            }
        }
        scratch.give(left);
    }

    private void slab(WorkerPool by, Rows a, PackedMatrix b, float[] bias, Rows out, int row, int count, int slice,
            float[] left) {
        int depth = b.inner == 0 ? 0 : b.depth(slice);
        int tiles = Math.ceilDiv(count, Tile.ROWS);
        if (a.start().length > 0 && depth > 0) {
            int each = Math.max(1, Loops.CHUNK / depth);
            by.run(Math.ceilDiv(count, each), task -> {
                int first = task * each;
                PackedRows.copy(a.data(), a.start(), row + first, Math.min(each, count - first), a.step(),
                        slice * PackedRows.DEPTH, depth, left, Scratch.BASE + first * PackedRows.STRIDE);
            });
        }
        int blocks = Math.ceilDiv(b.panels, BLOCK_PANELS);
        // Few blocks: share out the rows of each too, so that threads finish together.
        int groups = Math.clamp(Math.ceilDiv(4 * by.threads(), blocks), 1, Math.max(1, tiles / 6));
        int tilesEach = Math.ceilDiv(tiles, groups);
        by.run(blocks * groups, task -> {
            int block = task / groups;
            int fromTile = task % groups * tilesEach;
            int toTile = Math.min(tiles, fromTile + tilesEach);
            int fromPanel = block * BLOCK_PANELS;
            int toPanel = Math.min(b.panels, fromPanel + BLOCK_PANELS);
            float[] edge = new float[Tile.ROWS * Tile.COLUMNS];
            for (int t = fromTile; t < toTile; t++) {
                strip(b, slice, depth, left, t, fromPanel, toPanel, out, row, count, edge);
                if (bias != null && slice >= b.slices() - 1) {
                    addBias(bias, out, row + t * Tile.ROWS, Math.min(Tile.ROWS, count - t * Tile.ROWS),
                            fromPanel * Tile.COLUMNS, Math.min(b.columns, toPanel * Tile.COLUMNS));
                }
            }
        });
    }

    private static void strip(PackedMatrix b, int slice, int depth, float[] left, int tile, int fromPanel, int toPanel,
            Rows out, int row, int count, float[] edge) {
        int first = tile * Tile.ROWS;
        int rows = Math.min(Tile.ROWS, count - first);
        int at = Scratch.BASE + first * PackedRows.STRIDE;
        int[] start = out.start();
        int ldc = rows > 1 ? start[row + first + 1] - start[row + first] : 0;
        boolean direct = rows == Tile.ROWS && out.step() == 1 && evenly(start, row + first, ldc);
        for (int p = fromPanel; p < toPanel; p++) {
            int column = p * Tile.COLUMNS;
            int columns = Math.min(Tile.COLUMNS, b.columns - column);
            int panel = depth == 0 ? 0 : b.at(slice, p);
            if (direct && columns == Tile.COLUMNS) {
                Tile.multiply(depth, left, at, b.data(), panel, out.data(), start[row + first] + column, ldc, slice > 0);
            } else {
                Tile.multiply(depth, left, at, b.data(), panel, edge, 0, Tile.COLUMNS, false);
                scatter(edge, out, row + first, rows, column, columns, slice > 0);
            }
        }
    }

    private static boolean evenly(int[] start, int first, int step) {
        for (int i = 1; i < Tile.ROWS; i++) {
            if (start[first + i] - start[first + i - 1] != step) {
                return false;
            }
        }
        return true;
    }

    private static void scatter(float[] edge, Rows out, int first, int rows, int column, int columns, boolean add) {
        float[] c = out.data();
        for (int r = 0; r < rows; r++) {
            int to = out.start()[first + r] + column * out.step();
            for (int j = 0; j < columns; j++) {
                float v = edge[r * Tile.COLUMNS + j];
                int at = to + j * out.step();
                c[at] = add ? v + c[at] : v;
            }
        }
    }

    /** On rows that the tiles have just written and that are still in the first cache. */
    private static void addBias(float[] bias, Rows out, int first, int rows, int from, int to) {
        float[] c = out.data();
        int whole = out.step() == 1 ? from + (to - from) / Lanes.N * Lanes.N : from;
        for (int r = 0; r < rows; r++) {
            int at = out.start()[first + r];
            for (int j = from; j < whole; j += Lanes.N) {
                load(c, at + j).add(load(bias, j)).intoArray(c, at + j);
            }
            for (int j = whole; j < to; j++) {
                c[at + j * out.step()] += bias[j];
            }
        }
    }
}
