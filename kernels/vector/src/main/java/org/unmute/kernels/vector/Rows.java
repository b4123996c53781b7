package org.unmute.kernels.vector;

import org.unmute.tensor.backend.View;

/**
 * Rows of a matrix anywhere in an array.
 *
 * @param start position of each row's first number
 * @param step distance from column to column
 */
record Rows(float[] data, int[] start, int step) {
    static Rows of(View x) {
        return new Rows(x.host().floats(), Positions.ofRows(x), Math.toIntExact(x.stride(-1)));
    }

    int count() {
        return start.length;
    }

    /** Whether {@code n} rows from {@code first} on start at distances of {@code by}. */
    boolean evenly(int first, int n, int by) {
        for (int i = 1; i < n; i++) {
            if (start[first + i] - start[first + i - 1] != by) {
                return false;
            }
        }
        return true;
    }
}
