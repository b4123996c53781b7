package org.unmute.kernels.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static org.unmute.kernels.cuda.CudaResult.check;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jcuda.CudaException;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;
import org.unmute.kernels.device.DeviceLimits;
import org.unmute.kernels.device.NativeFolder;

/**
 * The NVIDIA devices of this machine, detected once.
 *
 * @param devices in the driver's order
 * @param problem why there are no devices; empty if there are any
 */
record CudaDevices(List<CudaDevices.DeviceInfo> devices, String problem) {
    /** Compute capability that the PTX targets, times ten. */
    private static final int MIN_CAPABILITY = 75;

    private static CudaDevices found;

    /**
     * A device.
     *
     * @param device its handle
     * @param description one line
     * @param capability its compute capability times ten
     * @param limits its limits
     * @param sharedBytes memory that a group may share if its kernel requests it, including static arrays; more than
     *     {@code limits.localBytes()}, which every kernel may use
     * @param problem why the kernels do not run on it; empty if they do
     */
    record DeviceInfo(
            CUdevice device,
            String description,
            int capability,
            DeviceLimits limits,
            int sharedBytes,
            String problem) {}

    static synchronized CudaDevices get() {
        if (found == null) {
            found = detect();
        }
        return found;
    }

    /** Queries the driver. */
    static CudaDevices detect() {
        String missing = missingDriver(System.getProperty("os.name"));
        if (!missing.isEmpty()) {
            return new CudaDevices(List.of(), missing);
        }
        try {
            List<DeviceInfo> devices = NativeFolder.within(CudaDevices::all);
            return new CudaDevices(devices, devices.isEmpty() ? "the NVIDIA driver knows no device" : "");
        } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
            return new CudaDevices(
                    List.of(),
                    "the CUDA binding does not load ("
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
                            + "): it comes with native code for Linux on x86_64, and needs the class path rather than"
                            + " the module path");
        } catch (CudaException e) {
            return new CudaDevices(List.of(), "the NVIDIA driver does not answer: " + CudaResult.explain(e));
        }
    }

    /**
     * Why the driver's library is missing; empty if it is present. Checked before the binding is loaded, since its own
     * error is long and thrown only once.
     */
    @SuppressWarnings("restricted") // Only looks up a library.
    static String missingDriver(String system) {
        String name = system.toLowerCase(Locale.ROOT);
        String library = name.contains("windows") ? "nvcuda.dll" : "libcuda.so.1";
        if (name.contains("mac")) {
            return "there is no CUDA on macOS";
        }
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup(library, arena);
            return "";
        } catch (IllegalArgumentException e) {
            return library + " was not found: no NVIDIA driver here";
        }
    }

    private static List<DeviceInfo> all() {
        JCudaDriver.setExceptionsEnabled(true);
        check(JCudaDriver.cuInit(0));
        int[] count = new int[1];
        check(JCudaDriver.cuDeviceGetCount(count));
        List<DeviceInfo> devices = new ArrayList<>();
        for (int i = 0; i < count[0]; i++) {
            CUdevice device = new CUdevice();
            check(JCudaDriver.cuDeviceGet(device, i));
            devices.add(describe(device));
        }
        return devices;
    }

    private static DeviceInfo describe(CUdevice device) {
        byte[] name = new byte[256];
        check(JCudaDriver.cuDeviceGetName(name, name.length, device));
        long[] memory = new long[1];
        check(JCudaDriver.cuDeviceTotalMem(memory, device));
        int[] driver = new int[1];
        check(JCudaDriver.cuDriverGetVersion(driver));
        int major = attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
        int minor = attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        DeviceLimits limits = new DeviceLimits(
                memory[0],
                memory[0],
                attribute(device, CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
                attribute(device, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK));
        String description =
                new String(name, StandardCharsets.UTF_8).replace("\0", "").strip() + ", compute capability "
                        + major + "." + minor
                        + ", driver for CUDA " + driver[0] / 1000 + "." + driver[0] % 1000 / 10 + ", "
                        + attribute(device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT) + " multiprocessors, "
                        + (memory[0] >> 20)
                        + " MiB";
        String problem = 10 * major + minor < MIN_CAPABILITY
                ? "compute capability " + MIN_CAPABILITY / 10 + "." + MIN_CAPABILITY % 10 + " or more is needed"
                : limits.problem().orElse("");
        return new DeviceInfo(
                device,
                description,
                10 * major + minor,
                limits,
                attribute(device, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
                problem);
    }

    private static int attribute(CUdevice device, int which) {
        int[] value = new int[1];
        check(JCudaDriver.cuDeviceGetAttribute(value, which, device));
        return value[0];
    }
}
