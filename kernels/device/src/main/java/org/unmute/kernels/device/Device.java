package org.unmute.kernels.device;

import java.util.List;
import org.unmute.tensor.backend.HostBuffer;

/**
 * Memory, copies and launches on one device: everything that differs between OpenCL and CUDA. Work runs in the order of
 * the calls. A launch may still be running when its call returns; a copy to or from a Java array is complete.
 * Thread-safe.
 */
public interface Device extends AutoCloseable {
    /** The name for {@code --device}, such as {@code opencl:1}. */
    String name();

    /** One line for users: the device, its driver, its size. */
    String describe();

    /** The device's limits. */
    DeviceLimits limits();

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

    /** Copies within the device; the ranges must not overlap. */
    void copy(DeviceMemory from, long fromByte, DeviceMemory to, long toByte, long bytes);

    /**
     * Builds a kernel ahead of its first {@link #launch}.
     *
     * @throws DeviceException if it does not build; the message names kernel, file, device and driver and includes the
     *     compiler's log
     */
    void prepare(Kernel kernel);

    /**
     * Runs a kernel.
     *
     * @return the kernel that ran: this one, or a variant of it
     */
    Kernel launch(Kernel kernel, LaunchPlan plan, List<Argument> arguments);

    /** Waits until all work is done. */
    void finish();

    /** Releases the device; its memory must have been freed before. */
    @Override
    void close();
}
