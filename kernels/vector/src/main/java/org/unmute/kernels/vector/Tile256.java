package org.unmute.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost product in vectors of 256 bits: there are 16 registers, for eight sums, two vectors of b and four of a.
 * Straight lines on purpose: every sum must be a local variable to live in a register, and unrolling the loop by hand
 * makes the compiler spill them. Where a's numbers lie is told by constants, so that all loads of a share one address
 * register. Every result is one chain of fused multiply-adds in the order of k, so that tiles of all widths give the
 * same bits.
 *
 * <p>Written by {@code TileSource} among the tests.
 */
final class Tile256 {
    /** Rows of a tile. */
    static final int ROWS = 4;
    /** Floats in a vector; a tile has twice as many columns. */
    static final int N = 8;
    /** Distance from column to column of a left operand that lies by columns: the rows in whole vectors. */
    static final int LINE = 8;

    private static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
    private static final int S = PackedRows.STRIDE;

    private Tile256() {}

    /**
     * {@code c = a b}, or {@code c += a b}, for a tile of {@link #ROWS} rows and two vectors of columns.
     *
     * @param kc inner size
     * @param a row {@code i}, column {@code k} at {@code at + i * PackedRows.STRIDE + k}
     * @param b row {@code k} at {@code bt + k * 2 * N}
     * @param c row {@code i} at {@code ct + i * ldc}. Modified.
     */
    static void multiply(int kc, float[] a, int at, float[] b, int bt, float[] c, int ct, int ldc, boolean add) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector l0 = zero, r0 = zero;
        FloatVector l1 = zero, r1 = zero;
        FloatVector l2 = zero, r2 = zero;
        FloatVector l3 = zero, r3 = zero;
        for (int k = 0; k < kc; k++) {
            int p = at + k;
            int q = bt + k * 2 * N;
            FloatVector left = FloatVector.fromArray(F, b, q);
            FloatVector right = FloatVector.fromArray(F, b, q + N);
            FloatVector a0 = FloatVector.broadcast(F, a[p]);
            l0 = a0.fma(left, l0);
            r0 = a0.fma(right, r0);
            FloatVector a1 = FloatVector.broadcast(F, a[p + S]);
            l1 = a1.fma(left, l1);
            r1 = a1.fma(right, r1);
            FloatVector a2 = FloatVector.broadcast(F, a[p + 2 * S]);
            l2 = a2.fma(left, l2);
            r2 = a2.fma(right, r2);
            FloatVector a3 = FloatVector.broadcast(F, a[p + 3 * S]);
            l3 = a3.fma(left, l3);
            r3 = a3.fma(right, r3);
        }
        if (add) {
            l0 = l0.add(FloatVector.fromArray(F, c, ct));
            r0 = r0.add(FloatVector.fromArray(F, c, ct + N));
            l1 = l1.add(FloatVector.fromArray(F, c, ct + ldc));
            r1 = r1.add(FloatVector.fromArray(F, c, ct + ldc + N));
            l2 = l2.add(FloatVector.fromArray(F, c, ct + 2 * ldc));
            r2 = r2.add(FloatVector.fromArray(F, c, ct + 2 * ldc + N));
            l3 = l3.add(FloatVector.fromArray(F, c, ct + 3 * ldc));
            r3 = r3.add(FloatVector.fromArray(F, c, ct + 3 * ldc + N));
        }
        l0.intoArray(c, ct);
        r0.intoArray(c, ct + N);
        l1.intoArray(c, ct + ldc);
        r1.intoArray(c, ct + ldc + N);
        l2.intoArray(c, ct + 2 * ldc);
        r2.intoArray(c, ct + 2 * ldc + N);
        l3.intoArray(c, ct + 3 * ldc);
        r3.intoArray(c, ct + 3 * ldc + N);
    }

    /**
     * {@code c = a b}, or {@code c += a b}, for a tile of {@link #ROWS} rows and two vectors of columns.
     *
     * @param kc inner size
     * @param a row {@code i}, column {@code k} at {@code at + k * LINE + i}
     * @param b row {@code k} at {@code bt + k * 2 * N}
     * @param c row {@code i} at {@code ct + i * ldc}. Modified.
     */
    static void multiplyColumns(int kc, float[] a, int at, float[] b, int bt, float[] c, int ct, int ldc, boolean add) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector l0 = zero, r0 = zero;
        FloatVector l1 = zero, r1 = zero;
        FloatVector l2 = zero, r2 = zero;
        FloatVector l3 = zero, r3 = zero;
        for (int k = 0; k < kc; k++) {
            int p = at + k * LINE;
            int q = bt + k * 2 * N;
            FloatVector left = FloatVector.fromArray(F, b, q);
            FloatVector right = FloatVector.fromArray(F, b, q + N);
            FloatVector a0 = FloatVector.broadcast(F, a[p]);
            l0 = a0.fma(left, l0);
            r0 = a0.fma(right, r0);
            FloatVector a1 = FloatVector.broadcast(F, a[p + 1]);
            l1 = a1.fma(left, l1);
            r1 = a1.fma(right, r1);
            FloatVector a2 = FloatVector.broadcast(F, a[p + 2]);
            l2 = a2.fma(left, l2);
            r2 = a2.fma(right, r2);
            FloatVector a3 = FloatVector.broadcast(F, a[p + 3]);
            l3 = a3.fma(left, l3);
            r3 = a3.fma(right, r3);
        }
        if (add) {
            l0 = l0.add(FloatVector.fromArray(F, c, ct));
            r0 = r0.add(FloatVector.fromArray(F, c, ct + N));
            l1 = l1.add(FloatVector.fromArray(F, c, ct + ldc));
            r1 = r1.add(FloatVector.fromArray(F, c, ct + ldc + N));
            l2 = l2.add(FloatVector.fromArray(F, c, ct + 2 * ldc));
            r2 = r2.add(FloatVector.fromArray(F, c, ct + 2 * ldc + N));
            l3 = l3.add(FloatVector.fromArray(F, c, ct + 3 * ldc));
            r3 = r3.add(FloatVector.fromArray(F, c, ct + 3 * ldc + N));
        }
        l0.intoArray(c, ct);
        r0.intoArray(c, ct + N);
        l1.intoArray(c, ct + ldc);
        r1.intoArray(c, ct + ldc + N);
        l2.intoArray(c, ct + 2 * ldc);
        r2.intoArray(c, ct + 2 * ldc + N);
        l3.intoArray(c, ct + 3 * ldc);
        r3.intoArray(c, ct + 3 * ldc + N);
    }

    /**
     * {@code c = a b}, or {@code c += a b}, for a tile of {@link #ROWS} rows and one vector of columns.
     *
     * @param kc inner size
     * @param a row {@code i}, column {@code k} at {@code at + i * PackedRows.STRIDE + k}
     * @param b row {@code k} at {@code bt + k * 2 * N}
     * @param c row {@code i} at {@code ct + i * ldc}. Modified.
     */
    static void multiplyNarrow(int kc, float[] a, int at, float[] b, int bt, float[] c, int ct, int ldc, boolean add) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector l0 = zero;
        FloatVector l1 = zero;
        FloatVector l2 = zero;
        FloatVector l3 = zero;
        for (int k = 0; k < kc; k++) {
            int p = at + k;
            int q = bt + k * 2 * N;
            FloatVector left = FloatVector.fromArray(F, b, q);
            FloatVector a0 = FloatVector.broadcast(F, a[p]);
            l0 = a0.fma(left, l0);
            FloatVector a1 = FloatVector.broadcast(F, a[p + S]);
            l1 = a1.fma(left, l1);
            FloatVector a2 = FloatVector.broadcast(F, a[p + 2 * S]);
            l2 = a2.fma(left, l2);
            FloatVector a3 = FloatVector.broadcast(F, a[p + 3 * S]);
            l3 = a3.fma(left, l3);
        }
        if (add) {
            l0 = l0.add(FloatVector.fromArray(F, c, ct));
            l1 = l1.add(FloatVector.fromArray(F, c, ct + ldc));
            l2 = l2.add(FloatVector.fromArray(F, c, ct + 2 * ldc));
            l3 = l3.add(FloatVector.fromArray(F, c, ct + 3 * ldc));
        }
        l0.intoArray(c, ct);
        l1.intoArray(c, ct + ldc);
        l2.intoArray(c, ct + 2 * ldc);
        l3.intoArray(c, ct + 3 * ldc);
    }
}
