package org.unmute.kernels.device;

/** Memory on a {@link Device}; opaque except to the device that allocated it. */
public interface DeviceMemory {
    /** Size in bytes. */
    long bytes();
}
