package org.unmute.kernels.vector;

import org.unmute.tensor.backend.View;

/**
 * The right operand of a product, {@code [inner, columns]}, in the order the tiles read it: slices of up to
 * {@link PackedRows#DEPTH} rows, in each slice panels of {@link Tile#COLUMNS} columns, each row of a panel contiguous.
 * Columns that are missing in the last panel are 0.
 */
final class PackedMatrix {
    final int inner;
    final int columns;
    final int panels;
    private final float[] data;

    /** An empty one in memory from {@link Scratch#take} or {@link Scratch#own} of {@link #size} floats. */
    PackedMatrix(int inner, int columns, float[] data) {
        this.inner = inner;
        this.columns = columns;
        this.panels = Math.ceilDiv(columns, Tile.COLUMNS);
        this.data = data;
    }

    static long size(int inner, int columns) {
        return Math.multiplyExact((long) inner, (long) Lanes.roundUp(columns, Tile.COLUMNS));
    }

    float[] data() {
        return data;
    }

    /** Number of slices. */
    int slices() {
        return Math.ceilDiv(inner, PackedRows.DEPTH);
    }

    /** Rows of a slice. */
    int depth(int slice) {
        return Math.min(PackedRows.DEPTH, inner - slice * PackedRows.DEPTH);
    }

    /** Where a panel of a slice starts. */
    int at(int slice, int panel) {
        return Scratch.BASE + (slice * PackedRows.DEPTH * panels + panel * depth(slice)) * Tile.COLUMNS;
    }

    /** Fills this from a view {@code [inner, columns]} of any strides, on all threads. */
    PackedMatrix fill(WorkerPool pool, View b) {
        float[] x = b.host().floats();
        int from = Math.toIntExact(b.offset());
        int stepK = Math.toIntExact(b.stride(0));
        int stepN = Math.toIntExact(b.stride(1));
        int together = Math.max(1, Loops.CHUNK / Math.max(1, inner * Tile.COLUMNS));
        pool.run(Math.ceilDiv(panels, together), task -> {
            for (int p = task * together; p < Math.min(panels, (task + 1) * together); p++) {
                fillPanel(x, from, stepK, stepN, p);
            }
        });
        return this;
    }

    private void fillPanel(float[] x, int from, int stepK, int stepN, int panel) {
        int column = panel * Tile.COLUMNS;
        int n = Math.min(Tile.COLUMNS, columns - column);
        for (int s = 0; s < slices(); s++) {
            int source = from + s * PackedRows.DEPTH * stepK + column * stepN;
            fillPanel(x, source, stepK, stepN, n, depth(s), at(s, panel));
        }
    }

    private void fillPanel(float[] x, int from, int stepK, int stepN, int n, int depth, int to) {
        int width = Tile.COLUMNS;
        if (n < width) {
            java.util.Arrays.fill(data, to, to + depth * width, 0f);
        }
        if (stepN == 1) {
            for (int k = 0; k < depth; k++) {
                System.arraycopy(x, from + k * stepK, data, to + k * width, n);
            }
        } else if (stepK == 1) {
            transpose(x, from, stepN, n, depth, to);
        } else {
            for (int k = 0; k < depth; k++) {
                for (int j = 0; j < n; j++) {
                    data[to + k * width + j] = x[from + k * stepK + j * stepN];
                }
            }
        }
    }

    /** Sixteen numbers of each column at a time: both what is read and what is written stays in the first cache. */
    private void transpose(float[] x, int from, int stepN, int n, int depth, int to) {
        int width = Tile.COLUMNS;
        for (int k0 = 0; k0 < depth; k0 += 16) {
            int k1 = Math.min(depth, k0 + 16);
            for (int j = 0; j < n; j++) {
                int source = from + j * stepN;
                int target = to + j;
                for (int k = k0; k < k1; k++) {
                    data[target + k * width] = x[source + k];
                }
            }
        }
    }
}
