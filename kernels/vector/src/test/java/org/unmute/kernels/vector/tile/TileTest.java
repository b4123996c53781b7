package org.unmute.kernels.vector.tile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.kernels.vector.runtime.Lanes;

/** Compares the register tiles of all widths that this run supports with a plain loop: they give the same bits. */
class TileTest {
    private static final int LDC = 45;

    @FunctionalInterface
    private interface Product {
        void run(int kc, float[] a, int at, float[] b, int bt, float[] c, int ct, int ldc, boolean add);
    }

    private record Width(int bits, int rows, int n, int line, Product byRows, Product byColumns, Product narrow) {}

    private static final Width[] WIDTHS = {
        new Width(
                512,
                Tile512.ROWS,
                Tile512.N,
                Tile512.LINE,
                Tile512::multiply,
                Tile512::multiplyColumns,
                Tile512::multiplyNarrow),
        new Width(
                256,
                Tile256.ROWS,
                Tile256.N,
                Tile256.LINE,
                Tile256::multiply,
                Tile256::multiplyColumns,
                Tile256::multiplyNarrow),
        new Width(
                128,
                Tile128.ROWS,
                Tile128.N,
                Tile128.LINE,
                Tile128::multiply,
                Tile128::multiplyColumns,
                Tile128::multiplyNarrow)
    };

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 63, 384})
    void everyWidthGivesTheBitsOfAPlainLoop(int kc) {
        for (Width w : WIDTHS) {
            if (w.bits > Lanes.BITS) {
                continue;
            }
            for (boolean add : new boolean[] {false, true}) {
                check(w, w.byRows, 2 * w.n, PackedRows.STRIDE, 1, kc, add);
                check(w, w.byColumns, 2 * w.n, 1, w.line, kc, add);
                check(w, w.narrow, w.n, PackedRows.STRIDE, 1, kc, add);
            }
        }
    }

    private static void check(Width w, Product product, int columns, int stepI, int stepK, int kc, boolean add) {
        Random r = new Random(kc + w.bits);
        float[] a = random(r, 3 + Math.max(w.rows * PackedRows.STRIDE, w.line * (kc + 1)));
        float[] b = random(r, 5 + (kc + 1) * 2 * w.n);
        float[] c = random(r, 7 + w.rows * LDC);
        float[] expected = c.clone();
        for (int i = 0; i < w.rows; i++) {
            for (int j = 0; j < columns; j++) {
                float sum = 0;
                for (int k = 0; k < kc; k++) {
                    sum = Math.fma(a[3 + i * stepI + k * stepK], b[5 + k * 2 * w.n + j], sum);
                }
                expected[7 + i * LDC + j] = add ? sum + expected[7 + i * LDC + j] : sum;
            }
        }
        product.run(kc, a, 3, b, 5, c, 7, LDC, add);
        assertThat(c)
                .as("%d bits, %d columns, distance of rows %d, %d terms, add: %s", w.bits, columns, stepI, kc, add)
                .isEqualTo(expected);
    }

    private static float[] random(Random r, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) r.nextGaussian();
        }
        return x;
    }
}
