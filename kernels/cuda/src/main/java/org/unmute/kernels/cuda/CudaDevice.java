package org.unmute.kernels.cuda;

import static org.unmute.kernels.cuda.CudaResult.check;

import java.util.List;
import java.util.Optional;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.DeviceLimits;
import org.unmute.kernels.device.DeviceMemory;
import org.unmute.kernels.device.DeviceRoutine;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.MatrixProduct;
import org.unmute.kernels.device.TensorCores;
import org.unmute.tensor.backend.HostBuffer;

/**
 * An NVIDIA device through the driver API. All work goes to the default stream, so it runs in the order of the calls.
 */
final class CudaDevice implements Device {
    /** Copies to the device up to this size return once the driver has buffered the bytes. */
    private static final int STAGED_BYTES = 64 << 10;

    private final String name;
    private final CudaContext context;
    private final Precision precision;
    private final TensorCores tensorCores = TensorChoice.chosen();

    CudaDevice(String name, CudaContext context, Precision precision) {
        this.name = name;
        this.context = context;
        this.precision = precision;
    }

    /** A pointer that exposes its address, which the binding hides. */
    private static final class Address extends CUdeviceptr {
        long value() {
            return getNativePointer() + getByteOffset();
        }
    }

    private record Memory(Address pointer, long bytes) implements DeviceMemory {}

    static CUdeviceptr pointer(DeviceMemory memory) {
        return ((Memory) memory).pointer;
    }

    /** The address of a memory on its device. */
    static long address(DeviceMemory memory) {
        return ((Memory) memory).pointer.value();
    }

    /** Runs calls with the context current. An error names the operation and the device. */
    private void calling(String what, Runnable calls) {
        context.enter();
        context.calling(what, calls);
    }

    @Override
    public TensorCores tensorCores() {
        return tensorCores;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String describe() {
        context.enter();
        return context.found().description() + "; "
                + ComputeUnits.of(precision, context.found(), context.products())
                        .describe();
    }

    @Override
    public DeviceLimits limits() {
        return context.found().limits();
    }

    @Override
    public boolean offers(Kernel kernel) {
        return CudaKernels.offered(
                kernel,
                precision,
                tensorCores,
                context.found().capability(),
                context.found().sharedBytes());
    }

    @Override
    public DeviceMemory allocate(long bytes) {
        Address p = new Address();
        calling("allocating " + bytes + " bytes", () -> check(JCudaDriver.cuMemAlloc(p, bytes)));
        return new Memory(p, bytes);
    }

    @Override
    public void free(DeviceMemory memory) {
        calling("freeing memory", () -> check(JCudaDriver.cuMemFree(pointer(memory))));
    }

    private static Pointer host(HostBuffer array, int at) {
        Pointer p = switch (array.dtype()) {
            case F32 -> Pointer.to(array.floats());
            case F64 -> Pointer.to(array.doubles());
            case I32 -> Pointer.to(array.ints());
            case F16, BF16 -> Pointer.to(array.halves());
        };
        return p.withByteOffset((long) at * array.dtype().bytes());
    }

    /**
     * Waits for earlier work before a copy that would otherwise wait for it. The binding holds the Java array in a
     * critical section throughout a copy, during which most garbage collectors must not run, so the copy itself has to
     * be short.
     */
    private void await(String what) {
        calling("work before " + what, () -> check(JCudaDriver.cuCtxSynchronize()));
    }

    @Override
    public void write(HostBuffer from, int start, int count, DeviceMemory to, long toByte) {
        long bytes = (long) count * from.dtype().bytes();
        if (bytes > STAGED_BYTES) {
            await("a copy to the device");
        }
        calling(
                "copying to the device",
                () -> check(JCudaDriver.cuMemcpyHtoD(pointer(to).withByteOffset(toByte), host(from, start), bytes)));
    }

    @Override
    public void read(DeviceMemory from, long fromByte, HostBuffer to, int start, int count) {
        long bytes = (long) count * to.dtype().bytes();
        await("a copy from the device");
        calling(
                "copying from the device",
                () -> check(
                        JCudaDriver.cuMemcpyDtoH(host(to, start), pointer(from).withByteOffset(fromByte), bytes)));
    }

    @Override
    public void copy(DeviceMemory from, long fromByte, DeviceMemory to, long toByte, long bytes) {
        calling(
                "copying on the device",
                () -> check(JCudaDriver.cuMemcpyDtoDAsync(
                        pointer(to).withByteOffset(toByte), pointer(from).withByteOffset(fromByte), bytes, null)));
    }

    @Override
    public void prepare(Kernel portable) {
        Kernel kernel = variant(portable);
        calling("finding kernel " + kernel, () -> context.function(kernel, 0));
    }

    /** The variant that replaces a portable kernel, or the kernel itself. */
    private Kernel variant(Kernel portable) {
        return Variants.of(portable, precision, context.found().capability()).orElse(portable);
    }

    @Override
    public Kernel launch(Kernel portable, LaunchPlan plan, List<Argument> arguments) {
        Kernel kernel = variant(portable);
        run(kernel, plan, arguments);
        return kernel;
    }

    /**
     * Uses cuBLAS in float32. At a precision for which the portable kernels have variants, the variants run instead.
     */
    @Override
    public Optional<DeviceRoutine> routine(MatrixProduct product) {
        if (Variants.replace(precision, context.found().capability())) {
            return Optional.empty();
        }
        context.enter();
        return context.cublas()
                .flatMap(cublas ->
                        CublasGemm.of(product).map(g -> new DeviceRoutine(Cublas.KERNEL, () -> multiply(cublas, g))));
    }

    private void multiply(Cublas cublas, CublasGemm g) {
        calling(
                "a matrix product by cuBLAS (-D" + CublasLibrary.PROPERTY + "=false takes our kernel instead)",
                () -> cublas.multiply(g));
    }

    private void run(Kernel kernel, LaunchPlan plan, List<Argument> arguments) {
        calling("kernel " + kernel + " with " + plan, () -> {
            CudaContext.Function f = context.function(kernel, plan.sharedBytes());
            f.require(arguments);
            NativePointerObject[] parameters = new NativePointerObject[arguments.size()];
            for (int i = 0; i < parameters.length; i++) {
                parameters[i] = parameter(arguments.get(i));
            }
            check(JCudaDriver.cuLaunchKernel(
                    f.handle(),
                    plan.groups(),
                    1,
                    1,
                    plan.items(),
                    1,
                    1,
                    plan.sharedBytes(),
                    null,
                    Pointer.to(parameters),
                    null));
        });
    }

    private static Pointer parameter(Argument argument) {
        return switch (argument) {
            case Argument.Pointer p -> Pointer.to(pointer(p.memory()));
            case Argument.Float32 r -> Pointer.to(new float[] {r.value()});
            case Argument.Int32 w -> Pointer.to(new int[] {w.value()});
            case Argument.Int64 l -> Pointer.to(new long[] {l.value()});
            case Argument.Struct s -> Pointer.to(s.members());
        };
    }

    @Override
    public void finish() {
        calling("work", () -> check(JCudaDriver.cuCtxSynchronize()));
    }

    @Override
    public void close() {
        // Context and kernels are shared and stay until the process ends.
    }
}
