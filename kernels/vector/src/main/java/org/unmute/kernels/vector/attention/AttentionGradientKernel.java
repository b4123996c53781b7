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
import org.unmute.tensor.backend.View;

/**
 * Gradients of attention without the matrix of scores. For each head (a matrix of the batch) keys and values are packed
 * once. Then each block of queries is scored again, the gradients of its weights are computed next to the weights, the
 * softmax is differentiated in L2, and matrix products give the gradients of the operands. The gradients of keys and
 * values accumulate from block to block.
 *
 * <p>A head is one task. With few heads its blocks are split into several tasks, whose sums are added in order; the
 * number of tasks depends on the shape alone.
 */
public final class AttentionGradientKernel {
    /** Bounds the number of query tiles in a block. */
    private static final int MAX_TILES = 140 / Tile.ROWS;

    private static final int MIN_TILES = Math.ceilDiv(56, Tile.ROWS);
    /** Floats in a block of weights. The block and its gradients share L2 with the packed operands. */
    private static final int BLOCK_FLOATS = 48_000;
    /** With fewer heads, the blocks of a head are split into several tasks. */
    private static final int MIN_TASKS = 8;

    private final WorkerPool pool;
    private final ArrayPool scratch;

    public AttentionGradientKernel(WorkerPool pool, ArrayPool scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    /** Whether no operand is empty and the keys and values fit one slice of a tile. */
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
        int shares = Math.clamp(Math.ceilDiv(MIN_TASKS, heads), 1, at.blocks);
        if (shares == 1) {
            pool.run(heads, h -> {
                Head head = head(at, h, q, k, v, gy, gq, scale, null, 0);
                head.run(0, at.blocks);
                store(at, head.sums, head.to, Matrices.at(gk, h), Matrices.at(gv, h));
                scratch.release(head.workspace);
            });
            return;
        }
        float[] sums = scratch.acquire((long) heads * shares * at.sums);
        pool.run(heads * shares, task -> {
            int share = task % shares;
            Head head = head(at, task / shares, q, k, v, gy, gq, scale, sums, ArrayPool.BASE + task * at.sums);
            head.run(at.blocks * share / shares, at.blocks * (share + 1) / shares);
            scratch.release(head.workspace);
        });
        pool.run(heads, h -> {
            int from = ArrayPool.BASE + h * shares * at.sums;
            for (int share = 1; share < shares; share++) {
                RowMath.addScaled(sums, from + share * at.sums, 1, sums, from, at.sums);
            }
            store(at, sums, from, Matrices.at(gk, h), Matrices.at(gv, h));
        });
        scratch.release(sums);
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

    /** Stores rows that lie {@code apart} floats apart in {@code x}. */
    private static void store(float[] x, int at, int apart, StridedRows out, int first, int rows, int n) {
        for (int r = 0; r < rows; r++) {
            ElementLoops.store(x, at + r * apart, out.data(), out.start()[first + r], out.step(), n);
        }
    }

    /** Sizes, and the offsets of all operands in the workspace of a task. */
    private static final class Layout {
        private final int queries;
        private final int keys;
        private final int depth;
        private final int width;
        /** The above rounded up to whole panels. */
        private final int keyWidth;

        private final int valueWidth;
        private final int scoreWidth;
        private final int keyTiles;
        private final int blockTiles;
        private final int blocks;
        /** Floats for the sums of a task: gradients of the keys, then of the values. */
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
            int fitting = Math.clamp(BLOCK_FLOATS / ((long) scoreWidth * Tile.ROWS), MIN_TILES, MAX_TILES);
            int tiles = Math.ceilDiv(queries, Tile.ROWS);
            blocks = Math.ceilDiv(tiles, fitting);
            blockTiles = Math.ceilDiv(tiles, blocks);
            sums = keyTiles * Tile.ROWS * (keyWidth + valueWidth);
            int rows = blockTiles * Tile.ROWS;
            left = reserve((long) rows * PackedRows.STRIDE);
            weights = reserve((long) rows * scoreWidth + Tile.LINE);
            gradients = reserve((long) rows * scoreWidth + Tile.LINE);
            keysAcross = reserve((long) depth * scoreWidth);
            valuesAcross = reserve((long) width * scoreWidth);
            keyPanels = reserve((long) keys * keyWidth);
            queryPanels = reserve((long) rows * keyWidth);
            outPanels = reserve((long) rows * valueWidth);
            columns = reserve((long) rows * Tile.LINE);
            result = reserve((long) rows * keyWidth);
            ownSums = reserve(sums);
        }

        private int reserve(long floats) {
            int at = size;
            size = Math.toIntExact(at + Math.ceilDiv(floats, 16) * 16);
            return at;
        }
    }

