package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.DeviceMemory;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.KernelSource;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.kernels.device.backend.OutOfDeviceMemoryException;
import org.unmute.kernels.device.fixture.DeclaredKernel;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;

/**
 * The calls that {@link CudaDevice} makes to a driver, and its errors if they fail. Runs on the stand-in, see {@link
 * StandInTest}.
 */
final class StandInDriver {
    private static final int CUDA_13 = 13_000;
    private static final Kernel FILL = new Kernel("cast", "fill_32");
    private static final Kernel PRODUCT = new Kernel("matmul", "matmul");
    /** Every driver function that is called. */
    private static final List<String> CALLS =
            List.of(("cuInit cuDriverGetVersion cuDeviceGetCount cuDeviceGet cuDeviceGetName cuDeviceTotalMem_v2 "
                            + "cuDeviceGetAttribute cuDevicePrimaryCtxRetain cuCtxSetCurrent cuCtxSynchronize "
                            + "cuModuleLoadDataEx cuModuleGetFunction cuFuncSetAttribute cuMemAlloc_v2 cuMemFree_v2 "
                            + "cuMemcpyHtoD_v2 cuMemcpyDtoH_v2 cuMemcpyDtoDAsync_v2 cuLaunchKernel")
                    .split(" "));

    @BeforeEach
    void sound() {
        StandInControl.device(90, CUDA_13);
        StandInControl.said();
    }

    private static CudaContext context() {
        return new CudaContext(CudaDevices.detect().devices().getFirst());
    }

    private static CudaDevice open() {
        return new CudaDevice("cuda", context(), Precision.FP32);
    }

    private static CudaDevice open(int capability) {
        StandInControl.device(capability, CUDA_13);
        return open();
    }

