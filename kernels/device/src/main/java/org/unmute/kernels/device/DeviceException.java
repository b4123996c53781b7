package org.unmute.kernels.device;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.backend.BackendException;

/** A failed device operation. The message names the kernel or the size, the device and its driver. */
public class DeviceException extends BackendException {
    private static final long serialVersionUID = 1;

    /** @param cause may be null */
    public DeviceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
