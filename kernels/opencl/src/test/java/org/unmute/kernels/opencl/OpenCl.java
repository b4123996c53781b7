package org.unmute.kernels.opencl;

import org.junit.jupiter.api.Assumptions;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.backend.BackendProvider.Availability;

/** The device that the tests run on. */
final class OpenCl {
    private OpenCl() {}

    /** Why tests are skipped; empty if there is a device. */
    static String missing() {
        Availability a = new OpenClBackendProvider().probe();
        return a.available() ? "" : "skipped: " + a.reason();
    }

    /** A backend on the first device. If there is none, the test is skipped with the reason. */
    static DeviceBackend open() {
        String missing = missing();
        Assumptions.assumeTrue(missing.isEmpty(), missing);
        return new OpenClBackendProvider().open(0, 0);
    }
}
