package org.unmute.kernels.vector;

/**
 * The left operand of a product, as the tiles read it: rows of up to {@link #DEPTH} numbers at a constant stride.
 *
 * <p>Rows are copied rather than read where they lie. It costs one pass over the operand (1 to 3 % at the sizes of a ViT)
 * and buys a stride known to the compiler, no two rows at the same place of the cache (a stride of 4 KiB is common:
 * dim 1024, MLP of 3072), and any strides of the operand at all.
 */
final class PackedRows {
    /** Inner sizes beyond this are worked off in several passes. */
    static final int DEPTH = Tile.TALL ? 768 : 384;
    /** Distance from row to row; the extra line keeps rows from falling on the same cache sets. */
    static final int STRIDE = DEPTH + 16;

    private PackedRows() {}

    /**
     * Copies columns {@code [column, column + n)} of {@code rows} rows.
     *
     * @param start position of each row's first number
     * @param first the first row
     * @param step distance from column to column
     */
    static void copy(float[] x, int[] start, int first, int rows, int step, int column, int n, float[] out, int to) {
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
}
