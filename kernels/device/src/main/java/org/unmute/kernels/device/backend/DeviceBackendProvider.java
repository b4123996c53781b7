package org.unmute.kernels.device.backend;

import java.util.List;
import org.unmute.kernels.device.Device;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.BackendProvider;

/** Opens a {@link DeviceBackend} on each device of a provider. The number of threads is ignored. */
public abstract class DeviceBackendProvider implements BackendProvider {
    private final String name;
    private final int priority;
    private final String missing;

    /**
     * @param name the name for {@code --device}
     * @param priority see {@link #priority()}
     * @param missing the message if a class of the binding is missing; {@code %s} stands for the class
     */
    protected DeviceBackendProvider(String name, int priority, String missing) {
        this.name = name;
        this.priority = priority;
        this.missing = missing;
    }

    /**
     * Detects the devices. If there are none, the list has one element that gives the reason.
     *
     * @throws NoClassDefFoundError if the binding is missing
     */
    protected abstract List<Availability> detect();

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
    public final List<Availability> devices() {
        try {
            return detect();
        } catch (NoClassDefFoundError e) {
            return List.of(new Availability(false, missing.formatted(e.getMessage())));
        }
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
