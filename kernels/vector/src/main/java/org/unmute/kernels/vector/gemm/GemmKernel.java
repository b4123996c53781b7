package org.unmute.kernels.vector.gemm;

import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.Matrices;
import org.unmute.kernels.vector.runtime.StridedRows;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.tile.PackedMatrix;
import org.unmute.kernels.vector.tile.PackedRows;
import org.unmute.kernels.vector.tile.Panels;
import org.unmute.kernels.vector.tile.Tile;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/**
 * Matrix products of float views of any strides.
 *
 * <p>Since {@code a b = (bᵀ aᵀ)ᵀ}, either operand can be the right one; the cheaper orientation is chosen ({@link
 * #swaps}). The shape then selects one of five algorithms:
 * <ul>
 *   <li>Long inner dimension, small result: {@link SplitKProduct}.
 *   <li>Few rows: the left operand is packed; each task packs a few panels of the right one and multiplies them
 *       immediately.
 *   <li>Few columns: the right operand is packed; each task packs a few tiles of the left one and multiplies them
 *       immediately.
 *   <li>Right operand of moderate size, or a frozen weight: it is packed as a whole (a weight only once). Many rows on
 *       several threads use {@link RowParallelProduct}. Otherwise the left operand is packed slab by slab, and tasks
 *       are blocks of {@link #BLOCK_PANELS} panels. Either way a block stays in L2 while rows stream by.
 *   <li>Otherwise the same for one slice of the inner dimension at a time, which bounds memory.
 * </ul> In all but the first, one thread sums each result in the order of the inner dimension, slice by slice, so they
 * all give the same bits.
 */
public final class GemmKernel {
    /** Rows of a slab: a multiple of the rows of every tile. */
    private static final int SLAB = 504;
    /** Up to this many remaining rows join the last slab, because a slab costs a whole pass over the right operand. */
    private static final int MAX_REMAINDER = 56;

    static final int BLOCK_PANELS = 6;
    private static final int FEW_TILES = 4;
    private static final int FEW_PANELS = 4;
    /** Maximum floats of a right operand that is packed as a whole. */
    private static final long MAX_PACKED = 8 << 20;
    /** Below this many multiplications a single thread is faster. */
    private static final long MIN_PARALLEL = 1 << 16;

    private final WorkerPool pool;
    private final WorkerPool alone = new WorkerPool(1);
    private final ArrayPool scratch;
    private final SplitKProduct split;

    public GemmKernel(WorkerPool pool, ArrayPool scratch) {
        this.pool = pool;
        this.scratch = scratch;
        this.split = new SplitKProduct(scratch);
    }

