package org.unmute.kernels.vector.gemm;

import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.tile.Tile;
import org.unmute.tensor.backend.View;

/**
 * Cost model of a product in approximate cycles, measured on one machine. It only chooses between the two orientations
 * of a product, which does not change results.
 */
final class ProductCost {
    /** Cycles to pack an element by contiguous copy, by transpose in registers, or one by one. */
    private static final double COPY = 0.12;

    private static final double TRANSPOSE = 0.5;
    private static final double SINGLE = 2;
    /** Cycles per row and column of a tile, at two multiply-adds per cycle. */
    private static final double TILE_ROW = 1;

    private ProductCost() {}

    /** The cost of {@code out = a b} for matrices. */
    static double of(View a, View b, View out) {
        double m = a.shape().size(0);
        double k = a.shape().size(1);
        double n = b.shape().size(1);
        boolean aByRows = a.stride(1) == 1;
        boolean aByColumns = !aByRows && a.stride(0) == 1;
        double packA = aByRows || aByColumns ? COPY : SINGLE;
        double packB = b.stride(1) == 1 ? COPY : b.stride(0) == 1 ? TRANSPOSE : SINGLE;
        double rows = Math.ceil(m / Tile.ROWS) * Tile.ROWS;
        double panels = Math.floor(n / Tile.COLUMNS);
        double rest = n - panels * Tile.COLUMNS;
        if (rest > 0) {
            panels += rest <= Lanes.N && !aByColumns ? 0.5 : 1;
        }
        // Tiles that cannot be stored to the result as vectors are written element by element.
        double write = out.stride(1) == 1 ? 0 : m * n;
        return rows * panels * k * TILE_ROW + m * k * packA + k * n * packB + write;
    }
}
