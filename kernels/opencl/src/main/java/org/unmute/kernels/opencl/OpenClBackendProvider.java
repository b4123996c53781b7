package org.unmute.kernels.opencl;

import java.util.List;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.BackendProvider;

/**
 * Makes OpenCL devices known. Never chosen by {@code auto}: an OpenCL device may be the processor itself, on which the
 * vector backend is many times faster.
 */
public final class OpenClBackendProvider implements BackendProvider {
    private static final String NAME = "opencl";
    private static final int PRIORITY = -10;

    /** For the service loader. */
    public OpenClBackendProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return PRIORITY;
    }

    @Override
    public boolean isCpu() {
        return false;
    }

    @Override
    public Availability probe() {
        return devices().getFirst();
    }

    @Override
    public List<Availability> devices() {
        Platforms p;
        try {
            p = Platforms.get();
        } catch (NoClassDefFoundError e) {
            return List.of(new Availability(
                    false,
                    "the OpenCL binding JOCL is not there (class " + e.getMessage() + "): put jocl.jar beside "
                            + "unmute-kernels-opencl"));
        }
        if (p.devices().isEmpty()) {
            return List.of(new Availability(false, p.trouble()));
        }
        return p.devices().stream()
                .map(d -> OpenClContext.availability(d.device()))
                .toList();
    }

    @Override
    public Backend open(int threads) {
        return open(0, threads);
    }

    /** Threads mean nothing on a device. */
    @Override
    public Backend open(int device, int threads) {
        return openDevice(device);
    }

    static DeviceBackend openDevice(int index) {
        OpenClDevice device = new OpenClDevice(index == 0 ? NAME : NAME + ":" + index, OpenClContext.of(index));
        return new DeviceBackend(device, DeviceBackend.memoryCap(device.limits()));
    }
}
