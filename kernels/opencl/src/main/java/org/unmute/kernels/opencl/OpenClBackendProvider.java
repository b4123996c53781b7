package org.unmute.kernels.opencl;

import org.unmute.kernels.device.DeviceBackend;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.BackendProvider;

/** Makes OpenCL devices known. */
public final class OpenClBackendProvider implements BackendProvider {
    private static final int PRIORITY = -10;

    /** For the service loader. */
    public OpenClBackendProvider() {}

    @Override
    public String name() {
        return "opencl";
    }

    @Override
    public int priority() {
        return PRIORITY;
    }

    @Override
    public Availability probe() {
        Platforms p = Platforms.get();
        return p.devices().isEmpty() ? new Availability(false, p.trouble())
                : new Availability(true, OpenClContext.describe(p.devices().getFirst().device()));
    }

    @Override
    public Backend open(int threads) {
        return openDevice(0);
    }

    static DeviceBackend openDevice(int index) {
        OpenClDevice device = new OpenClDevice("opencl" + (index == 0 ? "" : ":" + index), OpenClContext.of(index));
        return new DeviceBackend(device, device.limits().memoryBytes());
    }
}
