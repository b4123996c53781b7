package org.unmute.kernels.device;

import org.unmute.tensor.backend.BackendException;

/** Something that a device refused; the message names the kernel or the size, the device and its driver. */
public class DeviceException extends BackendException {
    private static final long serialVersionUID = 1;

    /** An error with its cause, which may be null. */
    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
