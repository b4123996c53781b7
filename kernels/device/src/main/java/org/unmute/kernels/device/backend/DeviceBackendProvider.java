package org.unmute.kernels.device.backend;

import org.unmute.kernels.device.Device;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.BackendProvider;

/** Opens a {@link DeviceBackend} on each of a provider's devices. The number of threads is ignored. */
public abstract class DeviceBackendProvider implements BackendProvider {
    private final String name;
    private final int priority;

    /**
     * @param name as {@code --device} takes it
     * @param priority see {@link #priority()}
     */
    protected DeviceBackendProvider(String name, int priority) {
        this.name = name;
        this.priority = priority;
    }

    /**
     * Opens a device.
     *
     * @param name such as {@code cuda:1}
     */
    protected abstract Device openDevice(String name, int index);

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final int priority() {
        return priority;
    }

    @Override
    public final boolean isCpu() {
        return false;
    }

    @Override
    public final Availability probe() {
        return devices().getFirst();
    }

    @Override
    public final Backend open(int threads) {
        return open(0, threads);
    }

    @Override
    public final DeviceBackend open(int index, int threads) {
        Device device = openDevice(index == 0 ? name : name + ":" + index, index);
        return new DeviceBackend(device, DeviceBackend.memoryCap(device.limits()));
    }
}
