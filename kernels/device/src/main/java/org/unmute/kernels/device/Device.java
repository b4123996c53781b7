package org.unmute.kernels.device;

import java.util.List;
import java.util.Optional;
import org.unmute.tensor.backend.HostBuffer;

/**
 * Memory, copies and launches on one device: everything that differs between OpenCL and CUDA. Work runs in the order of
 * the calls. A launch may still be running when its call returns; a copy to or from a Java array is complete by then.
 * Thread-safe.
 */
public interface Device extends AutoCloseable {
    /** The name for {@code --device}, such as {@code opencl:1}. */
    String name();

    /** One line for users: the device, its driver and its size. */
    String describe();

    /** The device's limits. */
    DeviceLimits limits();

    /**
     * Whether this device has a kernel that others lack, such as one for tensor cores. All devices have the kernels of
     * {@link KernelSource#FAMILIES}; any other kernel is launched only if this method returns true. The answer never
     * changes.
     */
    default boolean offers(Kernel kernel) {
        return false;
    }

    /** Where to run float32 work on tensor cores, if the device {@linkplain #offers offers} kernels for them. */
    default TensorCores tensorCores() {
        return TensorCores.AUTO;
    }

    /**
     * Allocates memory with undefined contents.
     *
     * @throws DeviceException if the device is out of memory
     */
    DeviceMemory allocate(long bytes);

    /** Frees memory. Earlier launches may still use it. */
    void free(DeviceMemory memory);

    /** Copies {@code count} elements of a Java array to the device. */
    void write(HostBuffer from, int start, int count, DeviceMemory to, long toByte);

    /** Copies {@code count} elements from the device into a Java array. */
    void read(DeviceMemory from, long fromByte, HostBuffer to, int start, int count);

    /** Copies within the device. The ranges must not overlap. */
    void copy(DeviceMemory from, long fromByte, DeviceMemory to, long toByte, long bytes);

    /**
     * Builds a kernel ahead of its first {@link #launch}.
     *
     * @throws DeviceException if the kernel does not build; the message names kernel, file, device and driver and
     *     includes the compiler's log
     */
    void prepare(Kernel kernel);

    /**
     * Runs a kernel.
     *
     * @param plan grid of the launch; only a kernel that the device {@linkplain #offers offers} may use {@link
     *     LaunchPlan#sharedBytes}
     * @return the kernel that ran: the given one or a variant of it
     */
    Kernel launch(Kernel kernel, LaunchPlan plan, List<Argument> arguments);

    /**
     * Prepares a routine of the device, such as cuBLAS, that computes a matrix product in place of a kernel. The
     * backend calls this for every product except those that it gives to kernels that the device {@linkplain #offers
     * offers}. If there is a routine, the backend runs it and then {@code matmul_finish} if the product has a bias, an
     * activation or a residual. Otherwise it launches a kernel, which does all of that at once.
     *
     * <p>A device should return a routine only if it is faster than the kernels at the chosen precision, and empty for
     * a layout that its routine does not support; a {@link MatrixProduct} may have any layout. The same numbers must
     * give the same bits on every run. By default there is no routine.
     *
     * @return the routine, ready to run; empty if the backend should launch a kernel
     * @throws DeviceException if the device fails while it prepares the routine
     */
    default Optional<DeviceRoutine> routine(MatrixProduct product) {
        return Optional.empty();
    }

    /** Waits until all work is done. */
    void finish();

    /** Releases the device. Its memory must have been freed before. */
    @Override
    void close();
}
