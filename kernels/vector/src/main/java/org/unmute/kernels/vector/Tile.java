package org.unmute.kernels.vector;

/** The register tile for this machine: as many sums as there are registers to hold them. */
final class Tile {
    static final boolean TALL = Lanes.BITS >= 512;
    static final int ROWS = TALL ? TallTile.ROWS : ShortTile.ROWS;
    static final int COLUMNS = 2 * Lanes.N;
    /** Distance from column to column where a left operand lies by columns: {@link #ROWS} in whole vectors. */
    static final int LINE = Lanes.roundUp(ROWS, Lanes.N);

    private Tile() {}

    static void multiply(int kc, float[] a, int at, float[] b, int bt, float[] c, int ct, int ldc, boolean add) {
        if (TALL) {
            TallTile.multiply(kc, a, at, b, bt, c, ct, ldc, add);
        } else {
            ShortTile.multiply(kc, a, at, b, bt, c, ct, ldc, add);
        }
    }

    static void multiplyColumns(int kc, float[] a, int at, float[] b, int bt, float[] c, int ct, int ldc, boolean add) {
        if (TALL) {
            TallTile.multiplyColumns(kc, a, at, b, bt, c, ct, ldc, add);
        } else {
            ShortTile.multiplyColumns(kc, a, at, b, bt, c, ct, ldc, add);
        }
    }

    static void multiplyNarrow(int kc, float[] a, int at, float[] b, int bt, float[] c, int ct, int ldc, boolean add) {
        if (TALL) {
            TallTile.multiplyNarrow(kc, a, at, b, bt, c, ct, ldc, add);
        } else {
            ShortTile.multiplyNarrow(kc, a, at, b, bt, c, ct, ldc, add);
        }
    }
}
