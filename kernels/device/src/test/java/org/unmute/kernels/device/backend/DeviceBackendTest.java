package org.unmute.kernels.device.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.DeviceLimits;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Unary;

/** What does not need a device to be seen. */
class DeviceBackendTest {
    private final FakeDevice device = new FakeDevice(1L << 40);
    private final DeviceBackend backend = new DeviceBackend(device, 1L << 40);

    @Test
    void float64IsRefusedInWords() {
        assertThat(backend.supports(DType.F32)).isTrue();
        assertThat(backend.supports(DType.F64)).isFalse();
        assertThatThrownBy(() -> Tensor.of(backend, new double[] {1}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fake")
                .hasMessageContaining("F64");
        assertThatThrownBy(() -> backend.allocate(DType.F64, Shape.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("F64");
    }

    @Test
    void otherTypesThanAKernelReadsAreRefusedInWords() {
        View half = backend.allocate(DType.F16, Shape.of(3));
        assertThatThrownBy(() -> backend.unary(Unary.EXP, 0, 0, half, half))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("EXP")
                .hasMessageContaining("F16[3]")
                .hasMessageContaining("cast");
    }

    @Test
    void launchesAndTransfersAreCounted() {
        View x = backend.allocateForResult(DType.F32, Shape.of(10, 100));
        backend.profile().reset();
        backend.upload(View.dense(HostBuffer.allocate(DType.F32, 1000), Shape.of(10, 100)), x);
        backend.unary(Unary.EXP, 0, 0, x, x);
        backend.unary(Unary.EXP, 0, 0, x, x);
        float[] out = new float[1000];
        backend.download(x, View.dense(HostBuffer.wrap(out), Shape.of(10, 100)));
        assertThat(backend.profile().transfers()).isEqualTo(new Profile.Transfers(2, 4000, 4000));
        assertThat(backend.profile().entries()).containsExactly(new Profile.Entry("unary_exp", 2, 0, 16_000, 0));
        backend.profile().measure(true);
        backend.unary(Unary.EXP, 0, 0, x, x);
        assertThat(backend.profile().entries().getFirst().nanos()).isPositive();
        backend.profile().reset();
        assertThat(backend.profile().entries()).isEmpty();
    }

    /** A transfer of what is not dense crosses in one piece and is put in place on the device. */
    @Test
    void stridedTransfersAreOneCopy() {
        View x = backend.allocateForResult(DType.F32, Shape.of(10, 100)).transpose(0, 1);
        backend.profile().reset();
        backend.upload(View.dense(HostBuffer.allocate(DType.F32, 1000), Shape.of(100, 10)), x);
        assertThat(backend.profile().transfers()).isEqualTo(new Profile.Transfers(1, 4000, 0));
        assertThat(backend.profile().entries())
                .extracting(Profile.Entry::kernel)
                .containsExactly("copy_f32_f32");
    }

    @Test
    void scopesGiveMemoryBack() {
        long before = backend.liveBytes();
        try (TensorScope _ = new TensorScope()) {
            Tensor x = Tensor.zeros(backend, DType.F32, Shape.of(64, 64));
            x.matmul(x).softmax(-1).sum();
            assertThat(backend.liveBytes()).isGreaterThan(before);
        }
        assertThat(backend.liveBytes()).isEqualTo(before);
    }

    @Test
    void resultsAreNotClearedBeforeTheyAreWritten() {
        Tensor x = Tensor.zeros(backend, DType.F32, Shape.of(64, 64));
        backend.profile().reset();
        x.plus(x);
        assertThat(backend.profile().entries())
                .extracting(Profile.Entry::kernel)
                .containsExactly("binary_add");
    }

    @Test
    void theMemoryPropertyIsANumberOrAnError() {
        DeviceLimits limits = new DeviceLimits(1000, 1000, 256, 32 << 10);
        assertThat(DeviceBackend.memoryCap(limits)).isEqualTo(900);
        try {
            System.setProperty(DeviceBackend.MEMORY, "12");
            assertThat(DeviceBackend.memoryCap(limits)).isEqualTo(12L << 20);
            for (String wrong : new String[] {"much", "0", "-3"}) {
                System.setProperty(DeviceBackend.MEMORY, wrong);
                assertThatThrownBy(() -> DeviceBackend.memoryCap(limits))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("'" + wrong + "'");
            }
        } finally {
            System.clearProperty(DeviceBackend.MEMORY);
        }
    }

    @Test
    void devicesThatAreTooSmallSayWhy() {
        assertThat(new DeviceLimits(1, 1, 64, 32 << 10).problem().orElseThrow())
                .contains("64 items")
                .contains("256");
        assertThat(new DeviceLimits(1, 1, 256, 16 << 10).problem().orElseThrow())
                .contains("16384 bytes");
        assertThat(new DeviceLimits(1, 1, 256, 32 << 10).problem()).isEmpty();
    }

    @Test
    void closingClosesTheDevice() {
        Tensor weight = Tensor.of(backend, new float[3], 3);
        backend.close();
        assertThat(device.closed).isTrue();
        assertThat(device.allocated).isZero();
        device.closed = false;
        backend.close();
        assertThat(device.closed).as("closed once").isFalse();
        for (ThrowingCallable use : List.<ThrowingCallable>of(
                () -> weight.plus(weight), weight::toFloats, () -> Tensor.of(backend, new float[1], 1))) {
            assertThatThrownBy(use)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("backend fake was closed");
        }
    }
}
