package org.unmute.kernels.opencl;

import java.util.List;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.backend.DeviceBackendProvider;

/**
 * Provides OpenCL devices. Never chosen by {@code auto}: an OpenCL device may be the CPU itself, where the vector
 * backend is many times faster.
 */
public final class OpenClBackendProvider extends DeviceBackendProvider {
    /** For the service loader. */
    public OpenClBackendProvider() {
        super("opencl", -10);
    }

    @Override
    public List<Availability> devices() {
        Platforms p;
        try {
            p = Platforms.get();
        } catch (NoClassDefFoundError e) {
            return List.of(new Availability(
                    false,
                    "the OpenCL binding JOCL is not there (class " + e.getMessage() + "): put jocl.jar next to "
                            + "unmute-kernels-opencl"));
        }
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
