package org.unmute.kernels.vector.tile;

import static org.unmute.kernels.vector.runtime.Lanes.N;

import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.tensor.backend.View;

/**
 * A right operand {@code [inner, columns]} of any strides, whose parts are packed for the register tiles: panels of
 * {@link Tile#COLUMNS} columns with contiguous rows. The last panel is padded with zeros.
 */
public record Panels(float[] data, int from, int stepK, int stepN, int inner, int columns) {
    public static Panels of(View b) {
        return new Panels(
                b.host().floats(),
                Math.toIntExact(b.offset()),
                Math.toIntExact(b.stride(0)),
                Math.toIntExact(b.stride(1)),
                b.shape().dim(0),
                b.shape().dim(1));
    }

    public static int count(int columns) {
        return Math.ceilDiv(columns, Tile.COLUMNS);
    }

    /** Packs rows {@code [row, row + depth)} of panels {@code [first, last)}, one panel after the other. */
    public void copy(int first, int last, int row, int depth, float[] out, int to) {
        float[] work = new float[Transpose.WORK];
        for (int p = first; p < last; p++) {
            copy(p, row, depth, out, to + (p - first) * depth * Tile.COLUMNS, work);
        }
    }

    private void copy(int panel, int row, int depth, float[] out, int to, float[] work) {
        int column = panel * Tile.COLUMNS;
        int n = Math.min(Tile.COLUMNS, columns - column);
        int at = from + row * stepK + column * stepN;
        if (n < Tile.COLUMNS) {
            java.util.Arrays.fill(out, to, to + depth * Tile.COLUMNS, 0f);
        }
        if (stepN == 1 && n == Tile.COLUMNS) {
            alongRows(at, depth, out, to);
        } else if (stepK == 1) {
            acrossRows(at, n, depth, out, to, work);
        } else {
            single(at, n, depth, out, to);
        }
    }

    // Each layout has its own method: in a shared method, the first use of a layout would deoptimize the code compiled
    // for the others.

    private void alongRows(int at, int depth, float[] out, int to) {
        for (int k = 0; k < depth; k++) {
            FloatVector left = Lanes.load(data, at + k * stepK);
            FloatVector right = Lanes.load(data, at + k * stepK + N);
            left.intoArray(out, to + k * 2 * N);
            right.intoArray(out, to + k * 2 * N + N);
        }
    }

    private void acrossRows(int at, int n, int depth, float[] out, int to, float[] work) {
        int wholeN = n - n % N;
        int wholeK = depth - depth % N;
        for (int k = 0; k < wholeK; k += N) {
            for (int j = 0; j < wholeN; j += N) {
                Transpose.square(data, at + k + j * stepN, stepN, out, to + k * 2 * N + j, 2 * N, work);
            }
        }
        single(at + wholeN * stepN, n - wholeN, wholeK, out, to + wholeN);
        single(at + wholeK, n, depth - wholeK, out, to + wholeK * 2 * N);
    }

    /** Packs rows {@code [row, row + depth)} of the first panel, without vectors. */
    public void copyPlainly(int row, int depth, float[] out, int to) {
        if (columns < Tile.COLUMNS) {
            java.util.Arrays.fill(out, to, to + depth * Tile.COLUMNS, 0f);
        }
        single(from + row * stepK, columns, depth, out, to);
    }

    /** Copies one element at a time, in blocks of sixteen rows, so that source and destination stay in L1. */
    private void single(int at, int n, int depth, float[] out, int to) {
        for (int k0 = 0; k0 < depth; k0 += 16) {
            int k1 = Math.min(depth, k0 + 16);
            for (int j = 0; j < n; j++) {
                for (int k = k0; k < k1; k++) {
                    out[to + k * Tile.COLUMNS + j] = data[at + k * stepK + j * stepN];
                }
            }
        }
    }
}
