package org.unmute.kernels.cuda;

import java.util.Map;
import jcuda.CudaException;
import jcuda.driver.CUresult;

/**
 * Results of driver calls. The binding turns failures into exceptions only while a process-wide switch is on, and for
 * some calls, such as {@code cuModuleLoadDataJIT}, not even then. So every result goes through {@link #check}.
 */
final class CudaResult {
    private static final String BROKEN =
            "a kernel failed, and the device stays unusable in this process: start it anew;"
                    + " compute-sanitizer names the kernel and the address";
    private static final String OLD_DRIVER = "the NVIDIA driver is older than the kernels need: update it";

    /** Advice on an error, by its name. */
    static final Map<String, String> ADVICE = Map.ofEntries(
            Map.entry("CUDA_ERROR_OUT_OF_MEMORY", "nvidia-smi shows which processes hold the device's memory"),
            Map.entry(
                    "CUDA_ERROR_NO_DEVICE",
                    "the driver sees no device: nvidia-smi should list it, and CUDA_VISIBLE_DEVICES must not hide it"),
            Map.entry(
                    "CUDA_ERROR_DEVICE_UNAVAILABLE",
                    "another process holds the device alone, see nvidia-smi -q -d COMPUTE"),
            Map.entry("CUDA_ERROR_NO_BINARY_FOR_GPU", "the device's compute capability is below what the kernel needs"),
            Map.entry("CUDA_ERROR_INVALID_PTX", OLD_DRIVER + ", or the build is damaged"),
            Map.entry("CUDA_ERROR_UNSUPPORTED_PTX_VERSION", OLD_DRIVER),
            Map.entry(
                    "CUDA_ERROR_JIT_COMPILER_NOT_FOUND",
                    "libnvidia-ptxjitcompiler.so.1, which belongs to the driver, was not found: install it, in a"
                            + " container with NVIDIA_DRIVER_CAPABILITIES=compute,utility"),
            Map.entry(
                    "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
                    "libcuda and the kernel module have different versions: restart the machine, or in a container take"
                            + " the host's libcuda"),
            Map.entry(
                    "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE",
                    "this libcuda is a compatibility package for data center devices: remove it from the library path"),
            Map.entry(
                    "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "the kernel needs more registers or memory than a group has"),
            Map.entry("CUDA_ERROR_ILLEGAL_ADDRESS", BROKEN),
            Map.entry("CUDA_ERROR_MISALIGNED_ADDRESS", BROKEN),
            Map.entry("CUDA_ERROR_ILLEGAL_INSTRUCTION", BROKEN),
            Map.entry("CUDA_ERROR_LAUNCH_FAILED", BROKEN),
            Map.entry("CUDA_ERROR_LAUNCH_TIMEOUT", BROKEN),
            Map.entry("CUDA_ERROR_ECC_UNCORRECTABLE", "the device's memory is faulty, see nvidia-smi -q -d ECC"));

    private CudaResult() {}

    /** @throws CudaException if a call failed; its message is the name of the error */
    static void check(int result) {
        if (result != CUresult.CUDA_SUCCESS) {
            throw new CudaException(CUresult.stringFor(result));
        }
    }

    /** The name of an error, with advice. */
    static String explain(CudaException e) {
        String advice = ADVICE.get(String.valueOf(e.getMessage()));
        return e.getMessage() + (advice == null ? "" : ": " + advice);
    }
}
