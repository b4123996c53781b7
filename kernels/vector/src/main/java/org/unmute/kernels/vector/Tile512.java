package org.unmute.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost product in vectors of 512 bits: there are 32 registers, for 28 sums, two vectors of b and one of a.
 * Straight lines on purpose: every sum must be a local variable to live in a register, and unrolling the loop by hand
 * makes the compiler spill them. Where a's numbers lie is told by constants, so that all loads of a share one address
 * register. Every result is one chain of fused multiply-adds in the order of k, so that tiles of all widths give the
 * same bits.
 *
 * <p>Written by {@code TileSource} among the tests.
 */
final class Tile512 {
    /** Rows of a tile. */
    static final int ROWS = 14;
    /** Floats in a vector; a tile has twice as many columns. */
    static final int N = 16;
    /** Distance from column to column of a left operand that lies by columns: the rows in whole vectors. */
    static final int LINE = 16;

    private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;
    private static final int S = PackedRows.STRIDE;

    private Tile512() {}

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
        FloatVector l4 = zero, r4 = zero;
        FloatVector l5 = zero, r5 = zero;
        FloatVector l6 = zero, r6 = zero;
        FloatVector l7 = zero, r7 = zero;
        FloatVector l8 = zero, r8 = zero;
        FloatVector l9 = zero, r9 = zero;
        FloatVector l10 = zero, r10 = zero;
        FloatVector l11 = zero, r11 = zero;
        FloatVector l12 = zero, r12 = zero;
        FloatVector l13 = zero, r13 = zero;
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
            FloatVector a4 = FloatVector.broadcast(F, a[p + 4 * S]);
            l4 = a4.fma(left, l4);
            r4 = a4.fma(right, r4);
            FloatVector a5 = FloatVector.broadcast(F, a[p + 5 * S]);
            l5 = a5.fma(left, l5);
            r5 = a5.fma(right, r5);
            FloatVector a6 = FloatVector.broadcast(F, a[p + 6 * S]);
            l6 = a6.fma(left, l6);
            r6 = a6.fma(right, r6);
            FloatVector a7 = FloatVector.broadcast(F, a[p + 7 * S]);
            l7 = a7.fma(left, l7);
            r7 = a7.fma(right, r7);
            FloatVector a8 = FloatVector.broadcast(F, a[p + 8 * S]);
            l8 = a8.fma(left, l8);
            r8 = a8.fma(right, r8);
            FloatVector a9 = FloatVector.broadcast(F, a[p + 9 * S]);
            l9 = a9.fma(left, l9);
            r9 = a9.fma(right, r9);
            FloatVector a10 = FloatVector.broadcast(F, a[p + 10 * S]);
            l10 = a10.fma(left, l10);
            r10 = a10.fma(right, r10);
            FloatVector a11 = FloatVector.broadcast(F, a[p + 11 * S]);
            l11 = a11.fma(left, l11);
            r11 = a11.fma(right, r11);
            FloatVector a12 = FloatVector.broadcast(F, a[p + 12 * S]);
            l12 = a12.fma(left, l12);
            r12 = a12.fma(right, r12);
            FloatVector a13 = FloatVector.broadcast(F, a[p + 13 * S]);
            l13 = a13.fma(left, l13);
            r13 = a13.fma(right, r13);
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
            l4 = l4.add(FloatVector.fromArray(F, c, ct + 4 * ldc));
            r4 = r4.add(FloatVector.fromArray(F, c, ct + 4 * ldc + N));
            l5 = l5.add(FloatVector.fromArray(F, c, ct + 5 * ldc));
            r5 = r5.add(FloatVector.fromArray(F, c, ct + 5 * ldc + N));
            l6 = l6.add(FloatVector.fromArray(F, c, ct + 6 * ldc));
            r6 = r6.add(FloatVector.fromArray(F, c, ct + 6 * ldc + N));
            l7 = l7.add(FloatVector.fromArray(F, c, ct + 7 * ldc));
            r7 = r7.add(FloatVector.fromArray(F, c, ct + 7 * ldc + N));
            l8 = l8.add(FloatVector.fromArray(F, c, ct + 8 * ldc));
            r8 = r8.add(FloatVector.fromArray(F, c, ct + 8 * ldc + N));
            l9 = l9.add(FloatVector.fromArray(F, c, ct + 9 * ldc));
            r9 = r9.add(FloatVector.fromArray(F, c, ct + 9 * ldc + N));
            l10 = l10.add(FloatVector.fromArray(F, c, ct + 10 * ldc));
            r10 = r10.add(FloatVector.fromArray(F, c, ct + 10 * ldc + N));
            l11 = l11.add(FloatVector.fromArray(F, c, ct + 11 * ldc));
            r11 = r11.add(FloatVector.fromArray(F, c, ct + 11 * ldc + N));
            l12 = l12.add(FloatVector.fromArray(F, c, ct + 12 * ldc));
            r12 = r12.add(FloatVector.fromArray(F, c, ct + 12 * ldc + N));
            l13 = l13.add(FloatVector.fromArray(F, c, ct + 13 * ldc));
            r13 = r13.add(FloatVector.fromArray(F, c, ct + 13 * ldc + N));
        }
        l0.intoArray(c, ct);
        r0.intoArray(c, ct + N);
        l1.intoArray(c, ct + ldc);
        r1.intoArray(c, ct + ldc + N);
        l2.intoArray(c, ct + 2 * ldc);
        r2.intoArray(c, ct + 2 * ldc + N);
        l3.intoArray(c, ct + 3 * ldc);
        r3.intoArray(c, ct + 3 * ldc + N);
        l4.intoArray(c, ct + 4 * ldc);
        r4.intoArray(c, ct + 4 * ldc + N);
        l5.intoArray(c, ct + 5 * ldc);
        r5.intoArray(c, ct + 5 * ldc + N);
        l6.intoArray(c, ct + 6 * ldc);
        r6.intoArray(c, ct + 6 * ldc + N);
        l7.intoArray(c, ct + 7 * ldc);
        r7.intoArray(c, ct + 7 * ldc + N);
        l8.intoArray(c, ct + 8 * ldc);
        r8.intoArray(c, ct + 8 * ldc + N);
        l9.intoArray(c, ct + 9 * ldc);
        r9.intoArray(c, ct + 9 * ldc + N);
        l10.intoArray(c, ct + 10 * ldc);
        r10.intoArray(c, ct + 10 * ldc + N);
        l11.intoArray(c, ct + 11 * ldc);
        r11.intoArray(c, ct + 11 * ldc + N);
        l12.intoArray(c, ct + 12 * ldc);
        r12.intoArray(c, ct + 12 * ldc + N);
        l13.intoArray(c, ct + 13 * ldc);
        r13.intoArray(c, ct + 13 * ldc + N);
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
        FloatVector l4 = zero, r4 = zero;
        FloatVector l5 = zero, r5 = zero;
        FloatVector l6 = zero, r6 = zero;
        FloatVector l7 = zero, r7 = zero;
        FloatVector l8 = zero, r8 = zero;
        FloatVector l9 = zero, r9 = zero;
        FloatVector l10 = zero, r10 = zero;
        FloatVector l11 = zero, r11 = zero;
        FloatVector l12 = zero, r12 = zero;
        FloatVector l13 = zero, r13 = zero;
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
            FloatVector a4 = FloatVector.broadcast(F, a[p + 4]);
            l4 = a4.fma(left, l4);
            r4 = a4.fma(right, r4);
            FloatVector a5 = FloatVector.broadcast(F, a[p + 5]);
            l5 = a5.fma(left, l5);
            r5 = a5.fma(right, r5);
            FloatVector a6 = FloatVector.broadcast(F, a[p + 6]);
            l6 = a6.fma(left, l6);
            r6 = a6.fma(right, r6);
            FloatVector a7 = FloatVector.broadcast(F, a[p + 7]);
            l7 = a7.fma(left, l7);
            r7 = a7.fma(right, r7);
            FloatVector a8 = FloatVector.broadcast(F, a[p + 8]);
            l8 = a8.fma(left, l8);
            r8 = a8.fma(right, r8);
            FloatVector a9 = FloatVector.broadcast(F, a[p + 9]);
            l9 = a9.fma(left, l9);
            r9 = a9.fma(right, r9);
            FloatVector a10 = FloatVector.broadcast(F, a[p + 10]);
            l10 = a10.fma(left, l10);
            r10 = a10.fma(right, r10);
            FloatVector a11 = FloatVector.broadcast(F, a[p + 11]);
            l11 = a11.fma(left, l11);
            r11 = a11.fma(right, r11);
            FloatVector a12 = FloatVector.broadcast(F, a[p + 12]);
            l12 = a12.fma(left, l12);
            r12 = a12.fma(right, r12);
            FloatVector a13 = FloatVector.broadcast(F, a[p + 13]);
            l13 = a13.fma(left, l13);
            r13 = a13.fma(right, r13);
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
            l4 = l4.add(FloatVector.fromArray(F, c, ct + 4 * ldc));
            r4 = r4.add(FloatVector.fromArray(F, c, ct + 4 * ldc + N));
            l5 = l5.add(FloatVector.fromArray(F, c, ct + 5 * ldc));
            r5 = r5.add(FloatVector.fromArray(F, c, ct + 5 * ldc + N));
            l6 = l6.add(FloatVector.fromArray(F, c, ct + 6 * ldc));
            r6 = r6.add(FloatVector.fromArray(F, c, ct + 6 * ldc + N));
            l7 = l7.add(FloatVector.fromArray(F, c, ct + 7 * ldc));
            r7 = r7.add(FloatVector.fromArray(F, c, ct + 7 * ldc + N));
            l8 = l8.add(FloatVector.fromArray(F, c, ct + 8 * ldc));
            r8 = r8.add(FloatVector.fromArray(F, c, ct + 8 * ldc + N));
            l9 = l9.add(FloatVector.fromArray(F, c, ct + 9 * ldc));
            r9 = r9.add(FloatVector.fromArray(F, c, ct + 9 * ldc + N));
            l10 = l10.add(FloatVector.fromArray(F, c, ct + 10 * ldc));
            r10 = r10.add(FloatVector.fromArray(F, c, ct + 10 * ldc + N));
            l11 = l11.add(FloatVector.fromArray(F, c, ct + 11 * ldc));
            r11 = r11.add(FloatVector.fromArray(F, c, ct + 11 * ldc + N));
            l12 = l12.add(FloatVector.fromArray(F, c, ct + 12 * ldc));
            r12 = r12.add(FloatVector.fromArray(F, c, ct + 12 * ldc + N));
            l13 = l13.add(FloatVector.fromArray(F, c, ct + 13 * ldc));
            r13 = r13.add(FloatVector.fromArray(F, c, ct + 13 * ldc + N));
        }
        l0.intoArray(c, ct);
        r0.intoArray(c, ct + N);
        l1.intoArray(c, ct + ldc);
        r1.intoArray(c, ct + ldc + N);
        l2.intoArray(c, ct + 2 * ldc);
        r2.intoArray(c, ct + 2 * ldc + N);
        l3.intoArray(c, ct + 3 * ldc);
        r3.intoArray(c, ct + 3 * ldc + N);
        l4.intoArray(c, ct + 4 * ldc);
        r4.intoArray(c, ct + 4 * ldc + N);
        l5.intoArray(c, ct + 5 * ldc);
        r5.intoArray(c, ct + 5 * ldc + N);
        l6.intoArray(c, ct + 6 * ldc);
        r6.intoArray(c, ct + 6 * ldc + N);
        l7.intoArray(c, ct + 7 * ldc);
        r7.intoArray(c, ct + 7 * ldc + N);
        l8.intoArray(c, ct + 8 * ldc);
        r8.intoArray(c, ct + 8 * ldc + N);
        l9.intoArray(c, ct + 9 * ldc);
        r9.intoArray(c, ct + 9 * ldc + N);
        l10.intoArray(c, ct + 10 * ldc);
        r10.intoArray(c, ct + 10 * ldc + N);
        l11.intoArray(c, ct + 11 * ldc);
        r11.intoArray(c, ct + 11 * ldc + N);
        l12.intoArray(c, ct + 12 * ldc);
        r12.intoArray(c, ct + 12 * ldc + N);
        l13.intoArray(c, ct + 13 * ldc);
        r13.intoArray(c, ct + 13 * ldc + N);
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
        FloatVector l4 = zero;
        FloatVector l5 = zero;
        FloatVector l6 = zero;
        FloatVector l7 = zero;
        FloatVector l8 = zero;
        FloatVector l9 = zero;
        FloatVector l10 = zero;
        FloatVector l11 = zero;
        FloatVector l12 = zero;
        FloatVector l13 = zero;
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
            FloatVector a4 = FloatVector.broadcast(F, a[p + 4 * S]);
            l4 = a4.fma(left, l4);
            FloatVector a5 = FloatVector.broadcast(F, a[p + 5 * S]);
            l5 = a5.fma(left, l5);
            FloatVector a6 = FloatVector.broadcast(F, a[p + 6 * S]);
            l6 = a6.fma(left, l6);
            FloatVector a7 = FloatVector.broadcast(F, a[p + 7 * S]);
            l7 = a7.fma(left, l7);
            FloatVector a8 = FloatVector.broadcast(F, a[p + 8 * S]);
            l8 = a8.fma(left, l8);
            FloatVector a9 = FloatVector.broadcast(F, a[p + 9 * S]);
            l9 = a9.fma(left, l9);
            FloatVector a10 = FloatVector.broadcast(F, a[p + 10 * S]);
            l10 = a10.fma(left, l10);
            FloatVector a11 = FloatVector.broadcast(F, a[p + 11 * S]);
            l11 = a11.fma(left, l11);
            FloatVector a12 = FloatVector.broadcast(F, a[p + 12 * S]);
            l12 = a12.fma(left, l12);
            FloatVector a13 = FloatVector.broadcast(F, a[p + 13 * S]);
            l13 = a13.fma(left, l13);
        }
        if (add) {
            l0 = l0.add(FloatVector.fromArray(F, c, ct));
            l1 = l1.add(FloatVector.fromArray(F, c, ct + ldc));
            l2 = l2.add(FloatVector.fromArray(F, c, ct + 2 * ldc));
            l3 = l3.add(FloatVector.fromArray(F, c, ct + 3 * ldc));
            l4 = l4.add(FloatVector.fromArray(F, c, ct + 4 * ldc));
            l5 = l5.add(FloatVector.fromArray(F, c, ct + 5 * ldc));
            l6 = l6.add(FloatVector.fromArray(F, c, ct + 6 * ldc));
            l7 = l7.add(FloatVector.fromArray(F, c, ct + 7 * ldc));
            l8 = l8.add(FloatVector.fromArray(F, c, ct + 8 * ldc));
            l9 = l9.add(FloatVector.fromArray(F, c, ct + 9 * ldc));
            l10 = l10.add(FloatVector.fromArray(F, c, ct + 10 * ldc));
            l11 = l11.add(FloatVector.fromArray(F, c, ct + 11 * ldc));
            l12 = l12.add(FloatVector.fromArray(F, c, ct + 12 * ldc));
            l13 = l13.add(FloatVector.fromArray(F, c, ct + 13 * ldc));
        }
        l0.intoArray(c, ct);
        l1.intoArray(c, ct + ldc);
        l2.intoArray(c, ct + 2 * ldc);
        l3.intoArray(c, ct + 3 * ldc);
        l4.intoArray(c, ct + 4 * ldc);
        l5.intoArray(c, ct + 5 * ldc);
        l6.intoArray(c, ct + 6 * ldc);
        l7.intoArray(c, ct + 7 * ldc);
        l8.intoArray(c, ct + 8 * ldc);
        l9.intoArray(c, ct + 9 * ldc);
        l10.intoArray(c, ct + 10 * ldc);
        l11.intoArray(c, ct + 11 * ldc);
        l12.intoArray(c, ct + 12 * ldc);
        l13.intoArray(c, ct + 13 * ldc);
    }
}
