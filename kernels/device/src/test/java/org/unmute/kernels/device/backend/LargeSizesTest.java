package org.unmute.kernels.device.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;

/**
 * Tensors of more than 2^31 bytes, and of more than 2^31 elements: launches count in 64 bits, with plans that devices
 * accept.
 */
class LargeSizesTest {
    private static final long MANY = 3L << 30;

    private final FakeDevice device = new FakeDevice(1L << 44);
    private final DeviceBackend b = new DeviceBackend(device, 1L << 44);

    private View f(long... sizes) {
        return b.allocateForResult(DType.F32, Shape.of(sizes));
    }

    private FakeDevice.Launch launched(String kernel) {
        FakeDevice.Launch l = device.launches.get(kernel);
        assertThat(l).as(kernel).isNotNull();
        assertThat(l.plan().groups()).as(kernel).isBetween(1, LaunchPlan.MAX_GROUPS);
        assertThat(LongStream.of(members(l)).min().orElseThrow())
                .as(kernel + ": a count, offset or step that wrapped around")
                .isNotNegative();
        return l;
    }

    private static long[] members(FakeDevice.Launch l) {
        return l.arguments().stream()
                .filter(Argument.Struct.class::isInstance)
                .flatMapToLong(s -> Arrays.stream(((Argument.Struct) s).members()))
                .toArray();
    }

    @Test
    void elementsBeyondAnInt() {
        View x = f(3, MANY);
        b.binary(Binary.ADD, x, x, f(3, MANY));
        assertThat(members(launched("binary_add"))).contains(3 * MANY);
        // The last row starts beyond 2^31 elements.
        b.binary(Binary.MUL, x.select(0, 2), x.select(0, 1), f(MANY));
        assertThat(members(launched("binary_mul"))).contains(MANY, 2 * MANY);
    }

    @Test
    void longSums() {
        b.reduce(Reduce.SUM, f(2, MANY), f(2, 1));
        assertThat(device.all).isNotEmpty();
        for (FakeDevice.Launch l : device.all) {
            assertThat(launched(l.kernel().name()).plan().groups()).isPositive();
        }
        assertThat(device.all.stream()
                        .flatMapToLong(l -> LongStream.of(members(l)))
                        .max()
                        .orElseThrow())
                .isGreaterThanOrEqualTo(MANY);
    }

    /**
     * A product with more results than a launch has items, whose second operand starts more than 2^31 bytes into its
     * memory.
     */
    @Test
    void productsOfLargeMatrices() {
        View all = f(1 << 16, 1 << 16);
        View right = all.slice(0, 1 << 15, 1 << 15, 1);
        device.all.clear();
        b.matmul(f(1 << 20, 1 << 15), right, f(1 << 20, 1 << 16));
        assertThat(device.all).hasSize(1);
        assertThat(members(launched(device.all.getFirst().kernel().name())))
                .contains(1L << 31, 1L << 20, 1L << 16, 1L << 15);
    }

    @Test
    void manyClips() {
        long clips = 1L << 13;
        b.prototypeMaxPool(
                f(clips, 512, 768),
                f(10_540, 768),
                f(clips, 10_540),
                b.allocateForResult(DType.I32, Shape.of(clips, 10_540)));
        FakeDevice.Launch l = launched("prototype_match_wide");
        assertThat((long) l.plan().groups()).isEqualTo(clips * Math.ceilDiv(10_540, LaunchPlan.WIDE));
        assertThat(members(l)).startsWith(clips, 512, 10_540, 768).contains(512L * 768);
    }
}
