package org.unmute.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.kernels.device.backend.Profile;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.SlidingWindow;

/** A device that has, or reports for some kernels, room for fewer items than a tile of 64 x 64 needs. */
@FullBuild("compiles most kernels three times")
class SmallGroupsTest {
    private static final int ANY = Integer.MAX_VALUE;

    @BeforeEach
    void require() {
        OpenCl.open().close();
    }

    private static DeviceBackend open(int groupItems, ToIntFunction<Kernel> kernelItems) {
        OpenClContext context = OpenClContext.open(0, groupItems, kernelItems, ProgramCache.none());
        return new DeviceBackend(new OpenClDevice("opencl", context), 1 << 30);
    }

    private static View numbers(DeviceBackend b, long seed, long... sizes) {
        Random r = new Random(seed);
        float[] x = new float[Math.toIntExact(Shape.of(sizes).elements())];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) r.nextGaussian();
        }
        View v = b.allocateForResult(DType.F32, Shape.of(sizes));
        b.upload(View.dense(HostBuffer.wrap(x), v.shape()), v);
        return v;
    }

    private static float[] floats(DeviceBackend b, View v) {
        float[] x = new float[Math.toIntExact(v.shape().elements())];
        b.download(v, View.dense(HostBuffer.wrap(x), v.shape()));
        return x;
    }

    private static View result(DeviceBackend b, long... sizes) {
        return b.allocateForResult(DType.F32, Shape.of(sizes));
    }

    private static float[] product(DeviceBackend b) {
        View out = result(b, 1500, 1400);
        b.matmul(numbers(b, 1, 1500, 19), numbers(b, 2, 19, 1400), out);
        return floats(b, out);
    }

    private static float[] smallProduct(DeviceBackend b) {
        View out = result(b, 2, 67, 131);
        b.matmul(numbers(b, 1, 2, 67, 33), numbers(b, 2, 2, 33, 131), out);
        return floats(b, out);
    }

    private static float[] attention(DeviceBackend b) {
        View out = result(b, 3, 70, 65);
        b.attention(numbers(b, 1, 3, 70, 40), numbers(b, 2, 3, 90, 40), numbers(b, 3, 3, 90, 65), null, 2.5, out);
        return floats(b, out);
    }

    private static float[] convolution(DeviceBackend b) {
        View out = result(b, 2, 70, 12);
        b.convolveTokens(numbers(b, 1, 2, 70, 12), numbers(b, 2, 3, 4, 5, 4), null, null, out);
        return floats(b, out);
    }

    private static float[] patches(DeviceBackend b) {
        View out = result(b, 1, 8 * 9, 70);
        b.embedPatches(numbers(b, 1, 1, 32, 36), SlidingWindow.of(4, 4, 4, 4), numbers(b, 2, 70, 16), null, out);
        return floats(b, out);
    }

    /** Returns values, then winners. */
    private static float[] matching(DeviceBackend b, boolean binary, int clips, int tokens) {
        View values = result(b, clips, 131);
        View winners = b.allocateForResult(DType.I32, values.shape());
        View x = numbers(b, 1, clips, tokens, 50);
        if (binary) {
            b.binaryPrototypeMaxPool(x, numbers(b, 2, 131, 50), values, winners);
        } else {
            b.prototypeMaxPool(x, numbers(b, 2, 131, 50), values, winners);
        }
        View both = result(b, 2, clips, 131);
        b.copy(values, both.slice(0, 0, 1, 1).reshape(values.shape()).orElseThrow());
        b.copy(winners, both.slice(0, 1, 1, 1).reshape(values.shape()).orElseThrow());
        return floats(b, both);
    }

    private static final List<Function<DeviceBackend, float[]>> WORK = List.of(
            SmallGroupsTest::product,
            SmallGroupsTest::smallProduct,
            SmallGroupsTest::attention,
            SmallGroupsTest::convolution,
            SmallGroupsTest::patches,
            b -> matching(b, false, 2, 70),
            b -> matching(b, true, 2, 70),
            b -> matching(b, true, 64, 66),
            b -> matching(b, false, 33, 9),
            b -> matching(b, true, 33, 9));

    private static void givesTheSameBits(DeviceBackend small) {
        try (small;
                DeviceBackend whole = OpenCl.open()) {
            for (int i = 0; i < WORK.size(); i++) {
                assertThat(WORK.get(i).apply(small))
                        .as("work " + i)
                        .isEqualTo(WORK.get(i).apply(whole));
            }
        }
    }

    @Test
    void aDeviceWithGroupsOf128GivesTheSameBits() {
        givesTheSameBits(open(128, _ -> ANY));
    }

    @Test
    void kernelsThatFitOnlySmallGroupsGiveTheSameBits() {
        givesTheSameBits(open(ANY, _ -> 128));
    }

    /** Only the wide kernel needs too many items, so the one with tiles of 64 x 64 runs, as the profile shows. */
    @Test
    void aWideKernelGivesWayToTheNarrowOne() {
        try (DeviceBackend b = open(ANY, k -> k.name().equals("matmul") ? 255 : 256);
                DeviceBackend whole = OpenCl.open()) {
            float[] narrow = product(b);
            assertThat(narrow).isEqualTo(product(whole));
            assertThat(b.profile().entries())
                    .extracting(Profile.Entry::kernel)
                    .contains("matmul_small")
                    .doesNotContain("matmul");
            assertThat(whole.profile().entries())
                    .extracting(Profile.Entry::kernel)
                    .contains("matmul");
        }
    }

    @Test
    void aKernelThatFitsNoGroupIsNamed() {
        try (DeviceBackend b = open(ANY, _ -> 63)) {
            assertThatThrownBy(() -> smallProduct(b))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("matmul_small (matmul.cl)", "63 of 256, 63 of 64")
                    .hasMessageContaining("CL_KERNEL_WORK_GROUP_SIZE")
                    .hasMessageContaining(b.describe());
        }
        try (DeviceBackend b = open(ANY, _ -> 127)) {
            View v = result(b, 3);
            assertFails(DeviceException.class, () -> b.fill(v, 1), "fill", "127 of 128");
        }
    }
}
