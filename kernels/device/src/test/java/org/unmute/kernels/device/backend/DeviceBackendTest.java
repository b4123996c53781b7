package org.unmute.kernels.device.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.DeviceLimits;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.MatrixProduct;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.WorkProfile.Unit;
import org.unmute.tensor.op.Unary;

/** Tests of the backend that do not need a real device. */
class DeviceBackendTest {
    private final FakeDevice device = new FakeDevice(1L << 40);
    private final DeviceBackend backend = new DeviceBackend(device, 1L << 40);

    @Test
    void float64IsRefusedInWords() {
        assertThat(backend.supports(DType.F32)).isTrue();
        assertThat(backend.supports(DType.F64)).isFalse();
        assertThatThrownBy(() -> Tensor.of(backend, new double[] {1}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("fake", "F64");
        assertThatThrownBy(() -> backend.allocate(DType.F64, Shape.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("F64");
    }

    @Test
    void otherTypesThanAKernelReadsAreRefusedInWords() {
        View half = backend.allocate(DType.F16, Shape.of(3));
        assertThatThrownBy(() -> backend.unary(Unary.EXP, 0, 0, half, half))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("EXP", "F16[3]", "cast");
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
        assertThat(backend.profile().entries())
                .containsExactly(new Profile.Entry("unary_exp", Unit.FLOAT32, 2, 0, 16_000, 0));
        backend.profile().measure(true);
        backend.unary(Unary.EXP, 0, 0, x, x);
        assertThat(backend.profile().entries().getFirst().nanos()).isPositive();
        backend.profile().reset();
        assertThat(backend.profile().entries()).isEmpty();
    }

    @Test
    void aKernelsShareIsOfThePeakOfItsUnit() {
        assertThat(new Kernel("matmul", "matmul").unit()).isEqualTo(Unit.FLOAT32);
        assertThat(new Kernel("matmul_tensor", "matmul_tf32").unit()).isEqualTo(Unit.TF32);
        assertThat(new Kernel("matmul_tensor", "matmul_bf16").unit()).isEqualTo(Unit.HALF);
        assertThat(new Kernel("matmul_packed", "matmul_packed_bf16").unit()).isEqualTo(Unit.HALF);
        assertThat(new Kernel("matmul_packed", "matmul_packed_f32").unit()).isEqualTo(Unit.HALF_SIX_TIMES);
        assertThat(new Kernel("attention_tensor", "attention_split").unit()).isEqualTo(Unit.HALF_THRICE);
        assertThat(new Kernel("attention_tensor", "attention_half").unit()).isEqualTo(Unit.HALF);
        assertThat(new Kernel("matching_tensor", "signs_match").unit()).isEqualTo(Unit.BYTES);
        assertThat(new Kernel("matching_tensor", "signs_match")).hasToString("signs_match (matching_tensor.cu)");
        assertThat(new Kernel("matmul", "matmul")).hasToString("matmul (matmul.cl)");
        Profile.Peak peak = new Profile.Peak(1e9, 1e9, 2e9, 4e9, 8e9);
        for (Unit unit : Unit.values()) {
            assertThat(new Profile.Entry("k", unit, 1, 1_000_000_000, 1, 1_000_000_000).shareOf(peak))
                    .isEqualTo(1e9 / peak.operationsPerSecond(unit));
        }
    }

    @Test
    void tensorCoresAreMeasuredWhereADeviceOffersThem() {
        assertThat(backend.profile().peak().tf32PerSecond()).isZero();
        assertThat(backend.profile().peak().halfPerSecond()).isZero();
        FakeDevice other = new FakeDevice(64 << 20);
        other.offered.add(new Kernel("peak_tensor", "peak_multiply_f16"));
        try (DeviceBackend b = new DeviceBackend(other, 64 << 20)) {
            assertThat(b.profile().peak().tf32PerSecond()).isZero();
            assertThat(b.profile().peak().halfPerSecond()).isPositive();
        }
    }

    /** Data that is not dense is transferred in one piece and put in place on the device. */
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

    private View f(long... sizes) {
        return backend.allocateForResult(DType.F32, Shape.of(sizes));
    }

    @Test
    void productsGoToTheDevicesRoutine() {
        device.hasRoutine = true;
        backend.profile().measure(true);
        View a = f(4, 3, 5).slice(0, 1, 2, 2);
        View b = f(7, 5).transpose(0, 1);
        View out = f(2, 3, 7);
        backend.matmul(a, b.expand(Shape.of(2, 5, 7)), out);
        assertThat(device.products)
                .containsExactly(new MatrixProduct(
                        new MatrixProduct.Matrix(DeviceBuffer.memoryOf(a), 15, 5, 1, 30),
                        new MatrixProduct.Matrix(DeviceBuffer.memoryOf(b), 0, 1, 5, 0),
                        new MatrixProduct.Matrix(DeviceBuffer.memoryOf(out), 0, 7, 1, 21),
                        3,
                        7,
                        5,
                        2));
        assertThat(device.routines).isEqualTo(1);
        assertThat(device.all).isEmpty();
        Profile.Entry entry = backend.profile().entries().getFirst();
        assertThat(entry)
                .isEqualTo(new Profile.Entry("matmul_fake", Unit.FLOAT32, 1, entry.nanos(), 4 * (30 + 35 + 42), 420));
        assertThat(entry.nanos()).isPositive();
    }

    /**
     * After a routine, bias, activation and residual are a separate launch. Without a routine they are part of the
     * kernel.
     */
    @Test
    void routinesAreFollowedByWhatTheyLeaveOut() {
        backend.linear(f(3, 5), f(7, 5), f(7), Unary.GELU, f(3, 7), f(3, 7));
        assertThat(device.launches).containsOnlyKeys("matmul_small");
        device.launches.clear();
        device.hasRoutine = true;
        backend.linear(f(3, 5), f(7, 5), null, null, null, f(3, 7));
        assertThat(device.launches).isEmpty();
        backend.linear(f(3, 5), f(7, 5), null, Unary.RELU, null, f(3, 7));
        assertThat(device.launches.get("matmul_finish").plan()).isEqualTo(LaunchPlan.tasks(3));
        assertThat(device.routines).isEqualTo(2);
        assertThat(backend.profile().entries())
                .extracting(Profile.Entry::kernel, Profile.Entry::bytes)
                .containsExactlyInAnyOrder(
                        tuple("matmul_small", 4 * (15 + 35 + 21 + 21L)),
                        tuple("matmul_fake", 2 * 4 * (15 + 35 + 21L)),
                        tuple("matmul_finish", 4 * (21 + 21L)));
    }

    /** Entries that are unevenly strided, and a residual that the product would overwrite before it is added. */
    @Test
    void someProductsAreAlwaysKernels() {
        device.hasRoutine = true;
        backend.matmul(f(2, 3, 4, 5), f(2, 1, 5, 6).expand(Shape.of(2, 3, 5, 6)), f(2, 3, 4, 6));
        View both = f(3, 7);
        backend.linear(f(3, 5), f(7, 5), null, null, both, both);
        backend.matmul(f(3, 5), f(5, 0), f(3, 0));
        assertThat(device.products).isEmpty();
        assertThat(device.all).extracting(l -> l.kernel().name()).containsExactly("matmul_small", "matmul_small");
    }

    @Test
    void aProductHasSizes() {
        MatrixProduct.Matrix m = new MatrixProduct.Matrix(() -> 0, 0, 1, 1, 0);
        assertThat(new MatrixProduct(m, m, m, 1, 1, 0, 1).inner()).isZero();
        assertThatThrownBy(() -> new MatrixProduct(m, m, m, 1, 0, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("at least 1", "1, 0, 1 and 1");
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
        assertThat(new DeviceLimits(1, 1, 64, 32 << 10).problem().orElseThrow()).contains("64 items", "128");
        assertThat(new DeviceLimits(1, 1, 256, 16 << 10).problem().orElseThrow())
                .contains("16384 bytes");
        assertThat(new DeviceLimits(1, 1, 128, 32 << 10).problem()).isEmpty();
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
