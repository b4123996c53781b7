package org.unmute.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.kernels.device.backend.OutOfDeviceMemoryException;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Gradients;
import org.unmute.tensor.optim.ParameterGroup;
import org.unmute.tensor.optim.Schedule;

/** Memory and errors over the life of a device with little memory. */
class OpenClDeviceLifeTest {
    private static final long MIB = 1 << 20;
    private static final int STEPS = 100;

    private OpenClDevice device;
    private DeviceBackend backend;

    @BeforeEach
    void open() {
        OpenCl.open().close();
        device = new OpenClDevice("opencl", OpenClContext.of(0));
        backend = new DeviceBackend(device, 8 * MIB);
    }

    @AfterEach
    void close() {
        if (backend != null) {
            backend.close();
        }
    }

    private Tensor numbers(long seed, long... sizes) {
        Random r = new Random(seed);
        float[] x = new float[Math.toIntExact(Shape.of(sizes).elements())];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) r.nextGaussian();
        }
        return Tensor.of(backend, x, sizes);
    }

    /**
     * The result of an operation does not fit: the message names the operation, the needed and the free memory, and the
     * largest tensor. Afterwards work can continue.
     */
    @Test
    void aResultThatDoesNotFitIsNamedWithNeedFreeAndLargest() {
        try (TensorScope _ = new TensorScope()) {
            Tensor held = numbers(1, 3, 512, 512);
            Tensor column = numbers(2, 1024, 64);
            assertThatThrownBy(() -> column.matmul(column.transpose(0, 1)).matmul(held.reshape(1024, 768)))
                    .isInstanceOf(OutOfDeviceMemoryException.class)
                    .hasMessageContaining(
                            "out of device memory: F32[1024, 768] needs 3.0 MiB, 0.8 MiB of 8.0 MiB are free on"
                                    + " opencl, ")
                    .hasMessageContaining("7.3 MiB live in 3 tensors, largest F32[1024, 1024] with 4.0 MiB");
        }
        assertThat(backend.liveBytes()).isZero();
        try (TensorScope _ = new TensorScope()) {
            Tensor column = numbers(2, 1024, 64);
            assertThat(column.matmul(column.transpose(0, 1)).sum().item()).isFinite();
        }
    }

    /**
     * Forward, backward and optimizer: each step leaves memory as it was, needs no more than the previous one, and
     * stays far below the sum of all steps.
     */
    @Test
    void aHundredTrainingStepsLeaveNoMemoryBehind() {
        Tensor prototypes = numbers(1, 40, 32).parameter();
        Tensor weight = numbers(2, 5, 40).parameter();
        Map<String, Tensor> parameters = Map.of("prototypes", prototypes, "weight", weight);
        long before = backend.liveBytes();
        try (TensorScope _ = new TensorScope()) {
            AdamW optimizer = new AdamW(List.of(new ParameterGroup(parameters, 1e-2, 1e-4)), Schedule.constant());
            step(optimizer, parameters, 0);
            long live = backend.liveBytes();
            long peak = backend.peakBytes();
            assertThat((peak - live) * STEPS).as("a leak would not fit").isGreaterThan(8 * MIB);
            for (int i = 1; i <= STEPS; i++) {
                step(optimizer, parameters, i);
                assertThat(backend.liveBytes()).as("live after step " + i).isEqualTo(live);
                assertThat(backend.peakBytes()).as("peak after step " + i).isEqualTo(peak);
            }
        }
        assertThat(backend.liveBytes()).as("the parameters alone").isEqualTo(before);
    }

    private void step(AdamW optimizer, Map<String, Tensor> parameters, int number) {
        try (TensorScope _ = new TensorScope()) {
            Tensor tokens = numbers(10 + number, 16, 49, 32);
            Tensor logits = tokens.binaryPrototypeMaxPool(parameters.get("prototypes"))
                    .values()
                    .matmul(parameters.get("weight").transpose(0, 1));
            Tensor loss = logits.softmax(-1).sum();
            assertThat(loss.item()).isFinite();
            optimizer.step(Gradients.of(loss, parameters));
        }
    }

    /** If the driver refuses a launch, the error names kernel, launch, device and driver. */
    @Test
    void aLaunchThatTheDriverRefusesIsNamed() {
        Kernel kernel = new Kernel("elementwise", "unary_exp");
        LaunchPlan tooWide = new LaunchPlan(1, 1 << 24);
        assertThatThrownBy(() -> device.launch(kernel, tooWide, List.of()))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("unary_exp (elementwise.cl)")
                .hasMessageContaining(tooWide.toString())
                .hasMessageContaining(device.describe())
                .hasMessageContainingAll("driver", "CL_INVALID");
    }

    /** OpenCL offers no extra kernels, and no group memory beyond the arrays that a kernel declares. */
    @Test
    void sharedMemoryBeyondAKernelsArraysIsRefused() {
        Kernel kernel = new Kernel("elementwise", "unary_exp");
        assertThat(device.offers(kernel)).isFalse();
        assertThatThrownBy(() -> device.launch(kernel, new LaunchPlan(1, 128, 16), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("asks for 16 shared bytes", "Device.offers");
    }

    /**
     * If the compiler refuses a kernel, the error names kernel, device, driver and options, and includes the compiler's
     * message with the line of the file.
     */
    @Test
    void aTextThatDoesNotBuildIsToldWithTheCompilersWords() {
        String text = "#line 1 \"made.cl\"\n__kernel void good() {}\n__kernel void wrong() { float x = 1.0f\n}\n";
        assertThatThrownBy(() -> OpenClContext.of(0).programs().compile(new Kernel("made", "wrong"), text))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("kernel wrong (made.cl) does not build")
                .hasMessageContaining(device.describe())
                .hasMessageContainingAll("-cl-std=CL1.2", "made.cl:2:", "expected ';'");
    }

    @Test
    void aTensorOfAClosedScopeIsRefused() {
        Tensor kept;
        try (TensorScope _ = new TensorScope()) {
            kept = numbers(1, 3, 3);
        }
        assertFails(IllegalStateException.class, () -> kept.plus(kept), "TensorScope");
    }
}
