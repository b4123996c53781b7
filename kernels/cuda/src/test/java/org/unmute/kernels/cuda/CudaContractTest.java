package org.unmute.kernels.cuda;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;
import org.unmute.kernels.contract.AttentionContract;
import org.unmute.kernels.contract.ConvolutionContract;
import org.unmute.kernels.contract.ElementwiseContract;
import org.unmute.kernels.contract.FilterBankContract;
import org.unmute.kernels.contract.IndexContract;
import org.unmute.kernels.contract.LossContract;
import org.unmute.kernels.contract.ProductContract;
import org.unmute.kernels.contract.PrototypeContract;
import org.unmute.kernels.contract.ReductionContract;
import org.unmute.kernels.contract.RepeatabilityContract;
import org.unmute.kernels.contract.RowContract;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.BackendProvider.Availability;

/** The suite every backend passes, on the first NVIDIA device; skipped with the reason where there is none. */
class CudaContractTest {
    static Backend open() {
        Availability a = new CudaBackendProvider().probe();
        Assumptions.assumeTrue(a.available(), "skipped: " + a.reason());
        return new CudaBackendProvider().open(0, 0);
    }

    @Nested
    class Elementwise extends ElementwiseContract {
        @Override
        protected Backend open(int threads) {
            return CudaContractTest.open();
        }
    }

    @Nested
    class Reduction extends ReductionContract {
        @Override
        protected Backend open(int threads) {
            return CudaContractTest.open();
        }
    }

    @Nested
    class Product extends ProductContract {
        @Override
        protected Backend open(int threads) {
            return CudaContractTest.open();
        }
    }

    @Nested
    class Row extends RowContract {
        @Override
        protected Backend open(int threads) {
            return CudaContractTest.open();
        }
    }

    @Nested
    class Index extends IndexContract {
        @Override
        protected Backend open(int threads) {
            return CudaContractTest.open();
        }
    }

    @Nested
    class Attention extends AttentionContract {
        @Override
        protected Backend open(int threads) {
            return CudaContractTest.open();
        }
    }

    @Nested
    class Convolutions extends ConvolutionContract {
        @Override
        protected Backend open(int threads) {
            return CudaContractTest.open();
        }
    }

    @Nested
    class Loss extends LossContract {
        @Override
        protected Backend open(int threads) {
            return CudaContractTest.open();
        }
    }

    @Nested
    class Filters extends FilterBankContract {
        @Override
        protected Backend open(int threads) {
            return CudaContractTest.open();
        }
    }

    @Nested
    class Prototype extends PrototypeContract {
        @Override
        protected Backend open(int threads) {
            return CudaContractTest.open();
        }
    }

    @Nested
    class Repeatability extends RepeatabilityContract {
        @Override
        protected Backend open(int threads) {
            return CudaContractTest.open();
        }
    }
}
