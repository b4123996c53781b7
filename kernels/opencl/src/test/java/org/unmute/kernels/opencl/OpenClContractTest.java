package org.unmute.kernels.opencl;

import org.junit.jupiter.api.Nested;
import org.unmute.kernels.contract.BackendContract;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.RepeatabilityContract;
import org.unmute.kernels.contract.SameBitsContract;
import org.unmute.kernels.contract.WinnersContract;
import org.unmute.tensor.backend.Backend;

/** Runs the contract suite of all backends on the first OpenCL device. */
@FullBuild("takes minutes on a processor as OpenCL device")
class OpenClContractTest extends BackendContract {
    @Override
    protected Backend open(int threads) {
        return OpenCl.open();
    }

    @Nested
    class Repeatability extends RepeatabilityContract {
        @Override
        protected Backend open(int threads) {
            return OpenCl.open();
        }
    }

    @Nested
    class Winners extends WinnersContract {
        @Override
        protected Backend open(int threads) {
            return OpenCl.open();
        }
    }

    @Nested
    class SameBits extends SameBitsContract {
        @Override
        protected Backend open(int threads) {
            return OpenCl.open();
        }
    }
}
