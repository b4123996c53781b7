package org.unmute.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.KernelSource;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.kernels.device.backend.OutOfDeviceMemoryException;
import org.unmute.kernels.device.backend.Profile;
import org.unmute.kernels.device.fixture.DeclaredKernel;
import org.unmute.tensor.DType;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/** The device itself: building, errors, memory. */
class OpenClDeviceTest {
    private DeviceBackend backend;

    @BeforeEach
    void open() {
        backend = OpenCl.open();
    }

    @AfterEach
    void close() {
        if (backend != null) {
            backend.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyKernelBuilds() {
        OpenClDevice device = new OpenClDevice("opencl", OpenClContext.of(0));
        return KernelSource.FAMILIES.stream()
                .map(family -> DynamicTest.dynamicTest(family, () -> {
                    List<DeclaredKernel> kernels = DeclaredKernel.of(family);
                    assertThat(kernels).isNotEmpty();
                    kernels.forEach(k -> device.prepare(k.kernel()));
                }))
                .onClose(device::close);
    }

    @Test
    void aTextThatDoesNotBuildIsShownWithKernelDeviceAndLog() {
        assertFails(
                DeviceException.class,
                () -> OpenClContext.of(0)
                        .programs()
                        .compile(new Kernel("made", "wrong"), "__kernel void wrong() { nonsense(; }"),
                "wrong (made.cl)",
                "nonsense",
                OpenClContext.of(0).description());
    }

    @Test
    void aKernelThatIsNotThereIsNamed() {
        OpenClDevice device = new OpenClDevice("opencl", OpenClContext.of(0));
        assertThatThrownBy(() -> device.prepare(new Kernel("cast", "copy_everything")))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("copy_everything (cast.cl)", "CL_INVALID_KERNEL_NAME");
        device.close();
    }

    @Test
    void aTensorThatDoesNotFitIsNamed() {
        long elements = 1L << 42;
        assertThatThrownBy(() -> backend.allocateForResult(DType.F32, Shape.of(elements)))
                .isInstanceOf(OutOfDeviceMemoryException.class)
                .hasMessageContaining("F32[" + elements + "]")
                .hasMessageContainingAll("free on opencl", "smaller batch");
    }

    private Tensor numbers(long seed, long... sizes) {
        Random r = new Random(seed);
        float[] x = new float[Math.toIntExact(Shape.of(sizes).elements())];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) r.nextGaussian();
        }
        return Tensor.of(backend, x, sizes);
    }

    /** After a training step inside a scope, the device holds the same memory as before. */
    @Test
    void closingAScopeFreesDeviceMemory() {
        Tensor weight = numbers(1, 30, 20).parameter();
        long before = backend.liveBytes();
        for (int i = 0; i < 3; i++) {
            try (TensorScope _ = new TensorScope()) {
                Tensor tokens = numbers(2 + i, 4, 17, 20);
                Tensor loss = tokens.binaryPrototypeMaxPool(weight)
                        .values()
                        .softmax(-1)
                        .sum();
                Grad.of(loss).wrt(weight).toFloats();
                assertThat(backend.liveBytes()).isGreaterThan(before);
            }
            assertThat(backend.liveBytes()).isEqualTo(before);
        }
        assertThat(backend.peakBytes()).isGreaterThan(before);
    }

    @Test
    void attentionWritesNoScores() {
        int tokens = 1500;
        View q = numbers(1, 1, tokens, 4).view();
        View out = backend.allocate(DType.F32, q.shape());
        long before = backend.peakBytes();
        backend.attention(q, q, q, null, 0.5, out);
        assertThat(backend.peakBytes()).isEqualTo(before);
    }

    @Test
    void aProfileKnowsTheTimeOfEachKernel() {
        backend.profile().measure(true);
        Tensor x = numbers(1, 100, 100);
        x.matmul(x).softmax(-1).toFloats();
        assertThat(backend.profile().entries())
                .extracting(Profile.Entry::kernel)
                .contains("matmul_small", "softmax");
        assertThat(backend.profile().entries()).allMatch(e -> e.nanos() > 0 && e.bytes() > 0);
        assertThat(backend.profile().transfers()).isEqualTo(new Profile.Transfers(2, 40_000, 40_000));
    }

    @Test
    void numbersSurviveTheWayThereAndBack() {
        float[] x = {1, -0f, Float.MIN_VALUE, Float.POSITIVE_INFINITY, Float.NaN, 3.5f};
        View v = backend.allocateForResult(DType.F32, Shape.of(2, 3));
        backend.upload(View.dense(HostBuffer.wrap(x), Shape.of(2, 3)), v);
        float[] y = new float[6];
        backend.download(v, View.dense(HostBuffer.wrap(y), Shape.of(2, 3)));
        assertThat(y).containsExactly(x);
    }
}
