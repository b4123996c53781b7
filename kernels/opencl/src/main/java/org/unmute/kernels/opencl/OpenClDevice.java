package org.unmute.kernels.opencl;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_command_queue;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.DeviceLimits;
import org.unmute.kernels.device.DeviceMemory;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.backend.HostBuffer;

/** An OpenCL 1.2 device with one in-order queue. Uses only the core of 1.2. */
final class OpenClDevice implements Device {
    private final String name;
    private final OpenClContext context;
    private final cl_command_queue queue;
    /** A kernel object holds its arguments, so each device has its own kernels, guarded by its lock. */
    private final Map<Kernel, Fitted> kernels = new HashMap<>();

    @SuppressWarnings("deprecation") // Its replacement needs OpenCL 2.0.
    OpenClDevice(String name, OpenClContext context) {
        this.name = name;
        this.context = context;
        queue = CL.clCreateCommandQueue(context.context(), context.device(), 0, null);
    }

    /** A kernel in a form that fits the device, and max items in a group of it. */
    private record Fitted(KernelForm form, cl_kernel handle, int groupItems) {}

    private record Memory(cl_mem handle, long bytes) implements DeviceMemory {}

    private static cl_mem handle(DeviceMemory memory) {
        return ((Memory) memory).handle;
    }

    /** Runs a call. An error names the operation and the device. */
    private void calling(String what, Runnable call) {
        try {
            call.run();
        } catch (CLException e) {
            throw new DeviceException(
                    "opencl: " + what + " failed on " + context.description() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String describe() {
        return context.description();
    }

    @Override
    public DeviceLimits limits() {
        return context.limits();
    }

    @Override
    public DeviceMemory allocate(long bytes) {
        cl_mem[] m = new cl_mem[1];
        calling(
                "allocating " + bytes + " bytes",
                () -> m[0] = CL.clCreateBuffer(context.context(), CL.CL_MEM_READ_WRITE, bytes, null, null));
        return new Memory(m[0], bytes);
    }

    @Override
    public void free(DeviceMemory memory) {
        calling("freeing memory", () -> CL.clReleaseMemObject(handle(memory)));
    }

    private static Pointer pointer(HostBuffer array, int at) {
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
        calling("work before " + what, () -> CL.clFinish(queue));
    }

    @Override
    public void write(HostBuffer from, int start, int count, DeviceMemory to, long toByte) {
        await("a copy to the device");
        calling(
                "copying to the device",
                () -> CL.clEnqueueWriteBuffer(
                        queue,
                        handle(to),
                        true,
                        toByte,
                        (long) count * from.dtype().bytes(),
                        pointer(from, start),
                        0,
                        null,
                        null));
    }

    @Override
    public void read(DeviceMemory from, long fromByte, HostBuffer to, int start, int count) {
        await("a copy from the device");
        calling(
                "copying from the device",
                () -> CL.clEnqueueReadBuffer(
                        queue,
                        handle(from),
                        true,
                        fromByte,
                        (long) count * to.dtype().bytes(),
                        pointer(to, start),
                        0,
                        null,
                        null));
    }

    @Override
    public void copy(DeviceMemory from, long fromByte, DeviceMemory to, long toByte, long bytes) {
        calling(
                "copying on the device",
                () -> CL.clEnqueueCopyBuffer(queue, handle(from), handle(to), fromByte, toByte, bytes, 0, null, null));
    }

    @Override
    public synchronized void prepare(Kernel kernel) {
        kernel(kernel);
    }

    private Fitted kernel(Kernel kernel) {
        return kernels.computeIfAbsent(kernel, this::fit);
    }

    /** The first form of a kernel whose groups the device can run. */
    private Fitted fit(Kernel kernel) {
        StringBuilder tried = new StringBuilder();
        for (KernelForm form : KernelForm.of(kernel, context.limits().groupItems())) {
            Fitted[] found = new Fitted[1];
            calling("finding kernel " + kernel, () -> found[0] = compiled(form));
            int stated = context.statedItems(found[0].handle());
            if (stated <= found[0].groupItems()) {
                return found[0];
            }
            CL.clReleaseKernel(found[0].handle());
            tried.append(tried.isEmpty() ? "" : ", ").append(found[0].groupItems() + " of " + stated);
        }
        throw tooSmall(kernel, tried.toString());
    }

    private Fitted compiled(KernelForm form) {
        cl_kernel made =
                CL.clCreateKernel(context.programs().of(form), form.kernel().name(), null);
        return new Fitted(form, made, context.groupItems(form.kernel(), made));
    }

    private DeviceException tooSmall(Kernel kernel, String items) {
        return new DeviceException(
                "opencl: kernel " + kernel + " does not fit " + context.description() + ": its groups have room for "
                        + items + " items (CL_KERNEL_WORK_GROUP_SIZE): use another device",
                null);
    }

    @Override
    public synchronized Kernel launch(Kernel kernel, LaunchPlan planned, List<Argument> arguments) {
        if (planned.sharedBytes() > 0) {
            throw new IllegalArgumentException("opencl: kernel " + kernel + " asks for " + planned.sharedBytes()
                    + " shared bytes beyond its arrays: launch it only where Device.offers says so");
        }
        Fitted fitted = kernel(kernel);
        cl_kernel k = fitted.handle();
        LaunchPlan plan = fitted.form().plan(kernel, planned);
        if (plan.items() > fitted.groupItems()
                && fitted.groupItems() < context.limits().groupItems()) {
            throw tooSmall(kernel, fitted.groupItems() + " of " + plan.items());
        }
        calling("kernel " + fitted.form().kernel() + " with " + plan, () -> {
            for (int i = 0; i < arguments.size(); i++) {
                set(k, i, arguments.get(i));
            }
            CL.clEnqueueNDRangeKernel(
                    queue,
                    k,
                    1,
                    null,
                    new long[] {(long) plan.groups() * plan.items()},
                    new long[] {plan.items()},
                    0,
                    null,
                    null);
        });
        return fitted.form().kernel();
    }

    private static void set(cl_kernel kernel, int index, Argument argument) {
        switch (argument) {
            case Argument.Pointer p -> CL.clSetKernelArg(kernel, index, Sizeof.cl_mem, Pointer.to(handle(p.memory())));
            case Argument.Float32 r ->
                CL.clSetKernelArg(kernel, index, Sizeof.cl_float, Pointer.to(new float[] {r.value()}));
            case Argument.Int32 w -> CL.clSetKernelArg(kernel, index, Sizeof.cl_int, Pointer.to(new int[] {w.value()}));
            case Argument.Int64 l ->
                CL.clSetKernelArg(kernel, index, Sizeof.cl_long, Pointer.to(new long[] {l.value()}));
            case Argument.Struct s ->
                CL.clSetKernelArg(kernel, index, (long) Sizeof.cl_long * s.members().length, Pointer.to(s.members()));
        }
    }

    @Override
    public void finish() {
        calling("work", () -> CL.clFinish(queue));
    }

    @Override
    public synchronized void close() {
        kernels.values().forEach(fitted -> CL.clReleaseKernel(fitted.handle()));
        kernels.clear();
        CL.clReleaseCommandQueue(queue);
    }
}
