package org.unmute.kernels.vector.gemm;

import org.unmute.kernels.vector.runtime.StridedRows;
import org.unmute.kernels.vector.tile.PackedRows;
import org.unmute.kernels.vector.tile.Tile;

/** Multiplies tiles of rows with adjacent panels and stores or adds the products to rows of any strides. */
final class TileStrip {
    /** Receives tiles that cannot be stored directly to the result. */
    private final float[] edge = new float[Tile.ROWS * Tile.COLUMNS];

    private final StridedRows out;

    TileStrip(StridedRows out) {
        this.out = out;
    }

    /**
     * Computes columns {@code [from, to)} of rows {@code [row, row + rows)}.
     *
     * @param at the first tile in {@code left}
     * @param pt the first panel in {@code right}
     * @param add whether to add to the result or to overwrite it
     * @param last applied to the result of each tile
     */
    void multiply(
            PackedRows a,
            int depth,
            float[] left,
            int at,
            float[] right,
            int pt,
            int from,
            int to,
            int row,
            int rows,
            boolean add,
            Epilogue last) {
        for (int t = 0; t * Tile.ROWS < rows; t++) {
            int first = row + t * Tile.ROWS;
            int n = Math.min(Tile.ROWS, rows - t * Tile.ROWS);
            multiplyTile(a, depth, left, at + t * PackedRows.TILE, right, pt, from, to, first, n, add);
            last.apply(out, first, n, from, to);
        }
    }

    private void multiplyTile(
            PackedRows a,
            int depth,
            float[] left,
            int at,
            float[] right,
            int pt,
            int from,
            int to,
            int row,
            int rows,
            boolean add) {
        int[] start = out.start();
        int ldc = rows > 1 ? start[row + 1] - start[row] : 0;
        boolean direct = rows == Tile.ROWS && out.step() == 1 && out.evenly(row, rows, ldc);
        int panel = pt;
        for (int column = from; column < to; column += Tile.COLUMNS) {
            int n = Math.min(Tile.COLUMNS, to - column);
            if (direct && a.fits(n)) {
                a.multiply(depth, left, at, right, panel, n, out.data(), start[row] + column, ldc, add);
            } else {
                a.multiply(depth, left, at, right, panel, n, edge, 0, Tile.COLUMNS, false);
                scatter(row, rows, column, n, add);
            }
            panel += depth * Tile.COLUMNS;
        }
    }

    private void scatter(int first, int rows, int column, int n, boolean add) {
        int step = out.step();
        for (int r = 0; r < rows; r++) {
            int to = out.start()[first + r] + column * step;
            if (add) {
                add(r * Tile.COLUMNS, n, out.data(), to, step);
            } else {
                write(r * Tile.COLUMNS, n, out.data(), to, step);
            }
        }
    }

    private void add(int at, int n, float[] c, int to, int step) {
        for (int j = 0; j < n; j++) {
            c[to + j * step] = edge[at + j] + c[to + j * step];
        }
    }

    private void write(int at, int n, float[] c, int to, int step) {
        for (int j = 0; j < n; j++) {
            c[to + j * step] = edge[at + j];
        }
    }
}
