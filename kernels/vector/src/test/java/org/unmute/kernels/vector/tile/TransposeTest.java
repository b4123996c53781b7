package org.unmute.kernels.vector.tile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.unmute.kernels.vector.runtime.Lanes;

class TransposeTest {
    @Test
    void squaresAreTransposed() {
        int n = Lanes.N;
        int step = n + 3;
        int ldo = 2 * n;
        float[] x = new float[5 + n * step];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
        }
        float[] work = new float[Transpose.WORK];
        for (int round = 0; round < 2_000; round++) {
            float[] y = new float[7 + n * ldo];
            Transpose.square(x, 5, step, y, 7, ldo, work);
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    assertThat(y[7 + j * ldo + i]).isEqualTo(x[5 + i * step + j]);
                }
                for (int j = n; j < ldo && i < n - 1; j++) {
                    assertThat(y[7 + i * ldo + j]).as("beyond the square").isZero();
                }
            }
        }
    }
}
