package org.unmute.kernels.device.backend;

import org.unmute.kernels.device.DeviceException;

/** A tensor does not fit; the message says what it needs, what is free, what is live, and the largest tensor. */
public final class OutOfDeviceMemoryException extends DeviceException {
    private static final long serialVersionUID = 1;

    /** @param refusal what the device said; null if it was not asked */
    OutOfDeviceMemoryException(String message, DeviceException refusal) {
        super(refusal == null ? message : message + "\n" + refusal.getMessage(), refusal);
    }
}
