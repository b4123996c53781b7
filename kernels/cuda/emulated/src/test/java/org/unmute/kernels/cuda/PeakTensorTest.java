package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.DeviceMemory;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.backend.HostBuffer;

/**
 * The kernels that measure tensor cores perform as many multiplications as the measurement counts, on emulated ones.
 */
@FullBuild("compiles kernels as C++")
class PeakTensorTest {
    private static final int ITEMS = 256;
    private static final int FRAGMENTS = 8;
    /** Results per item in each fragment. */
    private static final int RESULTS = 4;

    @TestFactory
    List<DynamicTest> eachRoundAddsEveryProductOfEachChain() {
        return List.of(
                test("peak_multiply_tf32", 8, 0.5f * 0.25f),
                test("peak_multiply_f16", 16, 0.5f * 0.25f),
                // The expected sum of the integers that the kernel generates for both operands.
                test("peak_multiply_u8", 32, 64 * 32));
    }

    private static DynamicTest test(String name, int inner, float product) {
        return DynamicTest.dynamicTest(name, () -> {
            ShimDevice.COMPILER.require();
            try (ShimDevice device = new ShimDevice(Precision.FP32)) {
                Kernel kernel = new Kernel("peak_tensor", name);
                assertThat(device.offers(kernel)).isTrue();
                DeviceMemory out = device.allocate(ITEMS * Float.BYTES);
                long rounds = 3;
                device.launch(
                        kernel,
                        LaunchPlan.elements(ITEMS),
                        List.of(
                                new Argument.Pointer(out),
                                new Argument.Int64(ITEMS),
                                new Argument.Int64(rounds),
                                new Argument.Float32(0.5f),
                                new Argument.Float32(0.25f)));
                float[] sums = new float[ITEMS];
                device.read(out, 0, HostBuffer.wrap(sums), 0, ITEMS);
                device.free(out);
                float expected = 0;
                for (int i = 0; i < FRAGMENTS; i++) {
                    for (int j = 0; j < RESULTS; j++) {
                        expected += i + rounds * inner * product;
                    }
                }
                float[] all = new float[ITEMS];
                Arrays.fill(all, expected);
                assertThat(sums).containsExactly(all);
            }
        });
    }
}