    /** Queries, keys, values and gradients of one head. */
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
        private final float[] workspace;
        private final int[] rowsOfGradients;
        private final float[] totals;

        /**
         * @param sums receives the gradients of keys and values from {@code to} on; null to use the workspace of this
         *     head
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
            workspace = scratch.acquire(at.size);
            this.sums = sums == null ? workspace : sums;
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

        /** Packs all panels of {@code depth} rows. */
        private void pack(Panels b, int row, int depth, int to) {
            b.copy(0, Panels.count(b.columns()), row, depth, workspace, to);
        }

        /** Multiplies the rows of the left operand with panels of {@code columns} columns. */
        private void multiply(int rows, int depth, int panels, int columns, int to, int apart, boolean add) {
            for (int r = 0; r < rows; r += Tile.ROWS) {
                for (int column = 0; column < columns; column += Tile.COLUMNS) {
                    int a = at.left + r * PackedRows.STRIDE;
                    int b = panels + column * depth;
                    int c = to + r * apart + column;
                    if (columns - column <= N) {
                        Tile.multiplyNarrow(depth, workspace, a, workspace, b, workspace, c, apart, add);
                    } else {
                        Tile.multiply(depth, workspace, a, workspace, b, workspace, c, apart, add);
                    }
                }
            }
        }

        /** Replaces scores by their exponentials, 0 beyond the last, and sums them. */
        private void weights(int first, int rows) {
            PackedRows.copy(
                    queries.data(), queries.start(), first, rows, queries.step(), 0, at.depth, workspace, at.left);
            for (int r = 0; r < rows; r++) {
                int row = at.left + r * PackedRows.STRIDE;
                RowMath.scale(workspace, row, scale, workspace, row, at.depth);
            }
            multiply(rows, at.depth, at.keysAcross, at.keys, at.weights, at.scoreWidth, false);
            int whole = Lanes.roundUp(at.keys, N);
            for (int r = 0; r < rows; r++) {
                int row = at.weights + r * at.scoreWidth;
                Arrays.fill(workspace, row + at.keys, row + whole, Float.NEGATIVE_INFINITY);
            }
            for (int r = 0; r < rows; r++) {
                int row = at.weights + r * at.scoreWidth;
                totals[r] = RowMath.exponentials(workspace, row, max(workspace, row, whole), workspace, row, whole);
            }
        }

        /** Computes weights, and the gradients of the scaled products of queries and keys. */
        private void gradients(int first, int rows) {
            PackedRows.copy(
                    upstream.data(), upstream.start(), first, rows, upstream.step(), 0, at.width, workspace, at.left);
            multiply(rows, at.width, at.valuesAcross, at.keys, at.gradients, at.scoreWidth, false);
            int whole = Lanes.roundUp(at.keys, N);
            for (int r = 0; r < rows; r++) {
                int row = r * at.scoreWidth;
                float inverse = 1 / totals[r];
                float mean = RowMath.dot(workspace, at.weights + row, workspace, at.gradients + row, whole) * inverse;
                throughSoftmax(workspace, at.weights + row, at.gradients + row, inverse, mean, scale, whole);
            }
        }

        private void queryGradients(int first, int rows) {
            for (int slice = 0; slice < PackedRows.slices(at.keys); slice++) {
                int depth = PackedRows.depth(at.keys, slice);
                PackedRows.copy(
                        workspace, rowsOfGradients, 0, rows, 1, slice * PackedRows.DEPTH, depth, workspace, at.left);
                multiply(rows, depth, keyPanels(slice), at.depth, at.result, at.keyWidth, slice > 0);
            }
            store(workspace, at.result, at.keyWidth, out, first, rows, at.depth);
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

        /**
         * Packs a tile of columns of weights or their gradients; columns beyond the last key are multiplied and
         * ignored.
         */
        private void columns(int from, int rows) {
            for (int k = 0; k < rows; k++) {
                for (int i = 0; i < Tile.LINE; i += N) {
                    load(workspace, from + k * at.scoreWidth + i).intoArray(workspace, at.columns + k * Tile.LINE + i);
                }
            }
        }

        private void multiplyColumns(int depth, int panels, int c, int apart, boolean add) {
            for (int column = 0; column < apart; column += Tile.COLUMNS) {
                Tile.multiplyColumns(
                        depth, workspace, at.columns, workspace, panels + column * depth, sums, c + column, apart, add);
            }
        }
    }

    // ---- rows padded to whole vectors

    /**
     * The maximum by comparison, which is faster than {@code max}. It ignores NaN, whose exponential makes the sum NaN.
     */
    private static float max(float[] x, int at, int n) {
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
