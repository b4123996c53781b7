package org.unmute.kernels.device;

/**
 * A computation that a device does in a way of its own, such as a matrix product by cuBLAS. It is ready: libraries are
 * loaded and workspaces allocated, so that {@link #run} can be timed.
 *
 * @param kernel its name in profiles
 * @param call enqueues the computation, once; like a launch it may still be running when the call returns. Throws a
 *     {@link DeviceException} that names the operation and the device
 */
public record DeviceRoutine(Kernel kernel, Runnable call) {
    /** Enqueues the computation, in the order of the device's other work. */
    public void run() {
        call.run();
    }
}
