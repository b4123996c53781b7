package org.unmute.kernels.vector.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.Tolerance;
import org.unmute.kernels.vector.VectorBackend;
import org.unmute.tensor.Tensor;

/** Compares matrix products with those of another library, on shapes too large for the reference backend. */
class EjmlOracleTest {
    private static final int[][] SHAPES = {{513, 768, 768}, {100, 3072, 129}, {33, 900, 1025}, {1030, 64, 64}};

    @Test
    void agreesWithEjml() {
        for (int[] s : SHAPES) {
            int m = s[0];
            int k = s[1];
            int n = s[2];
            float[] a = random(m * k, 1);
            float[] b = random(k * n, 2);
            FMatrixRMaj product = new FMatrixRMaj(m, n);
            CommonOps_FDRM.mult(FMatrixRMaj.wrap(m, k, a), FMatrixRMaj.wrap(k, n, b), product);
            FMatrixRMaj absolutes = new FMatrixRMaj(m, n);
            CommonOps_FDRM.mult(FMatrixRMaj.wrap(m, k, abs(a)), FMatrixRMaj.wrap(k, n, abs(b)), absolutes);
            try (VectorBackend backend = new VectorBackend(2)) {
                Tensor left = Tensor.of(backend, a, m, k);
                Tensor right = Tensor.of(backend, b, k, n);
                float[] plain = left.matmul(right).toFloats();
                float[] transposed = left.linear(right.transpose(0, 1), null).toFloats();
                assertThat(transposed).isEqualTo(plain);
                for (int i = 0; i < plain.length; i++) {
                    // Both sides round, so the bound is twice that of one.
                    assertThat((double) plain[i])
                            .isCloseTo(product.data[i], Offset.offset(2 * Tolerance.sum(k, absolutes.data[i])));
                }
            }
        }
    }

    private static float[] random(int n, long seed) {
        Random r = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) r.nextGaussian();
        }
        return x;
    }

    private static float[] abs(float[] x) {
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = Math.abs(x[i]);
        }
        return y;
    }
}
