package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/** Expected layouts are those of torch 2.6's {@code print} without its {@code tensor(} and {@code )}. */
class TensorTextTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;

    private static String values(Tensor t) {
        return t.toString().substring(t.describe().length() + 1);
    }

    @Test
    void valuesAreLaidOutAsTorchDoes() {
        Tensor mixed = Tensor.of(B, new float[] {0.5f, -1.25f, 3, 0.01f}, 2, 2);
        assertThat(mixed.toString()).isEqualTo("""
                Tensor F32[2, 2] on scalar
                [[ 0.5000, -1.2500],
                 [ 3.0000,  0.0100]]""");
        Tensor indices = Tensor.of(B, RandomNumbers.indices(12), 2, 2, 3);
        assertThat(values(indices.cast(DType.F32))).isEqualTo("""
                [[[ 0.,  1.,  2.],
                  [ 3.,  4.,  5.]],

                 [[ 6.,  7.,  8.],
                  [ 9., 10., 11.]]]""");
        assertThat(values(Tensor.of(B, new int[] {1, -20, 300, 4}, 2, 2))).isEqualTo("""
                [[  1, -20],
                 [300,   4]]""");
        assertThat(values(Tensor.of(B, new double[] {1e-5, 2, 3.5}, 3)))
                .isEqualTo("[1.0000e-05, 2.0000e+00, 3.5000e+00]");
        assertThat(values(Tensor.of(B, new double[] {1, Double.NaN, Double.NEGATIVE_INFINITY}, 3)))
                .isEqualTo("[  1.,  nan, -inf]");
        assertThat(values(Tensor.of(B, new double[] {2.5}))).isEqualTo("2.5000");
        assertThat(values(Tensor.of(B, new double[0], 2, 0))).isEqualTo("[]");
        assertThat(values(Tensor.of(B, RandomNumbers.indices(30), 30))).isEqualTo("""
                [ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
                 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]""");
    }

    @Test
    void largeTensorsAreShownByTheirEdges() {
        Tensor large = Tensor.of(B, RandomNumbers.indices(2000), 20, 100);
        assertThat(values(large)).isEqualTo("""
                [[   0,    1,    2, ...,   97,   98,   99],
                 [ 100,  101,  102, ...,  197,  198,  199],
                 [ 200,  201,  202, ...,  297,  298,  299],
                 ...,
                 [1700, 1701, 1702, ..., 1797, 1798, 1799],
                 [1800, 1801, 1802, ..., 1897, 1898, 1899],
                 [1900, 1901, 1902, ..., 1997, 1998, 1999]]""");
    }

    /** A debugger asks for the text at any time. */
    @Test
    void aReleasedTensorHasAText() {
        Tensor t;
        try (TensorScope _ = new TensorScope()) {
            t = Tensor.of(B, new double[] {1}, 1).parameter();
        }
        assertThat(t.toString()).isEqualTo("Tensor F64[1] on scalar, requires gradient, released");
    }
}
