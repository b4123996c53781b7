package org.unmute.kernels.cuda;

import java.util.List;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.backend.DeviceBackendProvider;

/** Provides NVIDIA devices. Not yet chosen by {@code auto}. */
public final class CudaBackendProvider extends DeviceBackendProvider {
    /** Called by the service loader. */
    public CudaBackendProvider() {
        super(
                "cuda",
                -5,
                "the CUDA binding JCuda is not there (class %s): put jcuda.jar and jcuda-natives.jar next to"
                        + " unmute-kernels-cuda");
    }

    @Override
    protected List<Availability> detect() {
        CudaDevices d = CudaDevices.get();
        if (d.devices().isEmpty()) {
            return List.of(new Availability(false, d.problem()));
        }
        return d.devices().stream()
                .map(f -> f.problem().isEmpty()
                        ? new Availability(
                                true,
                                f.description() + "; "
                                        + ComputeUnits.of(Precision.chosen(), f, CublasLibrary.find())
                                                .describe())
                        : new Availability(false, f.description() + ": " + f.problem()))
                .toList();
    }

    @Override
    protected Device openDevice(String name, int index) {
        return new CudaDevice(name, CudaContext.of(index), Precision.chosen());
    }
}
