package org.unmute.kernels.vector.tile;

import org.unmute.kernels.vector.runtime.Lanes;

/**
 * The register tile of this machine, with as many sums as its registers hold. The choice among the three classes is a
 * constant, so the compiler sees one call and no branch.
 */
public final class Tile {
    public static final int ROWS = switch (Lanes.BITS) {
        case 512 -> Tile512.ROWS;
        case 256 -> Tile256.ROWS;
        default -> Tile128.ROWS;
    };
    public static final int COLUMNS = 2 * Lanes.N;
    /** Distance between columns of a left operand stored by columns: {@link #ROWS} rounded up to whole vectors. */
    public static final int LINE = switch (Lanes.BITS) {
        case 512 -> Tile512.LINE;
        case 256 -> Tile256.LINE;
        default -> Tile128.LINE;
    };

    private Tile() {}

    public static void multiply(int kc, float[] a, int at, float[] b, int bt, float[] c, int ct, int ldc, boolean add) {
        if (Lanes.BITS == 512) {
            Tile512.multiply(kc, a, at, b, bt, c, ct, ldc, add);
        } else if (Lanes.BITS == 256) {
            Tile256.multiply(kc, a, at, b, bt, c, ct, ldc, add);
        } else {
            Tile128.multiply(kc, a, at, b, bt, c, ct, ldc, add);
        }
    }

    public static void multiplyColumns(
            int kc, float[] a, int at, float[] b, int bt, float[] c, int ct, int ldc, boolean add) {
        if (Lanes.BITS == 512) {
            Tile512.multiplyColumns(kc, a, at, b, bt, c, ct, ldc, add);
        } else if (Lanes.BITS == 256) {
            Tile256.multiplyColumns(kc, a, at, b, bt, c, ct, ldc, add);
        } else {
            Tile128.multiplyColumns(kc, a, at, b, bt, c, ct, ldc, add);
        }
    }

    public static void multiplyNarrow(
            int kc, float[] a, int at, float[] b, int bt, float[] c, int ct, int ldc, boolean add) {
        if (Lanes.BITS == 512) {
            Tile512.multiplyNarrow(kc, a, at, b, bt, c, ct, ldc, add);
        } else if (Lanes.BITS == 256) {
            Tile256.multiplyNarrow(kc, a, at, b, bt, c, ct, ldc, add);
        } else {
            Tile128.multiplyNarrow(kc, a, at, b, bt, c, ct, ldc, add);
        }
    }
}
