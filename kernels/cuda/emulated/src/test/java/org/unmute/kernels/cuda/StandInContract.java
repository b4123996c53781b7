package org.unmute.kernels.cuda;

import org.junit.jupiter.api.Nested;
import org.unmute.kernels.contract.BackendContract;
import org.unmute.kernels.contract.SameBitsContract;
import org.unmute.kernels.contract.WinnersContract;
import org.unmute.tensor.backend.Backend;

/**
 * The contract suite of all backends, run by {@link StandInTest} on the executing stand-in. Repeatability is left out,
 * because the OpenCL backend tests it with the same sources and launches.
 */
final class StandInContract extends BackendContract {
    @Override
    protected Backend open(int threads) {
        return new CudaBackendProvider().open(0, 0);
    }

    @Nested
    class Winners extends WinnersContract {
        @Override
        protected Backend open(int threads) {
            return StandInContract.this.open(threads);
        }
    }

    @Nested
    class SameBits extends SameBitsContract {
        @Override
        protected Backend open(int threads) {
            return StandInContract.this.open(threads);
        }
    }
}
