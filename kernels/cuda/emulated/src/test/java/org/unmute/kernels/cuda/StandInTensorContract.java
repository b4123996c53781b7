package org.unmute.kernels.cuda;

import org.junit.jupiter.api.Nested;
import org.unmute.kernels.contract.ProductContract;
import org.unmute.kernels.contract.PrototypeContract;
import org.unmute.tensor.backend.Backend;

/**
 * The parts of the contract for which a device has its own kernels, at any size, run by {@link StandInTest} on the
 * executing stand-in.
 */
final class StandInTensorContract {
    @Nested
    class Product extends ProductContract {
        @Override
        protected Backend open(int threads) {
            return new CudaBackendProvider().open(0, 0);
        }
    }

    @Nested
    class Prototype extends PrototypeContract {
        @Override
        protected Backend open(int threads) {
            return new CudaBackendProvider().open(0, 0);
        }
    }
}
