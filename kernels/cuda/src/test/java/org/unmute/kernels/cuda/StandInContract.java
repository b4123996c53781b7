package org.unmute.kernels.cuda;

import org.junit.jupiter.api.Nested;
import org.unmute.kernels.contract.BackendContract;
import org.unmute.kernels.contract.SameBitsContract;
import org.unmute.kernels.contract.WinnersContract;
import org.unmute.tensor.backend.Backend;

/**
 * The suite that every backend passes, on the executing stand-in; {@link StandInTest} runs it. Repeatability is left
 * out: the OpenCL backend runs it, with the same sources and launches.
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
