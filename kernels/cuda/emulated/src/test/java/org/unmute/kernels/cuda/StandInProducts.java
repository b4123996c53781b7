package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.ProductContract;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.WorkProfile;

/**
 * The contract of products on the executing stand-ins for the driver and for cuBLAS, which the system property names.
 * {@link CublasLibraryTest} runs it.
 */
final class StandInProducts extends ProductContract {
    @Override
    protected Backend open(int threads) {
        return new CudaBackendProvider().open(0, 0);
    }

    @Test
    void goToCublasAndTellItsErrors() {
        String library = System.getProperty(CublasLibrary.PROPERTY);
        try (DeviceBackend b = (DeviceBackend) open(1)) {
            assertThat(b.describe()).contains("; matrix products by cuBLAS 13.1 (" + library + "); all in float32");
            View square = b.allocate(DType.F32, Shape.of(4, 4));
            View out = b.allocate(DType.F32, Shape.of(4, 4));
            StandInCublas.fail(Path.of(library), "cublasSgemmStridedBatched_64", 13);
            assertThatThrownBy(() -> b.matmul(square, square, out))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("a matrix product by cuBLAS (-Dunmute.cuda.cublas=false takes our kernel"
                            + " instead) failed on ")
                    .hasMessageContaining("CUBLAS_STATUS_EXECUTION_FAILED");
            b.profile().reset();
            b.linear(square, square, b.allocate(DType.F32, Shape.of(4)), out);
            assertThat(b.profile().entries())
                    .extracting(WorkProfile.Entry::kernel)
                    .contains("matmul_cublas", "matmul_finish")
                    .doesNotContain("matmul", "matmul_small");
        }
    }
}
