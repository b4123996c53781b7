package org.unmute.kernels.opencl;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_program;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.DeviceLimits;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.KernelSource;
import org.unmute.tensor.backend.BackendProvider.Availability;

/**
 * An OpenCL device with its built programs. All backends on the device share it until the process ends, since building
 * a program takes long.
 */
final class OpenClContext {
    private static final Map<Integer, OpenClContext> OPEN = new ConcurrentHashMap<>();
    private static final int ROUNDED_DIVISION = 1 << 7;

    private final cl_device_id device;
    private final cl_context context;
    private final String description;
    private final DeviceLimits limits;
    private final String options;
    private final Map<String, cl_program> programs = new HashMap<>();

    private OpenClContext(Platforms.PlatformDevice found) {
        device = found.device();
        cl_context_properties properties = new cl_context_properties();
        properties.addProperty(CL.CL_CONTEXT_PLATFORM, found.platform());
        context = CL.clCreateContext(properties, 1, new cl_device_id[] {device}, null, null, null);
        limits = limits(device);
        description = describe(device);
        boolean rounded = (Platforms.number(device, CL.CL_DEVICE_SINGLE_FP_CONFIG, Long.BYTES) & ROUNDED_DIVISION) != 0;
        options = "-cl-std=CL1.2" + (rounded ? " -cl-fp32-correctly-rounded-divide-sqrt" : "");
    }

    /** The context of device number {@code index}. */
    static OpenClContext of(int index) {
        return OPEN.computeIfAbsent(index, i -> {
            Platforms.PlatformDevice device = Platforms.get().devices().get(i);
            return SignalHandlers.kept(() -> new OpenClContext(device));
        });
    }

    private static DeviceLimits limits(cl_device_id device) {
        return new DeviceLimits(
                Platforms.number(device, CL.CL_DEVICE_GLOBAL_MEM_SIZE, Long.BYTES),
                Platforms.number(device, CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE, Long.BYTES),
                (int) Math.min(
                        Integer.MAX_VALUE, Platforms.number(device, CL.CL_DEVICE_MAX_WORK_GROUP_SIZE, Long.BYTES)),
                Platforms.number(device, CL.CL_DEVICE_LOCAL_MEM_SIZE, Long.BYTES));
    }

    /** Whether the kernels run on a device; does not open it. */
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

    /** The built program that contains a kernel. */
    cl_program program(Kernel kernel) {
        synchronized (programs) {
            return programs.computeIfAbsent(
                    kernel.family(), family -> SignalHandlers.kept(() -> build(kernel, KernelSource.text(family))));
        }
    }

    cl_program build(Kernel kernel, String text) {
        cl_program program = CL.clCreateProgramWithSource(context, 1, new String[] {text}, null, null);
        try {
            CL.clBuildProgram(program, 1, new cl_device_id[] {device}, options, null, null);
            return program;
        } catch (CLException e) {
            String log = log(program);
            CL.clReleaseProgram(program);
            throw new DeviceException(
                    "opencl: kernel " + kernel + " does not build on " + description + " with " + options + ": "
                            + e.getMessage() + "\n" + log,
                    e);
        }
    }

    private String log(cl_program program) {
        long[] size = new long[1];
        CL.clGetProgramBuildInfo(program, device, CL.CL_PROGRAM_BUILD_LOG, 0, null, size);
        byte[] log = new byte[Math.toIntExact(size[0])];
        CL.clGetProgramBuildInfo(program, device, CL.CL_PROGRAM_BUILD_LOG, log.length, Pointer.to(log), null);
        return new String(log, StandardCharsets.UTF_8).replace("\0", "").strip();
    }
}
