package org.unmute.kernels.vector.attention;

import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.all;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.Matrices;
import org.unmute.kernels.vector.runtime.RowMath;
import org.unmute.kernels.vector.runtime.StridedRows;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.tile.PackedRows;
import org.unmute.kernels.vector.tile.Panels;
import org.unmute.kernels.vector.tile.Tile;
import org.unmute.kernels.vector.tile.Transpose;
import org.unmute.tensor.backend.View;

/**
 * Gradients of attention without matrices of scores in memory. For each matrix of the batch (a head) keys and values
 * are packed once; then a block of queries at a time is scored again, its weights' gradients are made beside the
 * weights, both go through the softmax in the second cache, and five products are made of them. Gradients of keys and
 * values are added up from block to block.
 *
 * <p>A head is one task. With few heads the blocks of each are shared out to several tasks, whose sums are added in
 * order; how many is a matter of the shape alone.
 */
public final class AttentionGradientKernel {
    /** Queries of a block at most and at least. */
    private static final int MOST_TILES = 140 / Tile.ROWS;

    private static final int LEAST_TILES = Math.ceilDiv(56, Tile.ROWS);
    /** Floats of a block of weights: they and their gradients share the second cache with what is packed. */
    private static final int BLOCK_FLOATS = 48_000;
    /** With fewer heads a head's blocks are shared out. */
    private static final int LEAST_TASKS = 8;

    private final WorkerPool pool;
    private final ArrayPool scratch;

