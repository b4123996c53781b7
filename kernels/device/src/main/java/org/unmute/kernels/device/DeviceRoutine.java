package org.unmute.kernels.device;

/**
 * A computation that a device performs by its own means, such as a matrix product by cuBLAS. It is ready to run:
 * libraries are loaded and workspaces allocated, so that {@link #run} can be timed.
 *
 * @param kernel the name of the routine in profiles
 * @param call enqueues the computation, once; as with a launch, it may still be running when the call returns. Throws a
 *     {@link DeviceException} that names the operation and the device
 */
public record DeviceRoutine(Kernel kernel, Runnable call) {
    /** Enqueues the computation, in order with other work of the device. */
    public void run() {
        call.run();
    }
}
