package org.unmute.kernels.opencl;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.unmute.kernels.device.NativeFolder;

/**
 * The OpenCL devices of this machine, detected once.
 *
 * @param devices {@code opencl:0}, {@code opencl:1} and so on, in order
 * @param problem why there are no devices; empty if there are any
 */
record Platforms(List<Platforms.PlatformDevice> devices, String problem) {
    /** The binding's message if its own native code is present but the OpenCL loader is not. */
    private static final String NO_LOADER = "Implementation library could not be loaded";

    private static Platforms found;

    /** A device and the platform that it belongs to. */
    record PlatformDevice(cl_platform_id platform, cl_device_id device) {}

    static synchronized Platforms get() {
        if (found == null) {
            found = NativeFolder.within(Platforms::detect);
        }
        return found;
    }

    private static Platforms detect() {
        try {
            return SignalHandlers.kept(Platforms::ask);
        } catch (IllegalCallerException e) {
            return new Platforms(
                    List.of(),
                    "native code is not allowed (" + e.getMessage()
                            + "): start Java with --enable-native-access=ALL-UNNAMED, or on "
                            + "the module path with --enable-native-access=jocl,org.unmute.kernels.opencl");
        } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
            if (firstLine(e).contains(NO_LOADER)) {
                return new Platforms(List.of(), noLoader());
            }
            return new Platforms(
                    List.of(),
                    "the OpenCL binding does not load (" + firstLine(e) + "): it has native code for Linux, "
                            + "Windows and macOS on x86_64 and for Linux and macOS on arm64");
        } catch (CLException e) {
            return new Platforms(
                    List.of(),
                    e.getStatus() == CL.CL_PLATFORM_NOT_FOUND_KHR
                            ? noPlatform()
                            : "OpenCL does not answer: " + e.getMessage());
        } catch (UnsupportedOperationException e) {
            // The binding throws this if it does not find the OpenCL library.
            return new Platforms(List.of(), noLoader());
        }
    }

    private static Platforms ask() {
        CL.setExceptionsEnabled(true);
        int[] count = new int[1];
        CL.clGetPlatformIDs(0, null, count);
        cl_platform_id[] platforms = new cl_platform_id[count[0]];
        if (count[0] > 0) {
            CL.clGetPlatformIDs(platforms.length, platforms, null);
        }
        List<PlatformDevice> devices = new ArrayList<>();
        for (cl_platform_id p : platforms) {
            addDevices(p, devices);
        }
        String problem = !devices.isEmpty()
                ? ""
                : platforms.length == 0
                        ? noPlatform()
                        : "OpenCL is there, with " + platforms.length
                                + " platform(s), but none has a device: check the graphics driver";
        return new Platforms(List.copyOf(devices), problem);
    }

    private static String noLoader() {
        return "no OpenCL library (libOpenCL) was found: install the OpenCL loader, on Debian ocl-icd-libopencl1, and"
                + " the driver of a device, or pocl-opencl-icd to run kernels on the processor";
    }

    private static String noPlatform() {
        return "no OpenCL platform: install the graphics driver's OpenCL part, or pocl-opencl-icd to run kernels on"
                + " the processor";
    }

    private static String firstLine(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage());
        return root.getClass().getSimpleName() + ": "
                + message.lines().findFirst().orElse("");
    }

    private static void addDevices(cl_platform_id platform, List<PlatformDevice> devices) {
        int[] count = new int[1];
        try {
            CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, 0, null, count);
        } catch (CLException e) {
            if (e.getStatus() == CL.CL_DEVICE_NOT_FOUND) {
                return;
            }
            throw e;
        }
        cl_device_id[] all = new cl_device_id[count[0]];
        if (all.length > 0) {
            CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, all.length, all, null);
        }
        for (cl_device_id d : all) {
            if (number(d, CL.CL_DEVICE_AVAILABLE, Integer.BYTES) != 0
                    && number(d, CL.CL_DEVICE_COMPILER_AVAILABLE, Integer.BYTES) != 0) {
                devices.add(new PlatformDevice(platform, d));
            }
        }
    }

    /** Names and versions that a compiled program may depend on, one per line. */
    static String identity(PlatformDevice found) {
        return String.join(
                "\n",
                "platform " + text(found.platform(), CL.CL_PLATFORM_NAME),
                "version " + text(found.platform(), CL.CL_PLATFORM_VERSION),
                "device " + text(found.device(), CL.CL_DEVICE_NAME),
                "vendor " + text(found.device(), CL.CL_DEVICE_VENDOR),
                "version " + text(found.device(), CL.CL_DEVICE_VERSION),
                "driver " + text(found.device(), CL.CL_DRIVER_VERSION));
    }

    private static String text(cl_platform_id platform, int what) {
        long[] size = new long[1];
        CL.clGetPlatformInfo(platform, what, 0, null, size);
        byte[] bytes = new byte[Math.toIntExact(size[0])];
        CL.clGetPlatformInfo(platform, what, bytes.length, Pointer.to(bytes), null);
        return new String(bytes, StandardCharsets.UTF_8).replace("\0", "").strip();
    }

    /** A numeric property of a device. */
    static long number(cl_device_id device, int what, int bytes) {
        if (bytes == Integer.BYTES) {
            int[] value = new int[1];
            CL.clGetDeviceInfo(device, what, Integer.BYTES, Pointer.to(value), null);
            return value[0] & 0xffffffffL;
        }
        long[] value = new long[1];
        CL.clGetDeviceInfo(device, what, Long.BYTES, Pointer.to(value), null);
        return value[0];
    }

    /** A string property of a device. */
    static String text(cl_device_id device, int what) {
        long[] size = new long[1];
        CL.clGetDeviceInfo(device, what, 0, null, size);
        byte[] bytes = new byte[Math.toIntExact(size[0])];
        CL.clGetDeviceInfo(device, what, bytes.length, Pointer.to(bytes), null);
        return new String(bytes, StandardCharsets.UTF_8).replace("\0", "").strip();
    }
}
