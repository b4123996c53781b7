package org.unmute.kernels.device.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.kernels.device.DeviceException;

/** A tensor does not fit. The message gives the size it needs, the free and live memory, and the largest tensor. */
public final class OutOfDeviceMemoryException extends DeviceException {
    private static final long serialVersionUID = 1;

    /** @param refusal the device's error; null if the device was not asked */
    OutOfDeviceMemoryException(String message, @Nullable DeviceException refusal) {
        super(refusal == null ? message : message + "\n" + refusal.getMessage(), refusal);
    }
}
