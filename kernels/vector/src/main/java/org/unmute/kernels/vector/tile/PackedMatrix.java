package org.unmute.kernels.vector.tile;

import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.tensor.backend.ElementSource;
import org.unmute.tensor.backend.View;

/**
 * A right operand {@code [inner, columns]}, packed as the register tiles read it: slices of up to {@link
 * PackedRows#DEPTH} rows, each slice a sequence of {@link Panels}.
 */
public final class PackedMatrix {
    public final int inner;
    public final int columns;
    public final int panels;
    private final float[] data;

    /**
     * An empty matrix in an array of {@link #size} floats from {@link ArrayPool#acquire} or {@link ArrayPool#allocate}.
     */
    public PackedMatrix(int inner, int columns, float[] data) {
        this.inner = inner;
        this.columns = columns;
        this.panels = Panels.count(columns);
        this.data = data;
    }

    public static long size(int inner, int columns) {
        return Math.multiplyExact((long) inner, (long) Lanes.roundUp(columns, Tile.COLUMNS));
    }

    public float[] data() {
        return data;
    }

    /** Number of slices. */
    public int slices() {
        return PackedRows.slices(inner);
    }

    /** Number of rows in a slice. */
    public int depth(int slice) {
        return PackedRows.depth(inner, slice);
    }

    /** Where a panel of a slice starts. */
    public int at(int slice, int panel) {
        return ArrayPool.BASE + (slice * PackedRows.DEPTH * panels + panel * depth(slice)) * Tile.COLUMNS;
    }

    /**
     * Packs a view {@code [inner, columns]} with arbitrary strides, using all threads. If the view covers an entire
     * frozen buffer that caches this form, the buffer drops its array, because the packed copy holds the values.
     */
    public PackedMatrix fill(WorkerPool pool, View b) {
        boolean across = b.stride(0) == 1 && b.stride(1) == inner;
        boolean along = b.stride(1) == 1 && b.stride(0) == columns;
        boolean whole = (across || along)
                && b.offset() == 0
                && b.host().bytes() == b.shape().elements() * Float.BYTES;
        ElementSource unread = b.host().lazySource();
        if (unread != null && whole && across) {
            fillByColumns(pool, unread);
        } else {
            fill(pool, Panels.of(b), 0, 0);
        }
        if (whole) {
            b.host().replacedByPacked(out -> unpack(out, across ? 1 : columns, across ? inner : 1));
        }
        return this;
    }

    /** The inverse of {@link #fill}: element {@code (k, n)} goes to {@code k stepK + n stepN}. */
    private void unpack(float[] out, int stepK, int stepN) {
        for (int slice = 0; slice < slices(); slice++) {
            for (int p = 0; p < panels; p++) {
                int column = p * Tile.COLUMNS;
                int n = Math.min(Tile.COLUMNS, columns - column);
                for (int k = 0; k < depth(slice); k++) {
                    int from = at(slice, p) + k * Tile.COLUMNS;
                    int to = (slice * PackedRows.DEPTH + k) * stepK + column * stepN;
                    for (int j = 0; j < n; j++) {
                        out[to + j * stepN] = data[from + j];
                    }
                }
            }
        }
    }

    /** Packs values that have not been read yet, in column order, the columns of a panel at a time. */
    private void fillByColumns(WorkerPool pool, ElementSource source) {
        ArrayPool scratch = new ArrayPool(pool.threads());
        pool.run(panels, p -> {
            int column = p * Tile.COLUMNS;
            int n = Math.min(Tile.COLUMNS, columns - column);
            float[] read = scratch.acquire((long) n * inner);
            source.read((long) column * inner, read, 0, n * inner);
            Panels panel = new Panels(read, 0, 1, inner, inner, n);
            for (int slice = 0; slice < slices(); slice++) {
                panel.copyPlainly(slice * PackedRows.DEPTH, depth(slice), data, at(slice, p));
            }
            scratch.release(read);
        });
    }

    /** Packs a part of a larger operand, from row {@code row} and panel {@code fromPanel} on. */
    public PackedMatrix fill(WorkerPool pool, Panels b, int row, int fromPanel) {
        int together = Math.max(1, ElementLoops.CHUNK / Math.max(1, Math.min(inner, PackedRows.DEPTH) * Tile.COLUMNS));
        int groups = Math.ceilDiv(panels, together);
        pool.run(groups * slices(), task -> {
            int slice = task / groups;
            int first = task % groups * together;
            int last = Math.min(panels, first + together);
            b.copy(
                    fromPanel + first,
                    fromPanel + last,
                    row + slice * PackedRows.DEPTH,
                    depth(slice),
                    data,
                    at(slice, first));
        });
        return this;
    }
}
