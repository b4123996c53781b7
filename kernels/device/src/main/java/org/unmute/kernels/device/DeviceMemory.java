package org.unmute.kernels.device;

/** Memory on a {@link Device}; an opaque handle to all but the device that allocated it. */
public interface DeviceMemory {
    /** Size in bytes. */
    long bytes();
}
