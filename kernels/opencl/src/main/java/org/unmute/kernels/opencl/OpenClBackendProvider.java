package org.unmute.kernels.opencl;

import java.util.List;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.backend.DeviceBackendProvider;

/**
 * Provides OpenCL devices. Never chosen by {@code auto}: an OpenCL device may be the CPU itself, on which the vector
 * backend is many times faster.
 */
public final class OpenClBackendProvider extends DeviceBackendProvider {
    /** Called by the service loader. */
    public OpenClBackendProvider() {
        super(
                "opencl",
                -10,
                "the OpenCL binding JOCL is not there (class %s): put jocl.jar next to unmute-kernels-opencl");
    }

    @Override
    protected List<Availability> detect() {
        Platforms p = Platforms.get();
        if (p.devices().isEmpty()) {
            return List.of(new Availability(false, p.problem()));
        }
        return p.devices().stream()
                .map(d -> OpenClContext.availability(d.device()))
                .toList();
    }

    @Override
    protected Device openDevice(String name, int index) {
        return new OpenClDevice(name, OpenClContext.of(index));
    }
}
