package org.unmute.kernels.cuda;

import org.junit.jupiter.api.Nested;
import org.unmute.kernels.contract.BackendContract;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.SameBitsContract;
import org.unmute.kernels.contract.WinnersContract;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.backend.Backend;

/**
 * The suite that every backend passes, with the kernels' CUDA source run on the CPU; skipped without g++.
 * Repeatability is left out: the OpenCL backend runs it, with the same sources and launches.
 */
@FullBuild("compiles the kernels with g++")
class ShimContractTest extends BackendContract {
    @Override
    protected Backend open(int threads) {
        return openShim();
    }

    private static Backend openShim() {
        ShimDevice.COMPILER.require();
        return new DeviceBackend(new ShimDevice(), 3L << 30);
    }

    @Nested
    class Winners extends WinnersContract {
        @Override
        protected Backend open(int threads) {
            return openShim();
        }
    }

    @Nested
    class SameBits extends SameBitsContract {
        @Override
        protected Backend open(int threads) {
            return openShim();
        }
    }
}