    public void matmul(View a, View b, View out) {
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
            multiply(pool, a, one, out);
            return;
        }
        int count = Math.toIntExact(batch.elements());
        long work = out.shape().elements() * a.shape().size(-1);
        boolean byMatrix = count >= pool.threads() || work / count < MIN_PARALLEL;
        WorkerPool inner = byMatrix ? alone : pool;
        (byMatrix && work >= MIN_PARALLEL ? pool : alone)
                .run(count, i -> multiply(inner, Matrices.at(a, i), Matrices.at(b, i), Matrices.at(out, i)));
    }

    private static boolean sharedOverBatch(View b, int rank) {
        for (int i = 0; i < rank - 2; i++) {
            if (b.stride(i) != 0 && b.shape().size(i) != 1) {
                return false;
            }
        }
        return true;
    }

    private PackedMatrix pack(View b) {
        int inner = b.shape().dim(0);
        int columns = b.shape().dim(1);
        return new PackedMatrix(inner, columns, ArrayPool.allocate(PackedMatrix.size(inner, columns))).fill(pool, b);
    }

    /** Packs a frozen weight {@code [out, in]} now. */
    public void prepare(View weight) {
        PackedWeights.of(weight, this::pack);
    }

    /**
     * Computes {@code out = activation(x weightᵀ + bias) + residual}; a frozen buffer caches the packed form of its
     * weights.
     */
    public void linear(View x, View weight, View bias, ElementLoops.Kernel activation, View residual, View out) {
        if (out.shape().elements() == 0) {
            return;
        }
        float[] added = null;
        if (bias != null) {
            int n = bias.shape().dim(0);
            added = new float[Lanes.roundUp(n, Lanes.N)];
            ElementLoops.load(
                    bias.host().floats(), Math.toIntExact(bias.offset()), Math.toIntExact(bias.stride(0)), added, n);
        }
        Epilogue last = new Epilogue(added, activation, residual == null ? null : StridedRows.of(residual));
        if (x.shape().size(-1) == 0) {
            zeros(StridedRows.of(out), last, weight.shape().dim(0));
        } else if (weight.host().isFrozen()) {
            packed(pool, StridedRows.of(x), PackedWeights.of(weight, this::pack), last, StridedRows.of(out));
        } else {
            summedInOrder(pool, StridedRows.of(x), Panels.of(weight.transpose(0, 1)), last, StridedRows.of(out));
        }
    }

    /** Writes the result of a product with inner dimension 0: zeros. */
    private static void zeros(StridedRows out, Epilogue last, int columns) {
        for (int at : out.start()) {
            for (int j = 0; j < columns; j++) {
                out.data()[at + j * out.step()] = 0;
            }
        }
        last.apply(out, 0, out.count(), 0, columns);
    }

    /** Computes {@code out = a b} for a matrix b; the rows of all matrices of a form one matrix. */
    public void multiply(WorkerPool by, View a, View b, View out) {
        if (b.shape().dim(0) == 0) {
            zeros(StridedRows.of(out), Epilogue.NONE, b.shape().dim(1));
            return;
        }
        View flatA = flat(a);
        View flatOut = flat(out);
        StridedRows x = StridedRows.of(a);
        StridedRows y = StridedRows.of(out);
        Panels right = Panels.of(b);
        if (flatA != null && flatOut != null && swaps(flatA, b, flatOut)) {
            x = StridedRows.of(b.transpose(0, 1));
            y = StridedRows.of(flatOut.transpose(0, 1));
            right = Panels.of(flatA.transpose(0, 1));
        }
        if (SplitKProduct.fits(y.count(), right.inner(), right.columns(), a.stride(-1) != 1)) {
            split.run(by, x, right, y);
        } else {
            summedInOrder(by, x, right, Epilogue.NONE, y);
        }
    }

    /** Joins all axes but the last; null if they have no common stride. */
    private static View flat(View x) {
        long rows = 1;
        long step = 0;
        for (int axis = x.shape().rank() - 2; axis >= 0; axis--) {
            long n = x.shape().size(axis);
            if (n == 1) {
                continue;
            }
            if (rows == 1) {
                step = x.stride(axis);
            } else if (x.stride(axis) != step * rows) {
                return null;
            }
            rows *= n;
        }
        return new View(x.buffer(), Shape.of(rows, x.shape().size(-1)), x.offset(), step, x.stride(-1));
    }

    /** Whether {@code (bᵀ aᵀ)ᵀ} costs less than {@code a b}. */
    private static boolean swaps(View a, View b, View out) {
        View left = b.transpose(0, 1);
        View right = a.transpose(0, 1);
        return ProductCost.of(left, right, out.transpose(0, 1)) < ProductCost.of(a, b, out);
    }

    private void summedInOrder(WorkerPool by, StridedRows a, Panels b, Epilogue last, StridedRows out) {
        int m = out.count();
        long size = PackedMatrix.size(b.inner(), b.columns());
        WorkerPool use = (long) m * b.columns() * b.inner() < MIN_PARALLEL ? alone : by;
        if (m <= FEW_TILES * Tile.ROWS) {
            fewRows(use, a, b, last, out);
        } else if (b.columns() <= BLOCK_PANELS * Tile.COLUMNS || size <= MAX_PACKED) {
            float[] data = scratch.acquire(size);
            packed(use, a, new PackedMatrix(b.inner(), b.columns(), data).fill(use, b, 0, 0), last, out);
            scratch.release(data);
        } else {
            sliced(use, a, b, last, out);
        }
    }

    private void fewRows(WorkerPool by, StridedRows a, Panels b, Epilogue last, StridedRows out) {
        int m = out.count();
        int tiles = Math.ceilDiv(m, Tile.ROWS);
        int slices = PackedRows.slices(b.inner());
        PackedRows rows = PackedRows.of(a, 0, m);
        float[] left = scratch.acquire((long) slices * tiles * PackedRows.TILE);
        by.run(
                slices,
                s -> rows.fill(
                        0,
                        m,
                        s * PackedRows.DEPTH,
                        PackedRows.depth(b.inner(), s),
                        left,
                        ArrayPool.BASE + s * tiles * PackedRows.TILE));
        int panels = Panels.count(b.columns());
        by.forEachRange(panels, FEW_PANELS, (first, end) -> {
            int from = first * Tile.COLUMNS;
            int to = Math.min(b.columns(), end * Tile.COLUMNS);
            float[] right = scratch.acquire((long) FEW_PANELS * PackedRows.DEPTH * Tile.COLUMNS);
            TileStrip strip = new TileStrip(out);
            for (int s = 0; s < slices; s++) {
                int depth = PackedRows.depth(b.inner(), s);
                b.copy(first, end, s * PackedRows.DEPTH, depth, right, ArrayPool.BASE);
                strip.multiply(
                        rows,
                        depth,
                        left,
                        ArrayPool.BASE + s * tiles * PackedRows.TILE,
                        right,
                        ArrayPool.BASE,
                        from,
                        to,
                        0,
                        m,
                        s > 0,
                        s == slices - 1 ? last : Epilogue.NONE);
            }
            scratch.release(right);
        });
        scratch.release(left);
    }

    /** Multiplies with a right operand that is packed as a whole. */
    private void packed(WorkerPool by, StridedRows a, PackedMatrix b, Epilogue last, StridedRows out) {
        int m = out.count();
        WorkerPool use = (long) m * b.columns * b.inner < MIN_PARALLEL ? alone : by;
        if (b.panels <= BLOCK_PANELS && m > FEW_TILES * Tile.ROWS) {
            new RowParallelProduct(a, b, last, out, scratch).inPieces(use, FEW_TILES);
            return;
        }
        if (RowParallelProduct.fit(m, use.threads())) {
            new RowParallelProduct(a, b, last, out, scratch).inParts(use);
            return;
        }
        float[] left = scratch.acquire(slabSize(m));
        for (int row = 0, count; row < m; row += count) {
            count = slabRows(m, row);
            for (int slice = 0; slice < b.slices(); slice++) {
                new Slab(a, row, count, slice, b, slice, 0, out, left)
                        .run(use, slice == b.slices() - 1 ? last : Epilogue.NONE);
            }
        }
        scratch.release(left);
    }

    private void sliced(WorkerPool by, StridedRows a, Panels b, Epilogue last, StridedRows out) {
        int m = out.count();
        int most = (int) (MAX_PACKED / PackedRows.DEPTH / Tile.COLUMNS) * Tile.COLUMNS;
        float[] data =
                scratch.acquire((long) PackedRows.DEPTH * Math.min(most, Lanes.roundUp(b.columns(), Tile.COLUMNS)));
        float[] left = scratch.acquire(slabSize(m));
        for (int column = 0; column < b.columns(); column += most) {
            for (int slice = 0; slice < PackedRows.slices(b.inner()); slice++) {
                int depth = PackedRows.depth(b.inner(), slice);
                PackedMatrix right = new PackedMatrix(depth, Math.min(most, b.columns() - column), data)
                        .fill(by, b, slice * PackedRows.DEPTH, column / Tile.COLUMNS);
                Epilogue now = slice == PackedRows.slices(b.inner()) - 1 ? last : Epilogue.NONE;
                for (int row = 0, count; row < m; row += count) {
                    count = slabRows(m, row);
                    new Slab(a, row, count, slice, right, 0, column, out, left).run(by, now);
                }
            }
        }
        scratch.release(left);
        scratch.release(data);
    }

    private static long slabSize(int m) {
        return (long) Math.ceilDiv(Math.min(m, SLAB + MAX_REMAINDER), Tile.ROWS) * PackedRows.TILE;
    }

    private static int slabRows(int m, int row) {
        return m - row <= SLAB + MAX_REMAINDER ? m - row : SLAB;
    }

    /**
     * Rows {@code [row, row + count)} of a slice of the left operand times a slice of the right one.
     *
     * @param slice the slice of the left operand
     * @param part the slice of the right operand
     * @param column the result's column for the right operand's first column
     * @param left receives the packed rows. Modified.
     */
    private record Slab(
            StridedRows a,
            int row,
            int count,
            int slice,
            PackedMatrix b,
            int part,
            int column,
            StridedRows out,
            float[] left) {
        void run(WorkerPool by, Epilogue last) {
            int depth = b.depth(part);
            int tiles = Math.ceilDiv(count, Tile.ROWS);
            PackedRows rows = PackedRows.of(a, row, count);
            int each = Math.max(1, ElementLoops.CHUNK / (depth * Tile.ROWS)) * Tile.ROWS;
            by.forEachRange(
                    count,
                    each,
                    (first, end) -> rows.fill(
                            row + first,
                            end - first,
                            slice * PackedRows.DEPTH,
                            depth,
                            left,
                            ArrayPool.BASE + first / Tile.ROWS * PackedRows.TILE));
            int blocks = Math.ceilDiv(b.panels, BLOCK_PANELS);
            // With few blocks their rows are split into tasks too, so that threads finish together.
            int groups = Math.clamp(Math.ceilDiv(4 * by.threads(), blocks), 1, Math.max(1, tiles / 6));
            int tilesEach = Math.ceilDiv(tiles, groups);
            by.run(blocks * groups, task -> {
                int fromTile = task % groups * tilesEach;
                int fromPanel = task / groups * BLOCK_PANELS;
                int from = column + fromPanel * Tile.COLUMNS;
                int to = column + Math.min(b.columns, (fromPanel + BLOCK_PANELS) * Tile.COLUMNS);
                int first = fromTile * Tile.ROWS;
                new TileStrip(out)
                        .multiply(
                                rows,
                                depth,
                                left,
                                ArrayPool.BASE + fromTile * PackedRows.TILE,
                                b.data(),
                                b.at(part, fromPanel),
                                from,
                                to,
                                row + first,
                                Math.min(tilesEach * Tile.ROWS, count - first),
                                slice > 0,
                                last);
            });
        }
    }
}
