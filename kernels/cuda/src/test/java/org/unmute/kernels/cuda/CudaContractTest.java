package org.unmute.kernels.cuda;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;
import org.unmute.kernels.contract.BackendContract;
import org.unmute.kernels.contract.RepeatabilityContract;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.BackendProvider.Availability;

/** Runs the contract suite of all backends on the first NVIDIA device. Skipped, with the reason, if there is none. */
class CudaContractTest extends BackendContract {
    @Override
    protected Backend open(int threads) {
        return openFirst();
    }

    private static Backend openFirst() {
        Availability a = new CudaBackendProvider().probe();
        Assumptions.assumeTrue(a.available(), "skipped: " + a.reason());
        return new CudaBackendProvider().open(0, 0);
    }

    @Nested
    class Repeatability extends RepeatabilityContract {
        @Override
        protected Backend open(int threads) {
            return openFirst();
        }
    }
}
