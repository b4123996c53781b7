package org.unmute.kernels.device;

/** Something that a device refused; the message names the kernel or the size, the device and its driver. */
public class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** An error with its cause, which may be null. */
    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
