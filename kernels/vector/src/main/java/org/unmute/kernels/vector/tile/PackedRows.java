package org.unmute.kernels.vector.tile;

import static org.unmute.kernels.vector.runtime.Lanes.N;

import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.StridedRows;

/**
 * The left operand of a product, as the tiles read it: tiles of {@link Tile#ROWS} rows, up to {@link #DEPTH} numbers of
 * each. Two layouts, whichever the operand can be copied to in whole vectors: rows at a distance of {@link #STRIDE},
 * or, where neighbours in memory are neighbours in a column (the operand is a transposed view, as in the gradient of a
 * weight), columns of {@link Tile#LINE} numbers. Tiles sum both in the same order.
 *
 * <p>It is copied rather than read where it lies. That costs one pass over the operand (1 to 3 % at the sizes of a ViT)
 * and buys a stride known to the compiler, no two rows at the same place of the cache (a stride of 4 KiB is common: dim
 * 1024, MLP of 3072), and any strides of the operand at all.
 */
public final class PackedRows {
    /** Inner sizes beyond this are worked off in several passes. */
    public static final int DEPTH = Lanes.BITS == 512 ? 768 : 384;
    /** Distance from row to row; the extra line keeps rows from falling on the same cache sets. */
    public static final int STRIDE = DEPTH + 16;
    /** Floats of a tile, whatever its layout. */
    public static final int TILE = Math.max(Tile.ROWS * STRIDE, Tile.LINE * DEPTH);
    /** Columns copied at a time: the lines they lie in are still in the first cache for the next tile. */
    private static final int TOGETHER = 16;

    private final StridedRows rows;
    private final boolean byColumns;

    private PackedRows(StridedRows rows, boolean byColumns) {
        this.rows = rows;
        this.byColumns = byColumns;
    }

    /** How rows {@code [first, first + count)} of an operand are laid out. */
    public static PackedRows of(StridedRows a, int first, int count) {
        return new PackedRows(a, a.step() != 1 && count > 1 && a.evenly(first, count, 1));
    }

    public static int slices(int inner) {
        return Math.ceilDiv(inner, DEPTH);
    }

    public static int depth(int inner, int slice) {
        return Math.min(DEPTH, inner - slice * DEPTH);
    }

    /** Whether {@link #multiply} writes just this many columns. */
    public boolean fits(int columns) {
        return columns == Tile.COLUMNS || columns == N && !byColumns;
    }

    /** Copies columns {@code [column, column + n)} of {@code count} rows, a tile every {@link #TILE} floats. */
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
        // Whole vectors, numbers of other rows among them, unless they would reach beyond the array.
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
     * Copies columns {@code [column, column + n)} of {@code rows} rows, one every {@link #STRIDE} floats.
     *
     * @param start position of each row's first number
     * @param first the first row
     * @param step distance from column to column
     */
    public static void copy(
            float[] x, int[] start, int first, int rows, int step, int column, int n, float[] out, int to) {
        for (int r = 0; r < rows; r++) {
            int from = start[first + r] + column * step;
            int at = to + r * STRIDE;
            if (step == 1) {
                System.arraycopy(x, from, out, at, n);
            } else {
                for (int k = 0; k < n; k++) {
                    out[at + k] = x[from + k * step];
                }
            }
        }
    }

    /** One tile of this times a panel; see {@link Tile512#multiply}. */
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