    public AttentionGradientKernel(WorkerPool pool, ArrayPool scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    /** Whether there is something to do and a key and a value are no longer than what tiles take at once. */
    public static boolean fits(View q, View k, View v) {
        return q.shape().elements() > 0
                && k.shape().elements() > 0
                && v.shape().elements() > 0
                && q.shape().size(-1) <= PackedRows.DEPTH
                && v.shape().size(-1) <= PackedRows.DEPTH;
    }

    /**
     * @param q {@code [..., queries, d]}
     * @param k {@code [..., keys, d]}
     * @param v {@code [..., keys, e]}
     * @param gy {@code [..., queries, e]}
     */
    public void run(View q, View k, View v, double scale, View gy, View gq, View gk, View gv) {
        int heads = Math.toIntExact(q.shape().head(q.shape().rank() - 2).elements());
        Layout at = new Layout(
                q.shape().dim(-2),
                k.shape().dim(-2),
                q.shape().dim(-1),
                v.shape().dim(-1));
        int shares = Math.clamp(Math.ceilDiv(LEAST_TASKS, heads), 1, at.blocks);
        if (shares == 1) {
            pool.run(heads, h -> {
                Head head = head(at, h, q, k, v, gy, gq, scale, null, 0);
                head.run(0, at.blocks);
                store(at, head.sums, head.to, Matrices.at(gk, h), Matrices.at(gv, h));
                scratch.give(head.room);
            });
            return;
        }
        float[] sums = scratch.take((long) heads * shares * at.sums);
        pool.run(heads * shares, task -> {
            int share = task % shares;
            Head head = head(at, task / shares, q, k, v, gy, gq, scale, sums, ArrayPool.BASE + task * at.sums);
            head.run(at.blocks * share / shares, at.blocks * (share + 1) / shares);
            scratch.give(head.room);
        });
        pool.run(heads, h -> {
            int from = ArrayPool.BASE + h * shares * at.sums;
            for (int share = 1; share < shares; share++) {
                add(sums, from + share * at.sums, sums, from, at.sums);
            }
            store(at, sums, from, Matrices.at(gk, h), Matrices.at(gv, h));
        });
        scratch.give(sums);
    }

    private Head head(Layout at, int h, View q, View k, View v, View gy, View gq, double scale, float[] sums, int to) {
        return new Head(
                at,
                Matrices.at(q, h),
                Matrices.at(k, h),
                Matrices.at(v, h),
                Matrices.at(gy, h),
                Matrices.at(gq, h),
                (float) scale,
                sums,
                to);
    }

    private static void store(Layout at, float[] sums, int from, View gk, View gv) {
        store(sums, from, at.keyWidth, StridedRows.of(gk), 0, at.keys, at.depth);
        store(
                sums,
                from + at.keyTiles * Tile.ROWS * at.keyWidth,
                at.valueWidth,
                StridedRows.of(gv),
                0,
                at.keys,
                at.width);
    }

    /** @param n a multiple of {@link Lanes#N} */
    private static void add(float[] x, int from, float[] out, int to, int n) {
        for (int i = 0; i < n; i += N) {
            load(out, to + i).add(load(x, from + i)).intoArray(out, to + i);
        }
    }

    /** Rows that lie {@code apart} in {@code x}. */
    private static void store(float[] x, int at, int apart, StridedRows out, int first, int rows, int n) {
        for (int r = 0; r < rows; r++) {
            ElementLoops.store(x, at + r * apart, out.data(), out.start()[first + r], out.step(), n);
        }
    }

    /** Sizes, and where everything lies in a task's room. */
    private static final class Layout {
        private final int queries;
        private final int keys;
        private final int depth;
        private final int width;
        /** The above in whole panels. */
        private final int keyWidth;

        private final int valueWidth;
        private final int scoreWidth;
        private final int keyTiles;
        private final int blockTiles;
        private final int blocks;
        /** Floats of a task's sums: gradients of keys, then of values. */
        private final int sums;

        private int size = ArrayPool.BASE;
        private final int left;
        private final int weights;
        private final int gradients;
        private final int keysAcross;
        private final int valuesAcross;
        private final int keyPanels;
        private final int queryPanels;
        private final int outPanels;
        private final int columns;
        private final int result;
        private final int ownSums;

        Layout(int queries, int keys, int depth, int width) {
            this.queries = queries;
            this.keys = keys;
            this.depth = depth;
            this.width = width;
            keyWidth = Lanes.roundUp(depth, Tile.COLUMNS);
            valueWidth = Lanes.roundUp(width, Tile.COLUMNS);
            scoreWidth = Lanes.roundUp(keys, Tile.COLUMNS);
            keyTiles = Math.ceilDiv(keys, Tile.ROWS);
            int fitting = Math.clamp(BLOCK_FLOATS / ((long) scoreWidth * Tile.ROWS), LEAST_TILES, MOST_TILES);
            int tiles = Math.ceilDiv(queries, Tile.ROWS);
            blocks = Math.ceilDiv(tiles, fitting);
            blockTiles = Math.ceilDiv(tiles, blocks);
            sums = keyTiles * Tile.ROWS * (keyWidth + valueWidth);
            int rows = blockTiles * Tile.ROWS;
            left = room((long) rows * PackedRows.STRIDE);
            weights = room((long) rows * scoreWidth + Tile.LINE);
            gradients = room((long) rows * scoreWidth + Tile.LINE);
            keysAcross = room((long) depth * scoreWidth);
            valuesAcross = room((long) width * scoreWidth);
            keyPanels = room((long) keys * keyWidth);
            queryPanels = room((long) rows * keyWidth);
            outPanels = room((long) rows * valueWidth);
            columns = room((long) rows * Tile.LINE);
            result = room((long) rows * keyWidth);
            ownSums = room(sums);
        }

        private int room(long floats) {
            int at = size;
            size = Math.toIntExact(at + Math.ceilDiv(floats, 16) * 16);
            return at;
        }
    }

    /** One matrix each of queries, keys, values and gradients of results. */
    private final class Head {
        private final Layout at;
        private final StridedRows queries;
        private final StridedRows upstream;
        private final StridedRows out;
        private final Panels queryColumns;
        private final Panels upstreamColumns;
        private final Panels keyColumns;
        private final Panels keysAcross;
        private final Panels valuesAcross;
        private final float scale;
        private final float[] sums;
        private final int to;
        private final float[] room;
        private final int[] rowsOfGradients;
        private final float[] work = new float[Transpose.WORK];
        private final float[] totals;

        /**
         * @param sums where gradients of keys and values are added up, from {@code to} on; null for a place in this
         * head's room
         */
        Head(Layout at, View q, View k, View v, View gy, View gq, float scale, float[] sums, int to) {
            this.at = at;
            queries = StridedRows.of(q);
            upstream = StridedRows.of(gy);
            out = StridedRows.of(gq);
            queryColumns = Panels.of(q);
            upstreamColumns = Panels.of(gy);
            keyColumns = Panels.of(k);
            keysAcross = Panels.of(k.transpose(0, 1));
            valuesAcross = Panels.of(v.transpose(0, 1));
            this.scale = scale;
            room = scratch.take(at.size);
            this.sums = sums == null ? room : sums;
            this.to = sums == null ? at.ownSums : to;
            rowsOfGradients = new int[at.blockTiles * Tile.ROWS];
            Arrays.setAll(rowsOfGradients, r -> at.gradients + r * at.scoreWidth);
            totals = new float[at.blockTiles * Tile.ROWS];
        }

        void run(int fromBlock, int toBlock) {
            pack(keysAcross, 0, at.depth, at.keysAcross);
            pack(valuesAcross, 0, at.width, at.valuesAcross);
            for (int slice = 0; slice < PackedRows.slices(at.keys); slice++) {
                pack(keyColumns, slice * PackedRows.DEPTH, PackedRows.depth(at.keys, slice), keyPanels(slice));
            }
            for (int block = fromBlock; block < toBlock; block++) {
                int first = block * at.blockTiles * Tile.ROWS;
                int rows = Math.min(at.blockTiles * Tile.ROWS, at.queries - first);
                weights(first, rows);
                gradients(first, rows);
                queryGradients(first, rows);
                keyGradients(first, rows, block > fromBlock);
            }
        }

        private int keyPanels(int slice) {
            return at.keyPanels + slice * PackedRows.DEPTH * at.keyWidth;
        }

        /** All panels of {@code depth} rows. */
        private void pack(Panels b, int row, int depth, int to) {
            for (int p = 0; p < Panels.count(b.columns()); p++) {
                b.copy(p, row, depth, room, to + p * depth * Tile.COLUMNS, work);
            }
        }

        /** The left operand's rows times panels of {@code columns} columns. */
        private void multiply(int rows, int depth, int panels, int columns, int to, int apart, boolean add) {
            for (int r = 0; r < rows; r += Tile.ROWS) {
                for (int column = 0; column < columns; column += Tile.COLUMNS) {
                    int a = at.left + r * PackedRows.STRIDE;
                    int b = panels + column * depth;
                    int c = to + r * apart + column;
                    if (columns - column <= N) {
                        Tile.multiplyNarrow(depth, room, a, room, b, room, c, apart, add);
                    } else {
                        Tile.multiply(depth, room, a, room, b, room, c, apart, add);
                    }
                }
            }
        }

        /** Exponentials of scores, 0 behind the last, and their sums. */
        private void weights(int first, int rows) {
            PackedRows.copy(queries.data(), queries.start(), first, rows, queries.step(), 0, at.depth, room, at.left);
            for (int r = 0; r < rows; r++) {
                RowMath.scale(room, at.left + r * PackedRows.STRIDE, at.depth, scale);
            }
            multiply(rows, at.depth, at.keysAcross, at.keys, at.weights, at.scoreWidth, false);
            int whole = Lanes.roundUp(at.keys, N);
            for (int r = 0; r < rows; r++) {
                int row = at.weights + r * at.scoreWidth;
                Arrays.fill(room, row + at.keys, row + whole, Float.NEGATIVE_INFINITY);
            }
            for (int r = 0; r < rows; r++) {
                int row = at.weights + r * at.scoreWidth;
                totals[r] = RowMath.exponentials(room, row, greatest(room, row, whole), room, row, whole);
            }
        }

        /** Weights, and gradients of scaled products of queries and keys. */
        private void gradients(int first, int rows) {
            PackedRows.copy(
                    upstream.data(), upstream.start(), first, rows, upstream.step(), 0, at.width, room, at.left);
            multiply(rows, at.width, at.valuesAcross, at.keys, at.gradients, at.scoreWidth, false);
            int whole = Lanes.roundUp(at.keys, N);
            for (int r = 0; r < rows; r++) {
                int row = r * at.scoreWidth;
                float inverse = 1 / totals[r];
                float mean = RowMath.dot(room, at.weights + row, room, at.gradients + row, whole) * inverse;
                throughSoftmax(room, at.weights + row, at.gradients + row, inverse, mean, scale, whole);
            }
        }

        private void queryGradients(int first, int rows) {
            for (int slice = 0; slice < PackedRows.slices(at.keys); slice++) {
                int depth = PackedRows.depth(at.keys, slice);
                PackedRows.copy(room, rowsOfGradients, 0, rows, 1, slice * PackedRows.DEPTH, depth, room, at.left);
                multiply(rows, depth, keyPanels(slice), at.depth, at.result, at.keyWidth, slice > 0);
            }
            store(room, at.result, at.keyWidth, out, first, rows, at.depth);
        }

        private void keyGradients(int first, int rows, boolean add) {
            pack(queryColumns, first, rows, at.queryPanels);
            pack(upstreamColumns, first, rows, at.outPanels);
            int values = to + at.keyTiles * Tile.ROWS * at.keyWidth;
            for (int tile = 0; tile < at.keyTiles; tile++) {
                int row = tile * Tile.ROWS;
                columns(at.gradients + row, rows);
                multiplyColumns(rows, at.queryPanels, to + row * at.keyWidth, at.keyWidth, add);
                columns(at.weights + row, rows);
                multiplyColumns(rows, at.outPanels, values + row * at.valueWidth, at.valueWidth, add);
            }
        }

        /** A tile of columns of weights or their gradients; what belongs to no key is multiplied and not looked at. */
        private void columns(int from, int rows) {
            for (int k = 0; k < rows; k++) {
                for (int i = 0; i < Tile.LINE; i += N) {
                    load(room, from + k * at.scoreWidth + i).intoArray(room, at.columns + k * Tile.LINE + i);
                }
            }
        }

        private void multiplyColumns(int depth, int panels, int c, int apart, boolean add) {
            for (int column = 0; column < apart; column += Tile.COLUMNS) {
                Tile.multiplyColumns(
                        depth, room, at.columns, room, panels + column * depth, sums, c + column, apart, add);
            }
        }
    }

    // ---- rows of whole vectors

    /**
     * By comparing, since the maximum of floats takes several instructions. NaN does not count, but its exponential
     * makes the sum NaN.
     */
    private static float greatest(float[] x, int at, int n) {
        FloatVector top = all(Float.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i += N) {
            FloatVector v = load(x, at + i);
            top = top.blend(v, v.compare(VectorOperators.GT, top));
        }
        return top.reduceLanes(VectorOperators.MAX);
    }

    /** {@code y = y inverse}, then {@code g = scale y (g - mean)}. */
    private static void throughSoftmax(float[] x, int y, int g, float inverse, float mean, float scale, int n) {
        for (int i = 0; i < n; i += N) {
            FloatVector w = load(x, y + i).mul(inverse);
            w.intoArray(x, y + i);
            load(x, g + i).sub(mean).mul(w).mul(scale).intoArray(x, g + i);
        }
    }
}
