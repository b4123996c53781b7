package org.unmute.kernels.opencl;

import org.junit.jupiter.api.Assumptions;
import org.unmute.kernels.device.DeviceBackend;
import org.unmute.tensor.backend.BackendProvider.Availability;

/** The device that tests run on. */
final class OpenCl {
    private OpenCl() {}

    /** A backend on the first device; the test is skipped with the reason where there is none. */
    static DeviceBackend open() {
        Availability a = new OpenClBackendProvider().probe();
        Assumptions.assumeTrue(a.available(), "skipped: " + a.reason());
        return OpenClBackendProvider.openDevice(0);
    }
}
