package org.unmute.kernels.vector.tile;

import static org.unmute.kernels.vector.runtime.Lanes.N;

import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.StridedRows;

/**
 * The left operand of a product, packed as the register tiles read it: tiles of {@link Tile#ROWS} rows with up to
 * {@link #DEPTH} columns. There are two layouts, so that packing can copy whole vectors: rows {@link #STRIDE} apart or,
 * if the operand is contiguous along its columns (a transposed view, as in the gradient of a weight), columns {@link
 * Tile#LINE} apart. Both are summed in the same order.
 *
 * <p>Packing costs one pass over the operand (1 to 3 % at the sizes of a ViT). It buys a constant stride, no conflict
 * misses (strides of 4 KiB are common: dim 1024, MLP of 3072) and operands of any strides.
 */
public final class PackedRows {
    /** Larger inner dimensions are processed in several slices. */
    public static final int DEPTH = Lanes.BITS == 512 ? 768 : 384;
    /** Distance between rows; the extra cache line keeps rows off the same cache sets. */
    public static final int STRIDE = DEPTH + 16;
    /** Floats of a tile in either layout. */
    public static final int TILE = Math.max(Tile.ROWS * STRIDE, Tile.LINE * DEPTH);
    /** Columns copied at a time. Their cache lines are still in L1 for the next tile. */
    private static final int TOGETHER = 16;

    private final StridedRows rows;
    private final boolean byColumns;

    private PackedRows(StridedRows rows, boolean byColumns) {
        this.rows = rows;
        this.byColumns = byColumns;
    }

    /** Chooses the layout for rows {@code [first, first + count)} of an operand. */
    public static PackedRows of(StridedRows a, int first, int count) {
        return new PackedRows(a, a.step() != 1 && count > 1 && a.evenly(first, count, 1));
    }

    public static int slices(int inner) {
        return Math.ceilDiv(inner, DEPTH);
    }

    public static int depth(int inner, int slice) {
        return Math.min(DEPTH, inner - slice * DEPTH);
    }

    /** Whether {@link #multiply} writes exactly this many columns. */
    public boolean fits(int columns) {
        return columns == Tile.COLUMNS || columns == N && !byColumns;
    }

    /** Packs columns {@code [column, column + n)} of {@code count} rows, one tile every {@link #TILE} floats. */
    public void fill(int first, int count, int column, int n, float[] out, int to) {
        if (byColumns) {
            for (int k = 0; k < n; k += TOGETHER) {
                for (int t = 0; t * Tile.ROWS < count; t++) {
                    columns(
                            first + t * Tile.ROWS,
                            Math.min(Tile.ROWS, count - t * Tile.ROWS),
                            column + k,
                            Math.min(TOGETHER, n - k),
                            out,
                            to + t * TILE + k * Tile.LINE);
                }
            }
            return;
        }
        for (int t = 0; t * Tile.ROWS < count; t++) {
            copy(
                    rows.data(),
                    rows.start(),
                    first + t * Tile.ROWS,
                    Math.min(Tile.ROWS, count - t * Tile.ROWS),
                    rows.step(),
                    column,
                    n,
                    out,
                    to + t * TILE);
        }
    }

    private void columns(int first, int count, int column, int n, float[] out, int to) {
        float[] x = rows.data();
        int step = rows.step();
        int at = rows.start()[first] + column * step;
        // Copy whole vectors, which include elements of other rows, unless they would exceed the array.
        boolean whole = Math.max(at, at + (n - 1) * step) + Tile.LINE <= x.length;
        for (int k = 0; k < n; k++) {
            if (whole) {
                for (int i = 0; i < Tile.LINE; i += N) {
                    FloatVector.fromArray(Lanes.F, x, at + k * step + i).intoArray(out, to + k * Tile.LINE + i);
                }
            } else {
                System.arraycopy(x, at + k * step, out, to + k * Tile.LINE, count);
            }
        }
    }

    /**
     * Packs columns {@code [column, column + n)} of {@code rows} rows, {@link #STRIDE} floats apart.
     *
     * @param start offset of each row
     * @param first the first row
     * @param step distance between columns
     */
    public static void copy(
            float[] x, int[] start, int first, int rows, int step, int column, int n, float[] out, int to) {
        for (int r = 0; r < rows; r++) {
            ElementLoops.load(x, start[first + r] + column * step, step, out, to + r * STRIDE, n);
        }
    }

    /** Multiplies a tile with a panel; see {@link Tile512#multiply}. */
    public void multiply(
            int depth,
            float[] left,
            int at,
            float[] panel,
            int pt,
            int columns,
            float[] c,
            int ct,
            int ldc,
            boolean add) {
        if (byColumns) {
            Tile.multiplyColumns(depth, left, at, panel, pt, c, ct, ldc, add);
        } else if (columns <= N) {
            Tile.multiplyNarrow(depth, left, at, panel, pt, c, ct, ldc, add);
        } else {
            Tile.multiply(depth, left, at, panel, pt, c, ct, ldc, add);
        }
    }
}
