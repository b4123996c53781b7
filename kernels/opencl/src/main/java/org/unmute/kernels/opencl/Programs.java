package org.unmute.kernels.opencl;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_context;
import org.jocl.cl_device_id;
import org.jocl.cl_program;
import org.unmute.files.Sha256;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.KernelSource;

/** The programs of a device, one per family and tile size. They are compiled on first use or taken from the cache. */
final class Programs {
    private final cl_context context;
    private final cl_device_id device;
    private final String description;
    private final String identity;
    private final String options;
    private final ProgramCache cache;
    private final Map<String, cl_program> built = new HashMap<>();

    /**
     * @param description the device, described for users
     * @param identity everything about device, driver and platform that a compiled program may depend on
     * @param options compiler options
     */
    Programs(
            cl_context context,
            cl_device_id device,
            String description,
            String identity,
            String options,
            ProgramCache cache) {
        this.context = context;
        this.device = device;
        this.description = description;
        this.identity = identity;
        this.options = options;
        this.cache = cache;
    }

    /** The program that contains a kernel in a given form. */
    synchronized cl_program of(KernelForm form) {
        return built.computeIfAbsent(
                form.kernel().family() + form.option(), _ -> SignalHandlers.kept(() -> cached(form)));
    }

    /** Everything that the compiled program of a form depends on. */
    String key(KernelForm form) {
        return identity + "\noptions " + options + form.option() + "\nsource "
                + Sha256.of(KernelSource.text(form.kernel().family()));
    }

    private cl_program cached(KernelForm form) {
        String key = key(form);
        String flags = options + form.option();
        Optional<byte[]> known = cache.read(key);
        if (known.isPresent()) {
            try {
                return load(known.get(), flags);
            } catch (CLException e) {
                cache.discard(key, "the driver refuses it (" + e.getMessage() + ")");
            }
        }
        cl_program program =
                compile(form.kernel(), KernelSource.text(form.kernel().family()), flags);
        try {
            cache.write(key, binary(program));
        } catch (CLException e) {
            System.getLogger("org.unmute")
                    .log(System.Logger.Level.DEBUG, "opencl: the driver does not give out programs", e);
        }
        return program;
    }

    private cl_program load(byte[] binary, String flags) {
        cl_device_id[] devices = {device};
        cl_program program = CL.clCreateProgramWithBinary(
                context, 1, devices, new long[] {binary.length}, new byte[][] {binary}, null, null);
        try {
            CL.clBuildProgram(program, 1, devices, flags, null, null);
            return program;
        } catch (CLException e) {
            CL.clReleaseProgram(program);
            throw e;
        }
    }

    /** The compiled program as the driver exports it. */
    static byte[] binary(cl_program program) {
        long[] size = new long[1];
        CL.clGetProgramInfo(program, CL.CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null);
        byte[] binary = new byte[Math.toIntExact(size[0])];
        CL.clGetProgramInfo(
                program, CL.CL_PROGRAM_BINARIES, Sizeof.POINTER, Pointer.to(new Pointer[] {Pointer.to(binary)}), null);
        return binary;
    }

    /** Compiles a source text with the options of this device. */
    cl_program compile(Kernel kernel, String text) {
        return compile(kernel, text, options);
    }

    private cl_program compile(Kernel kernel, String text, String flags) {
        cl_program program = CL.clCreateProgramWithSource(context, 1, new String[] {text}, null, null);
        try {
            CL.clBuildProgram(program, 1, new cl_device_id[] {device}, flags, null, null);
            return program;
        } catch (CLException e) {
            String log = log(program);
            CL.clReleaseProgram(program);
            throw new DeviceException(
                    "opencl: kernel " + kernel + " does not build on " + description + " with " + flags + ": "
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
