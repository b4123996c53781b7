package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.TensorCores;

/** PTX of the kernels that only NVIDIA devices have, and the devices that they run on. */
class CudaKernelsTest {
    /** Whether the kernel is offered, which must be the same at every precision. */
    private static boolean offered(Kernel kernel, int capability, int sharedBytes) {
        boolean offered = CudaKernels.offered(kernel, Precision.FP32, TensorCores.AUTO, capability, sharedBytes);
        for (Precision p : Precision.values()) {
            assertThat(CudaKernels.offered(kernel, p, TensorCores.AUTO, capability, sharedBytes))
                    .isEqualTo(offered);
            assertThat(CudaKernels.offered(kernel, p, TensorCores.NEVER, capability, sharedBytes))
                    .isFalse();
        }
        return offered;
    }

    @Test
    void capabilityAndMemoryDecide() {
        Kernel match = new Kernel("matching_tensor", "signs_match");
        assertThat(offered(match, 75, 64 << 10)).isFalse();
        assertThat(offered(match, 80, 32 << 10)).isFalse();
        assertThat(offered(match, 80, 163 << 10)).isTrue();
        assertThat(offered(match, 89, 99 << 10)).isTrue();
        assertThat(offered(match, 103, 227 << 10)).as("few units for bytes").isFalse();
        assertThat(CudaKernels.offered(match, Precision.FP32, TensorCores.ALWAYS, 103, 227 << 10))
                .isTrue();
        assertThat(offered(new Kernel("prototype", "prototype_match"), 90, 227 << 10))
                .isFalse();
    }

    /** {@link VariantsTest} checks that the PTX was built from these sources. */
    @Test
    void ptxHasTheKernels() {
        for (String file : CudaKernels.ALL.keySet().stream().map(Kernel::family).collect(Collectors.toSet())) {
            assertThat(Ptx.parameterBytes(Ptx.text(file)))
                    .containsOnlyKeys(
                            PtxSource.kernels(file).stream().map(Kernel::name).toList());
        }
    }
}
