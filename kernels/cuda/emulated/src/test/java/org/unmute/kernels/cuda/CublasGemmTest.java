package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.device.MatrixProduct;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.WorkProfile;
import org.unmute.tensor.op.Unary;

/**
 * Conversion of products to the column-major form of cuBLAS: which products it gets, and with which parameters. {@link
 * CublasLibraryTest} covers the calls.
 */
class CublasGemmTest {
    private final List<CublasGemm> gemms = new ArrayList<>();
    private final DeviceBackend b = new DeviceBackend(new ShimDevice(gemms::add), 1L << 30);

    private View f(long... sizes) {
        return b.allocateForResult(DType.F32, Shape.of(sizes));
    }

    private CublasGemm only() {
        assertThat(gemms).hasSize(1);
        return gemms.removeFirst();
    }

    private static void assertMatrix(CublasGemm.Matrix m, long offset, boolean transposed, long leading, long stride) {
        assertThat(m)
                .extracting(
                        CublasGemm.Matrix::offset,
                        CublasGemm.Matrix::transposed,
                        CublasGemm.Matrix::leading,
                        CublasGemm.Matrix::stride)
                .containsExactly(offset, transposed, leading, stride);
    }

    @Test
    void rowsAreColumnsOfTheTranspose() {
        b.matmul(f(3, 5), f(5, 7), f(3, 7));
        CublasGemm g = only();
        assertThat(g)
                .extracting(CublasGemm::rows, CublasGemm::columns, CublasGemm::inner, CublasGemm::batch)
                .containsExactly(7L, 3L, 5L, 1L);
        assertMatrix(g.first(), 0, false, 7, 0);
        assertMatrix(g.second(), 0, false, 5, 0);
        assertMatrix(g.result(), 0, false, 7, 0);
    }

    @Test
    void transposesAndPartsAreOtherSteps() {
        b.matmul(
                f(5, 3).transpose(0, 1),
                f(9, 8).slice(0, 2, 7, 1).slice(1, 3, 5, 1).transpose(0, 1),
                f(4, 10).slice(0, 1, 3, 1).slice(1, 2, 7, 1));
        CublasGemm g = only();
        assertMatrix(g.first(), 19, true, 8, 0);
        assertMatrix(g.second(), 0, true, 3, 0);
        assertMatrix(g.result(), 12, false, 10, 0);
    }

    @Test
    void batchesInEvenSteps() {
        b.matmul(f(2, 3, 4, 5), f(5, 6).expand(Shape.of(2, 3, 5, 6)), f(2, 3, 4, 6));
        CublasGemm g = only();
        assertThat(g.batch()).isEqualTo(6);
        assertMatrix(g.first(), 0, false, 6, 0);
        assertMatrix(g.second(), 0, false, 5, 20);
        assertMatrix(g.result(), 0, false, 6, 24);
    }

    /** Steps along an axis of size 1 may have any value, since they are never taken. */
    @Test
    void singleRowsAndColumns() {
        b.matmul(f(4, 9).slice(0, 2, 1, 1), f(9, 4).slice(1, 2, 1, 1), f(1, 1));
        CublasGemm g = only();
        assertMatrix(g.first(), 2, false, 4, 0);
        assertMatrix(g.second(), 18, false, 9, 0);
        assertMatrix(g.result(), 0, false, 1, 0);
        MatrixProduct.Matrix row = new MatrixProduct.Matrix(() -> 0, 0, 0, 1, 0);
        MatrixProduct.Matrix square = new MatrixProduct.Matrix(() -> 0, 0, 9, 1, 0);
        g = CublasGemm.of(new MatrixProduct(row, square, row, 1, 9, 9, 1)).orElseThrow();
        assertMatrix(g.second(), 0, false, 9, 0);
        assertMatrix(g.result(), 0, false, 9, 0);
    }

    @Test
    @FullBuild("compiles the kernels with g++")
    void biasFunctionAndResidualFollow() {
        ShimDevice.COMPILER.require();
        b.linear(f(3, 5), f(7, 5), null, null, null, f(3, 7));
        assertThat(b.profile().entries()).extracting(WorkProfile.Entry::kernel).containsExactly("matmul_cublas");
        b.linear(f(3, 5), f(7, 5), f(7), null, null, f(3, 7));
        b.linear(f(3, 5), f(7, 5), null, Unary.RELU, null, f(3, 7));
        b.linear(f(3, 5), f(7, 5), null, null, f(3, 7), f(3, 7));
        assertThat(b.profile().entries())
                .extracting(WorkProfile.Entry::kernel, WorkProfile.Entry::launches)
                .containsExactlyInAnyOrder(tuple("matmul_cublas", 4L), tuple("matmul_finish", 3L));
    }

    /** These products are left to the kernels. */
    @Test
    @FullBuild("compiles the kernels with g++")
    void otherLayoutsAreNotTaken() {
        ShimDevice.COMPILER.require();
        b.matmul(f(3, 10).slice(1, 0, 5, 2), f(5, 7), f(3, 7));
        b.matmul(f(3, 5), f(1, 7).expand(Shape.of(5, 7)), f(3, 7));
        b.matmul(f(3, 5), f(5, 7), f(7, 3).transpose(0, 1));
        b.matmul(f(3, 0), f(0, 7), f(3, 7));
        b.matmul(f(2, 3, 4, 5), f(2, 1, 5, 6).expand(Shape.of(2, 3, 5, 6)), f(2, 3, 4, 6));
        View both = f(3, 7);
        b.linear(f(3, 5), f(7, 5), null, null, both, both);
        assertThat(gemms).isEmpty();
        assertThat(b.profile().entries()).extracting(WorkProfile.Entry::kernel).containsExactly("matmul_small");
    }

    /** Nothing overflows beyond 2^31 numbers. */
    @Test
    void countsIn64Bits() {
        long many = 3L << 30;
        Optional<CublasGemm> g = CublasGemm.of(new MatrixProduct(
                new MatrixProduct.Matrix(() -> 0, many, 3, 1, many),
                new MatrixProduct.Matrix(() -> 0, 0, many, 1, 0),
                new MatrixProduct.Matrix(() -> 0, 0, many, 1, 2 * many),
                many,
                many - 1,
                3,
                4));
        assertThat(g).isPresent();
        assertThat(g.get().columns()).isEqualTo(many);
        assertMatrix(g.get().second(), many, false, 3, many);
        assertMatrix(g.get().result(), 0, false, many, 2 * many);
    }

    /** The strides between entries may be 0 for cuBLAS, but not negative. */
    @Test
    void entriesGoForward() {
        MatrixProduct.Matrix m = new MatrixProduct.Matrix(() -> 0, 9, 3, 1, 9);
        MatrixProduct.Matrix backwards = new MatrixProduct.Matrix(() -> 0, 9, 3, 1, -9);
        assertThat(CublasGemm.of(new MatrixProduct(m, m, m, 3, 3, 3, 2))).isPresent();
        assertThat(CublasGemm.of(new MatrixProduct(m, backwards, m, 3, 3, 3, 2)))
                .isEmpty();
    }
}
