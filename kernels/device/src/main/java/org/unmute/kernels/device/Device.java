package org.unmute.kernels.device;

import java.util.List;
import org.unmute.tensor.backend.HostBuffer;

/**
 * What OpenCL and CUDA do differently: memory, copies and launches on one device. Work is done in the order of the
 * calls; a launch may still run when its call returns, a copy to or from a Java array does not. Safe to call from
 * several threads.
 */
public interface Device extends AutoCloseable {
    /** As {@code --device} takes it, such as {@code opencl:1}. */
    String name();

    /** One line for people: the device, its driver and what it has. */
    String describe();

    /** What the device allows. */
    DeviceLimits limits();

    /**
     * New memory; its contents are not defined.
     *
     * @throws DeviceException if the device has none left
     */
    DeviceMemory allocate(long bytes);

    /** Gives memory back. Launches that were called before may still use it. */
    void free(DeviceMemory memory);

    /** Copies {@code count} elements of a Java array to the device. */
    void write(HostBuffer from, int start, int count, DeviceMemory to, long toByte);

    /** Copies {@code count} elements from the device into a Java array. */
    void read(DeviceMemory from, long fromByte, HostBuffer to, int start, int count);

    /** Copies within the device; the two do not overlap. */
    void copy(DeviceMemory from, long fromByte, DeviceMemory to, long toByte, long bytes);

    /**
     * Builds a kernel if that was not done yet, which {@link #launch} also does.
     *
     * @throws DeviceException if it does not build; the message has kernel, device, driver and the compiler's words
     */
    void prepare(Kernel kernel);

    /**
     * Runs a kernel.
     *
     * @return the kernel that ran: this one, or another that a device has for the same work
     */
    Kernel launch(Kernel kernel, LaunchPlan plan, List<Argument> arguments);

    /** Waits until all work is done. */
    void finish();

    /** Releases what the device object holds; memory must have been freed before. */
    @Override
    void close();
}
