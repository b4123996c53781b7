package org.unmute.kernels.device.backend;

import org.unmute.kernels.device.DeviceException;

/** A tensor does not fit; the message has what it needs, what is free, how much lives, and the largest tensor. */
public final class OutOfDeviceMemoryException extends DeviceException {
    private static final long serialVersionUID = 1;

    OutOfDeviceMemoryException(String message) {
        super(message, null);
    }
}
