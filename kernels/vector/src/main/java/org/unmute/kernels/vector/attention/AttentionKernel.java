package org.unmute.kernels.vector.attention;

import static org.unmute.kernels.vector.runtime.Lanes.N;

import java.util.Arrays;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.Matrices;
import org.unmute.kernels.vector.runtime.Offsets;
import org.unmute.kernels.vector.runtime.RowMath;
import org.unmute.kernels.vector.runtime.StridedRows;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.tile.PackedMatrix;
import org.unmute.kernels.vector.tile.PackedRows;
import org.unmute.kernels.vector.tile.Tile;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/**
 * Attention without the matrix of scores. For each head (a matrix of the batch) keys and values are packed once; then a
 * block of queries at a time is scored against all keys, exponentiated in place and multiplied with the values. Rows
 * are divided by their sums last, when a row is only as long as a value.
 *
 * <p>With few queries (as in a probe) packing all keys and values would cost as much as the products. A general {@link
 * Product}, which packs as it goes, then writes out the scores, as they are few too.
 *
 * <p>Scores have the layout of {@link PackedRows}, so they serve as the left operand of the second product without
 * packing.
 */
public final class AttentionKernel {
    /** Queries in a block. */
    private static final int BLOCK = Tile.ROWS * (Lanes.BITS == 512 ? 7 : 16);
    /** Up to this many queries use the general product. */
    private static final int FEW = 2 * Tile.ROWS;

    private final WorkerPool pool;
    private final WorkerPool alone = new WorkerPool(1);
    private final ArrayPool scratch;
    private final Product product;

    public AttentionKernel(WorkerPool pool, ArrayPool scratch, Product product) {
        this.pool = pool;
        this.scratch = scratch;
        this.product = product;
    }

    /**
     * Computes {@code out = a b} for matrices on the threads of a pool. The backend provides it, so that this package
     * does not depend on {@code gemm}.
     */
    @FunctionalInterface
    public interface Product {
        void multiply(WorkerPool by, View a, View b, View out);
    }

    /**
     * {@code out = softmax(scale q kᵀ + gate bias) v}.
     *
     * @param q {@code [..., queries, d]}
     * @param k {@code [..., keys, d]}
     * @param v {@code [..., keys, e]}
     * @param bias {@code [..., queries, keys]}, or null
     * @param gate {@code [..., queries, 1]}, or null for 1
     */
    public void run(View q, View k, View v, View bias, View gate, double scale, View out) {
        if (out.shape().elements() == 0) {
            return;
        }
        if (k.shape().size(-2) == 0) {
            for (int at : Offsets.ofElements(out)[0]) {
                out.host().floats()[at] = 0;
            }
            return;
        }
        int rank = q.shape().rank();
        int heads = Math.toIntExact(q.shape().head(rank - 2).elements());
        if (q.shape().size(-2) <= FEW && q.shape().size(-1) > 0) {
            boolean byHead = heads >= pool.threads();
            (byHead ? pool : alone)
                    .run(
                            heads,
                            h -> fewQueries(
                                    byHead ? alone : pool,
                                    Matrices.at(q, h),
                                    Matrices.at(k, h),
                                    Matrices.at(v, h),
                                    bias(bias, gate, h),
                                    (float) scale,
                                    Matrices.at(out, h)));
            return;
        }
        int blocks = Math.ceilDiv(q.shape().dim(-2), BLOCK);
        // With few heads several tasks share a head; each packs its keys and values again.
        int shares = Math.clamp(Math.ceilDiv(2 * pool.threads(), heads), 1, blocks);
        pool.run(heads * shares, task -> {
            int h = task / shares;
            int share = task % shares;
            Head head = new Head(
                    Matrices.at(q, h),
                    Matrices.at(k, h),
                    Matrices.at(v, h),
                    bias(bias, gate, h),
                    (float) scale,
                    Matrices.at(out, h));
            head.run(blocks * share / shares, blocks * (share + 1) / shares);
        });
    }

    private void fewQueries(WorkerPool by, View q, View k, View v, BiasRows bias, float scale, View out) {
        int queries = q.shape().dim(0);
        int keys = k.shape().dim(0);
        int length = Lanes.roundUp(keys, N);
        float[] weights = scratch.acquire((long) queries * length);
        int[] start = new int[queries];
        Arrays.setAll(start, i -> ArrayPool.BASE + i * length);
        View scores = new View(HostBuffer.wrap(weights), Shape.of(queries, keys), ArrayPool.BASE, length, 1);
        product.multiply(by, q, k.transpose(0, 1), scores);
        for (int i = 0; i < queries; i++) {
            ScoreRow row = new ScoreRow(weights, start[i], keys, keys, 0);
            RowMath.scale(weights, start[i], 1 / row.exponentiate(scale, bias, i), weights, start[i], keys);
        }
        product.multiply(by, scores, v, out);
        scratch.release(weights);
    }

