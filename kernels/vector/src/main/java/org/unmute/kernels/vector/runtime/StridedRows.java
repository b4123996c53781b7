package org.unmute.kernels.vector.runtime;

import org.unmute.tensor.backend.View;

/**
 * Rows of a matrix at arbitrary offsets in an array.
 *
 * @param start offset of each row
 * @param step distance between columns
 */
public record StridedRows(float[] data, int[] start, int step) {
    public static StridedRows of(View x) {
        return new StridedRows(x.host().floats(), Offsets.ofRows(x), Math.toIntExact(x.stride(-1)));
    }

    public int count() {
        return start.length;
    }

    /** Whether the {@code n} rows from {@code first} on are spaced evenly, {@code by} apart. */
    public boolean evenly(int first, int n, int by) {
        for (int i = 1; i < n; i++) {
            if (start[first + i] - start[first + i - 1] != by) {
                return false;
            }
        }
        return true;
    }
}
