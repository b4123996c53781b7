package org.unmute.kernels.cuda;

import java.util.List;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.BackendProvider;

/** Makes NVIDIA devices known. Not yet chosen by {@code auto}. */
public final class CudaBackendProvider implements BackendProvider {
    private static final String NAME = "cuda";
    private static final int PRIORITY = -5;

    /** For the service loader. */
    public CudaBackendProvider() {}

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
        CudaDevices d;
        try {
            d = CudaDevices.get();
        } catch (NoClassDefFoundError e) {
            return List.of(new Availability(
                    false,
                    "the CUDA binding JCuda is not there (class " + e.getMessage() + "): put jcuda.jar and "
                            + "jcuda-natives.jar beside unmute-kernels-cuda"));
        }
        if (d.devices().isEmpty()) {
            return List.of(new Availability(false, d.trouble()));
        }
        return d.devices().stream()
                .map(f -> f.trouble().isEmpty()
                        ? new Availability(
                                true,
                                f.description() + "; "
                                        + Variants.describe(Precision.chosen(), f.capability(), Cublas.find()))
                        : new Availability(false, f.description() + ": " + f.trouble()))
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
        CudaDevice device =
                new CudaDevice(index == 0 ? NAME : NAME + ":" + index, CudaContext.of(index), Precision.chosen());
        return new DeviceBackend(device, DeviceBackend.memoryCap(device.limits()));
    }
}