    private static BiasRows bias(View bias, View gate, int head) {
        return bias == null
                ? null
                : BiasRows.of(Matrices.at(bias, head), gate == null ? null : Matrices.at(gate, head));
    }

    /** Queries, keys, values and results of one head. */
    private final class Head {
        private final StridedRows queries;
        private final BiasRows bias;
        private final float scale;
        private final StridedRows out;
        private final int depth;
        private final int keyCount;
        private final int width;
        private final PackedMatrix keys;
        private final PackedMatrix values;

        Head(View q, View k, View v, BiasRows bias, float scale, View out) {
            depth = q.shape().dim(-1);
            keyCount = k.shape().dim(-2);
            width = v.shape().dim(-1);
            this.queries = depth == 0 ? null : StridedRows.of(q);
            this.bias = bias;
            this.scale = scale;
            this.out = StridedRows.of(out);
            keys = new PackedMatrix(depth, keyCount, scratch.acquire(PackedMatrix.size(depth, keyCount)))
                    .fill(alone, k.transpose(0, 1));
            values = new PackedMatrix(keyCount, width, scratch.acquire(PackedMatrix.size(keyCount, width)))
                    .fill(alone, v);
        }

        void run(int fromBlock, int toBlock) {
            float[] left = scratch.acquire((long) BLOCK * PackedRows.STRIDE);
            float[] scores = scratch.acquire((long) Math.max(1, values.slices()) * BLOCK * PackedRows.STRIDE);
            int ldo = values.panels * Tile.COLUMNS;
            float[] result = scratch.acquire((long) BLOCK * ldo);
            float[] sums = new float[BLOCK];
            for (int block = fromBlock; block < toBlock; block++) {
                int first = block * BLOCK;
                int rows = Math.min(BLOCK, out.start().length - first);
                score(first, rows, left, scores);
                exponentiate(first, rows, scores, sums);
                weigh(rows, scores, result, ldo);
                divide(first, rows, result, ldo, sums);
            }
            for (float[] a : new float[][] {left, scores, result, keys.data(), values.data()}) {
                scratch.release(a);
            }
        }

        /** Where row {@code r} of a slice of scores starts. */
        private static int scoreRow(int slice, int r) {
            return ArrayPool.BASE + (slice * BLOCK + r) * PackedRows.STRIDE;
        }

        private void score(int first, int rows, float[] left, float[] scores) {
            for (int slice = 0; slice < Math.max(1, keys.slices()); slice++) {
                int n = depth == 0 ? 0 : keys.depth(slice);
                if (n > 0) {
                    PackedRows.copy(
                            queries.data(),
                            queries.start(),
                            first,
                            rows,
                            queries.step(),
                            slice * PackedRows.DEPTH,
                            n,
                            left,
                            ArrayPool.BASE);
                }
                for (int r = 0; r < rows; r += Tile.ROWS) {
                    for (int p = 0; p < keys.panels; p++) {
                        int column = p * Tile.COLUMNS;
                        int part = column / PackedRows.DEPTH;
                        Tile.multiply(
                                n,
                                left,
                                ArrayPool.BASE + r * PackedRows.STRIDE,
                                keys.data(),
                                n == 0 ? 0 : keys.at(slice, p),
                                scores,
                                scoreRow(part, r) + column - part * PackedRows.DEPTH,
                                PackedRows.STRIDE,
                                slice > 0);
                    }
                }
            }
        }

        private void exponentiate(int first, int rows, float[] scores, float[] sums) {
            for (int r = 0; r < rows; r++) {
                ScoreRow row =
                        new ScoreRow(scores, scoreRow(0, r), keyCount, PackedRows.DEPTH, BLOCK * PackedRows.STRIDE);
                sums[r] = row.exponentiate(scale, bias, first + r);
            }
        }

        private void weigh(int rows, float[] scores, float[] result, int ldo) {
            for (int slice = 0; slice < values.slices(); slice++) {
                for (int r = 0; r < rows; r += Tile.ROWS) {
                    for (int p = 0; p < values.panels; p++) {
                        Tile.multiply(
                                values.depth(slice),
                                scores,
                                scoreRow(slice, r),
                                values.data(),
                                values.at(slice, p),
                                result,
                                ArrayPool.BASE + r * ldo + p * Tile.COLUMNS,
                                ldo,
                                slice > 0);
                    }
                }
            }
        }

        private void divide(int first, int rows, float[] result, int ldo, float[] sums) {
            for (int r = 0; r < rows; r++) {
                divideRow(result, ArrayPool.BASE + r * ldo, 1 / sums[r], out.start()[first + r]);
            }
        }

        private void divideRow(float[] result, int from, float inverse, int to) {
            if (out.step() == 1) {
                RowMath.scale(result, from, inverse, out.data(), to, width);
                return;
            }
            for (int j = 0; j < width; j++) {
                out.data()[to + j * out.step()] = result[from + j] * inverse;
            }
        }
    }
}