    /** Arguments of the sizes of a kernel's parameters, all set to 0. */
    private static List<Argument> zeros(Kernel kernel) {
        return Ptx.parameterBytes(Ptx.text(kernel.family())).get(kernel.name()).stream()
                .map(bytes -> bytes == Integer.BYTES
                        ? new Argument.Int32(0)
                        : bytes == Long.BYTES
                                ? (Argument) new Argument.Int64(0)
                                : new Argument.Struct(new long[bytes / Long.BYTES]))
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> everyShippedModuleLoadsWithItsKernels() {
        return Stream.concat(KernelSource.FAMILIES.stream(), PtxSource.files().stream())
                .map(family -> DynamicTest.dynamicTest(family, () -> {
                    List<Kernel> kernels = KernelSource.FAMILIES.contains(family)
                            ? DeclaredKernel.of(family).stream()
                                    .map(DeclaredKernel::kernel)
                                    .toList()
                            : PtxSource.kernels(family);
                    CudaContext context = context();
                    context.enter();
                    assertThat(kernels).isNotEmpty();
                    kernels.forEach(k -> assertThat(context.function(k, 0).parameterBytes())
                            .as(k.toString())
                            .isNotEmpty());
                }));
    }

    /**
     * The error names the kernel, the device, the driver and the driver's error, gives advice, and includes the
     * assembler's message with the line.
     */
    @Test
    void ptxThatDoesNotAssembleIsToldWithTheDriversLog() {
        Assumptions.assumeTrue(System.getenv("STANDIN_PTXAS") != null, "skipped: ptxas is not on the PATH");
        CudaContext context = context();
        context.enter();
        String wrong = Ptx.text("softmax").replaceFirst("add\\.rn\\.f32", "add.nonsense.f32");
        assertThatThrownBy(() -> context.load(new Kernel("softmax", "softmax"), wrong))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("cuda: kernel softmax (softmax.cl) does not load on stand-in")
                .hasMessageContainingAll("compute capability 9.0, driver for CUDA 13.0", "CUDA_ERROR_INVALID_PTX: ")
                .hasMessageContainingAll("update it", "line", ".nonsense");
    }

    @Test
    void anOldDriverIsTold() {
        StandInControl.device(90, 9_020);
        CudaDevice device = open();
        assertThatThrownBy(() -> device.prepare(FILL))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining(FILL.toString())
                .hasMessageContaining("driver for CUDA 9.2")
                .hasMessageContaining("CUDA_ERROR_UNSUPPORTED_PTX_VERSION: the NVIDIA driver is older")
                .hasMessageContaining("PTX 6.3 is newer");
    }

    @Test
    void aKernelThatItsModuleLacksIsTold() {
        CudaDevice device = open();
        assertThatThrownBy(() -> device.prepare(new Kernel("softmax", "softmaxx")))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("softmaxx", "CUDA_ERROR_NOT_FOUND");
    }

    /** Makes every call at least once. */
    private static void everything() {
        CudaDevices found = CudaDevices.detect();
        if (found.devices().isEmpty()) {
            throw new DeviceException(found.problem(), null);
        }
        // detect() turns on the binding's own exceptions, which another part of a process may turn off
        JCudaDriver.setExceptionsEnabled(false);
        CudaDevice device =
                new CudaDevice("cuda", new CudaContext(found.devices().getFirst()), Precision.FP32);
        DeviceMemory a = device.allocate(64);
        DeviceMemory b = device.allocate(64);
        HostBuffer numbers = HostBuffer.allocate(DType.I32, 16);
        Arrays.setAll(numbers.ints(), i -> i);
        device.write(numbers, 0, 16, a, 0);
        device.copy(a, 0, b, 0, 64);
        device.launch(FILL, new LaunchPlan(1, 128, 16), zeros(FILL));
        HostBuffer back = HostBuffer.allocate(DType.I32, 16);
        device.read(b, 0, back, 0, 16);
        assertThat(back.ints()).isEqualTo(numbers.ints());
        device.finish();
        device.free(a);
        device.free(b);
    }

    @Test
    void nothingIsRefusedInASoundRun() {
        everything();
        assertThat(StandInControl.said()).isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> everyCallThatFailsIsTold() {
        return CALLS.stream()
                .map(call -> DynamicTest.dynamicTest(call, () -> {
                    StandInControl.device(90, CUDA_13);
                    StandInControl.fail(call, CUresult.CUDA_ERROR_ECC_UNCORRECTABLE);
                    Throwable e = catchThrowable(StandInDriver::everything);
                    assertThat(e)
                            .isInstanceOf(DeviceException.class)
                            .hasMessageContaining("CUDA_ERROR_ECC_UNCORRECTABLE: the device's memory is faulty");
                    if (CALLS.indexOf(call) >= CALLS.indexOf("cuDevicePrimaryCtxRetain")) {
                        assertThat(e).hasMessageContaining("on stand-in, compute capability 9.0");
                    }
                }));
    }

    @Test
    void aGroupLargerThanTheKernelAllowsIsRefused() {
        CudaDevice device = open();
        device.launch(PRODUCT, new LaunchPlan(1, 256), zeros(PRODUCT));
        LaunchPlan large = new LaunchPlan(1, 512);
        assertThatThrownBy(() -> device.launch(PRODUCT, large, zeros(PRODUCT)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("kernel " + PRODUCT + " with " + large)
                .hasMessageContaining("CUDA_ERROR_INVALID_VALUE");
        assertThat(StandInControl.said()).contains("512 items, a group has at most 256");
    }

    /** A kernel that requests more than 48 KiB gets it, up to the limit of the device. */
    @ParameterizedTest
    @ValueSource(ints = {80, 86, 90, 120})
    void sharedMemoryIsAskedFor(int capability) {
        CudaDevice device = open(capability);
        int most = CudaDevices.detect().devices().getFirst().sharedBytes();
        assertThat(most).isEqualTo((capability == 80 ? 163 : capability == 90 ? 227 : 99) << 10);
        for (int bytes : new int[] {0, 1024, 49 << 10, most, 48 << 10}) {
            device.launch(FILL, new LaunchPlan(1, 128, bytes), zeros(FILL));
        }
        assertThat(StandInControl.said()).isEmpty();
        assertThatThrownBy(() -> device.launch(FILL, new LaunchPlan(1, 128, most + 1), zeros(FILL)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("sharedBytes=" + (most + 1))
                .hasMessageContaining("CUDA_ERROR_INVALID_VALUE");
        // arrays that the kernel declares count
        assertThatThrownBy(() -> device.launch(PRODUCT, new LaunchPlan(1, 256, most), zeros(PRODUCT)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("CUDA_ERROR_INVALID_VALUE");
    }

    /** The driver does not know the sizes of arguments. */
    @Test
    void argumentsOfOtherSizesAreRefused() {
        CudaDevice device = open();
        List<Argument> good = zeros(FILL);
        List<Argument> fewer = good.subList(0, good.size() - 1);
        assertThatThrownBy(() -> device.launch(FILL, LaunchPlan.tasks(1), fewer))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining(FILL + " takes parameters of ")
                .hasMessageContaining("run kernels/cuda/build-ptx");
        List<Argument> shorter = good.stream()
                .map(a -> a instanceof Argument.Struct s
                        ? new Argument.Struct(Arrays.copyOf(s.members(), s.members().length - 1))
                        : a)
                .toList();
        assertThat(shorter).isNotEqualTo(good);
        assertThatThrownBy(() -> device.launch(FILL, LaunchPlan.tasks(1), shorter))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("bytes, but its arguments have");
    }

    /** A failed kernel makes all later calls fail, with an error that gives advice. */
    @Test
    void memoryThatWasFreedIsNotForKernels() {
        CudaDevice device = open();
        DeviceMemory memory = device.allocate(64);
        List<Argument> arguments = zeros(FILL).stream()
                .map(a -> a instanceof Argument.Int64 ? new Argument.Pointer(memory) : a)
                .toList();
        assertThat(arguments).contains(new Argument.Pointer(memory));
        device.launch(FILL, LaunchPlan.tasks(1), arguments);
        device.free(memory);
        assertThatThrownBy(() -> device.launch(FILL, LaunchPlan.tasks(1), arguments))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("CUDA_ERROR_ILLEGAL_ADDRESS: a kernel failed", "compute-sanitizer");
        assertFails(DeviceException.class, device::finish, "CUDA_ERROR_ILLEGAL_ADDRESS");
        // not just "out of memory", although an allocation fails
        DeviceBackend backend = new DeviceBackend(device, 1 << 30);
        assertThatThrownBy(() -> backend.allocateForResult(DType.F32, Shape.of(16)))
                .isInstanceOf(OutOfDeviceMemoryException.class)
                .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
    }

    @Test
    void aKernelThatFailsIsToldByTheCopyThatWaitsForIt() {
        CudaDevice device = open();
        DeviceMemory memory = device.allocate(64);
        StandInControl.fail("cuCtxSynchronize", CUresult.CUDA_ERROR_LAUNCH_FAILED);
        assertThatThrownBy(() -> device.read(memory, 0, HostBuffer.allocate(DType.F32, 16), 0, 16))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("work before a copy from the device failed on stand-in")
                .hasMessageContaining("CUDA_ERROR_LAUNCH_FAILED: a kernel failed");
    }

    @Test
    void copiesBeyondAnAllocationAreRefused() {
        CudaDevice device = open();
        DeviceMemory memory = device.allocate(64);
        HostBuffer numbers = HostBuffer.allocate(DType.F32, 17);
        assertThatThrownBy(() -> device.write(numbers, 0, 17, memory, 0))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("copying to the device failed", "CUDA_ERROR_INVALID_VALUE");
        assertThatThrownBy(() -> device.read(memory, 4, numbers, 0, 16)).isInstanceOf(DeviceException.class);
    }

    @Test
    void whatTheDeviceSaysOfFullMemoryIsKept() {
        DeviceBackend backend = new DeviceBackend(open(), 1L << 40);
        StandInControl.free(1 << 20);
        assertThatThrownBy(() -> backend.allocateForResult(DType.F32, Shape.of(1 << 20)))
                .isInstanceOf(OutOfDeviceMemoryException.class)
                .hasMessageContaining("out of device memory: F32[1048576] needs")
                .hasMessageContaining("CUDA_ERROR_OUT_OF_MEMORY: nvidia-smi shows");
    }

    /** Copies any size in both directions; the collector runs while a copy waits for the device. */
    @ParameterizedTest
    @ValueSource(strings = {"read", "write"})
    void theCollectorRunsWhileACopyWaits(String copy) throws InterruptedException {
        CudaDevice device = open();
        DeviceMemory memory = device.allocate(1 << 20);
        HostBuffer numbers = HostBuffer.allocate(DType.F32, 1 << 18);
        device.launch(FILL, LaunchPlan.tasks(1), zeros(FILL));
        StandInControl.busy(5000);
        long begun = System.nanoTime();
        device.launch(FILL, LaunchPlan.tasks(1), zeros(FILL));
        Thread copying = Thread.ofPlatform().start(() -> {
            if (copy.equals("read")) {
                device.read(memory, 0, numbers, 0, 1 << 18);
            } else {
                device.write(numbers, 0, 1 << 18, memory, 0);
            }
        });
        Thread.sleep(500);
        System.gc();
        long collected = System.nanoTime() - begun;
        copying.join();
        long copied = System.nanoTime() - begun;
        assertThat(copied).as("the copy waited").isGreaterThan(4_900_000_000L);
        assertThat(collected).as("when the collector was done").isLessThan(4_000_000_000L);
    }
}
