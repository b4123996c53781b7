package org.unmute.kernels.vector;

import org.junit.jupiter.api.Nested;
import org.unmute.kernels.contract.BackendContract;
import org.unmute.kernels.contract.RepeatabilityContract;
import org.unmute.kernels.contract.SameBitsContract;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.tensor.backend.Backend;

/** Runs the contract suite of all backends on the vector backend. */
class VectorContractTest extends BackendContract {
    @Override
    protected Backend open(int threads) {
        return new VectorBackend(threads);
    }

    @Nested
    class Repeatability extends RepeatabilityContract {
        @Override
        protected Backend open(int threads) {
            return new VectorBackend(threads);
        }
    }

    @Nested
    class SameBits extends SameBitsContract {
        @Override
        protected Backend open(int threads) {
            return new VectorBackend(threads);
        }

        @Override
        protected boolean sumsInSixteenParts() {
            return Lanes.BITS == 512;
        }
    }
}
