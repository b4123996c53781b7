package org.unmute.kernels.vector;

/** The register tile for this machine: as many sums as there are registers to hold them. */
final class Tile {
    static final boolean TALL = Lanes.BITS >= 512;
    static final int ROWS = TALL ? 14 : 6;
    static final int COLUMNS = 2 * Lanes.N;

    private Tile() {}

    static void multiply(int kc, float[] a, int at, float[] b, int bt, float[] c, int ct, int ldc, boolean add) {
        if (TALL) {
            TallTile.multiply(kc, a, at, b, bt, c, ct, ldc, add);
        } else {
            ShortTile.multiply(kc, a, at, b, bt, c, ct, ldc, add);
        }
    }
}
