package org.unmute.kernels.vector;

import org.junit.jupiter.api.Nested;
import org.unmute.kernels.contract.AttentionContract;
import org.unmute.kernels.contract.ClipwiseContract;
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
import org.unmute.kernels.contract.SameBitsContract;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.tensor.backend.Backend;

/** The suite every backend passes, on this one. */
class VectorContractTest {
    @Nested
    class Elementwise extends ElementwiseContract {
        @Override
        protected Backend open(int threads) {
            return new VectorBackend(threads);
        }
    }

    @Nested
    class Reduction extends ReductionContract {
        @Override
        protected Backend open(int threads) {
            return new VectorBackend(threads);
        }
    }

    @Nested
    class Product extends ProductContract {
        @Override
        protected Backend open(int threads) {
            return new VectorBackend(threads);
        }
    }

    @Nested
    class Row extends RowContract {
        @Override
        protected Backend open(int threads) {
            return new VectorBackend(threads);
        }
    }

    @Nested
    class Index extends IndexContract {
        @Override
        protected Backend open(int threads) {
            return new VectorBackend(threads);
        }
    }

    @Nested
    class Attention extends AttentionContract {
        @Override
        protected Backend open(int threads) {
            return new VectorBackend(threads);
        }
    }

    @Nested
    class Clipwise extends ClipwiseContract {
        @Override
        protected Backend open(int threads) {
            return new VectorBackend(threads);
        }
    }

    @Nested
    class Convolutions extends ConvolutionContract {
        @Override
        protected Backend open(int threads) {
            return new VectorBackend(threads);
        }
    }

    @Nested
    class Loss extends LossContract {
        @Override
        protected Backend open(int threads) {
            return new VectorBackend(threads);
        }
    }

    @Nested
    class Filters extends FilterBankContract {
        @Override
        protected Backend open(int threads) {
            return new VectorBackend(threads);
        }
    }

    @Nested
    class Prototype extends PrototypeContract {
        @Override
        protected Backend open(int threads) {
            return new VectorBackend(threads);
        }
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
