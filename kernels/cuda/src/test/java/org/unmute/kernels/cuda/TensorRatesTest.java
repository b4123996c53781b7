package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.TensorCores;

/** Devices on which float32 products run on tensor cores. */
class TensorRatesTest {
    private static final Kernel F32 = new Kernel("matmul_packed", "matmul_packed_f32");
    private static final Kernel BF16 = new Kernel("matmul_packed", "matmul_packed_bf16");

    private static boolean offered(Kernel kernel, Precision precision, TensorCores choice, int capability) {
        return CudaKernels.offered(kernel, precision, choice, capability, 99 << 10);
    }

    @Test
    void serversHaveFastTensorCores() {
        assertThat(TensorRates.of(80).orElseThrow().gain()).isCloseTo(2.67, within(0.01));
        assertThat(TensorRates.of(90).orElseThrow().gain()).isCloseTo(1.65, within(0.01));
        for (int capability : new int[] {80, 90, 100, 103}) {
            assertThat(TensorRates.areFasterSplit(capability))
                    .as("" + capability)
                    .isTrue();
        }
    }

    /** Their float32 units have at most an eighth of the rate of the tensor cores, and one product takes six. */
    @Test
    void othersDoNot() {
        assertThat(TensorRates.of(89).orElseThrow().gain()).isCloseTo(0.67, within(0.01));
        for (int capability : new int[] {75, 86, 87, 89, 110, 120, 121, 999}) {
            assertThat(TensorRates.areFasterSplit(capability))
                    .as("" + capability)
                    .isFalse();
        }
    }

    @Test
    void theUserDecidesOtherwise() {
        assertThat(offered(F32, Precision.FP32, TensorCores.AUTO, 90)).isTrue();
        assertThat(offered(F32, Precision.FP32, TensorCores.NEVER, 90)).isFalse();
        assertThat(offered(F32, Precision.FP32, TensorCores.AUTO, 89)).isFalse();
        assertThat(offered(F32, Precision.FP32, TensorCores.ALWAYS, 89)).isTrue();
        assertThat(offered(F32, Precision.FP32, TensorCores.ALWAYS, 75)).isFalse();
    }

    @Test
    void precisionsHaveTheirOwnKernels() {
        assertThat(offered(F32, Precision.BF16, TensorCores.ALWAYS, 90)).isFalse();
        assertThat(offered(F32, Precision.TF32, TensorCores.ALWAYS, 90)).isFalse();
        assertThat(offered(BF16, Precision.BF16, TensorCores.AUTO, 89)).isTrue();
        assertThat(offered(BF16, Precision.FP32, TensorCores.ALWAYS, 90)).isFalse();
        assertThat(offered(new Kernel("matmul", "matmul"), Precision.FP32, TensorCores.ALWAYS, 90))
                .isFalse();
    }

    @Test
    void sharedMemoryMustSuffice() {
        assertThat(CudaKernels.offered(F32, Precision.FP32, TensorCores.AUTO, 90, 98_304))
                .isTrue();
        assertThat(CudaKernels.offered(F32, Precision.FP32, TensorCores.AUTO, 90, 98_303))
                .isFalse();
    }
}
