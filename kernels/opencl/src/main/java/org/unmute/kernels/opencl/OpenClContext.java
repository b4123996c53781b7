package org.unmute.kernels.opencl;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.unmute.kernels.device.DeviceLimits;
import org.unmute.kernels.device.Kernel;
import org.unmute.tensor.backend.BackendProvider.Availability;

/**
 * An OpenCL device and its built programs. All backends on the device share the context until the process ends, since
 * building a program takes long.
 */
final class OpenClContext {
    private static final Map<Integer, OpenClContext> OPEN = new ConcurrentHashMap<>();
    private static final int ROUNDED_DIVISION = 1 << 7;

    private final cl_device_id device;
    private final cl_context context;
    private final String description;
    private final DeviceLimits limits;
    private final ToIntFunction<Kernel> kernelItems;
    private final Programs programs;

    /** @param kernelItems for tests: max items in a group of a kernel; the device may allow fewer */
    OpenClContext(
            Platforms.PlatformDevice found, int groupItems, ToIntFunction<Kernel> kernelItems, ProgramCache cache) {
        device = found.device();
        cl_context_properties properties = new cl_context_properties();
        properties.addProperty(CL.CL_CONTEXT_PLATFORM, found.platform());
        context = CL.clCreateContext(properties, 1, new cl_device_id[] {device}, null, null, null);
        DeviceLimits told = limits(device);
        limits = new DeviceLimits(
                told.memoryBytes(), told.maxAllocation(), Math.min(told.groupItems(), groupItems), told.localBytes());
        this.kernelItems = kernelItems;
        description = describe(device);
        boolean rounded = (Platforms.number(device, CL.CL_DEVICE_SINGLE_FP_CONFIG, Long.BYTES) & ROUNDED_DIVISION) != 0;
        String options = "-cl-std=CL1.2" + (rounded ? " -cl-fp32-correctly-rounded-divide-sqrt" : "");
        programs = new Programs(context, device, description, Platforms.identity(found), options, cache);
    }

    /** The context of device number {@code index}. */
    static OpenClContext of(int index) {
        return OPEN.computeIfAbsent(
                index, i -> open(i, Integer.MAX_VALUE, _ -> Integer.MAX_VALUE, ProgramCache.ofUser()));
    }

    /**
     * A separate context for device number {@code index}, with smaller groups if the given limits are below those of
     * the device.
     */
    static OpenClContext open(int index, int groupItems, ToIntFunction<Kernel> kernelItems, ProgramCache cache) {
        Platforms.PlatformDevice device = Platforms.get().devices().get(index);
        return SignalHandlers.kept(() -> new OpenClContext(device, groupItems, kernelItems, cache));
    }

    private static DeviceLimits limits(cl_device_id device) {
        return new DeviceLimits(
                Platforms.number(device, CL.CL_DEVICE_GLOBAL_MEM_SIZE, Long.BYTES),
                Platforms.number(device, CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE, Long.BYTES),
                (int) Math.min(
                        Integer.MAX_VALUE, Platforms.number(device, CL.CL_DEVICE_MAX_WORK_GROUP_SIZE, Long.BYTES)),
                Platforms.number(device, CL.CL_DEVICE_LOCAL_MEM_SIZE, Long.BYTES));
    }

    /** Whether the kernels can run on a device. Does not open it. */
    static Availability availability(cl_device_id device) {
        return limits(device)
                .problem()
                .map(why -> new Availability(false, describe(device) + ": " + why))
                .orElseGet(() -> new Availability(true, describe(device)));
    }

    static String describe(cl_device_id device) {
        return Platforms.text(device, CL.CL_DEVICE_NAME) + ", " + Platforms.text(device, CL.CL_DEVICE_VERSION)
                + ", driver "
                + Platforms.text(device, CL.CL_DRIVER_VERSION) + ", "
                + Platforms.number(device, CL.CL_DEVICE_MAX_COMPUTE_UNITS, Integer.BYTES)
                + " compute units, " + (Platforms.number(device, CL.CL_DEVICE_GLOBAL_MEM_SIZE, Long.BYTES) >> 20)
                + " MiB";
    }

    cl_device_id device() {
        return device;
    }

    cl_context context() {
        return context;
    }

    DeviceLimits limits() {
        return limits;
    }

    String description() {
        return description;
    }

    Programs programs() {
        return programs;
    }

    /** Max items in a group of a kernel, once compiled for this device. */
    int groupItems(Kernel kernel, cl_kernel compiled) {
        long[] items = new long[1];
        CL.clGetKernelWorkGroupInfo(
                compiled, device, CL.CL_KERNEL_WORK_GROUP_SIZE, Sizeof.size_t, Pointer.to(items), null);
        return (int) Math.min(Math.min(items[0], limits.groupItems()), kernelItems.applyAsInt(kernel));
    }

    /** Items in a group of a kernel as stated in its source; 0 if it takes any number. */
    int statedItems(cl_kernel compiled) {
        long[] items = new long[3];
        CL.clGetKernelWorkGroupInfo(
                compiled,
                device,
                CL.CL_KERNEL_COMPILE_WORK_GROUP_SIZE,
                (long) Sizeof.size_t * items.length,
                Pointer.to(items),
                null);
        return (int) items[0];
    }
}
