package org.unmute.kernels.cuda;

import java.util.Map;
import org.unmute.kernels.device.Kernel;

/**
 * Kernels that only NVIDIA devices have, with arguments and launch plans of their own: {@link CudaDevice#offers} tells
 * the kernel families where they run. A kernel's family is its {@code .cu} file, without extension.
 */
final class CudaKernels {
    /** All such kernels. */
    static final Map<Kernel, Requirement> ALL = Map.of();

    private CudaKernels() {}

    /**
     * What a kernel needs.
     *
     * @param capability min compute capability, times ten
     * @param sharedBytes max memory that its groups share, the arrays that it declares included
     */
    record Requirement(int capability, int sharedBytes) {
        /**
         * Whether a device has it.
         *
         * @param capability the device's compute capability, times ten
         * @param sharedBytes max memory that a group may ask for there
         */
        boolean isMetBy(int capability, int sharedBytes) {
            return capability >= this.capability && sharedBytes >= this.sharedBytes;
        }
    }

    /** Whether a kernel is one of these and runs on a device of this capability and shared memory. */
    static boolean offered(Kernel kernel, int capability, int sharedBytes) {
        Requirement needed = ALL.get(kernel);
        return needed != null && needed.isMetBy(capability, sharedBytes);
    }
}
