package org.unmute.kernels.device;

/** Memory on a {@link Device}, known in detail only to the one that allocated it. */
public interface DeviceMemory {
    /** Its size. */
    long bytes();
}
