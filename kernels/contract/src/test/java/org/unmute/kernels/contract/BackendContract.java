package org.unmute.kernels.contract;

import org.junit.jupiter.api.Nested;
import org.unmute.tensor.backend.Backend;

/**
 * The suite that every backend must pass. The test of a backend extends this class and opens the backend. A new part is
 * added here, so that it runs on all backends. {@link RepeatabilityContract}, {@link SameBitsContract} and {@link
 * WinnersContract}, which do not run on every backend, are added by the test of the backend.
 */
public abstract class BackendContract {
    /** For the tests of a backend. */
    protected BackendContract() {}

    /**
     * Opens the backend under test.
     *
     * @param threads number of worker threads, for backends that use them
     */
    protected abstract Backend open(int threads);

    @Nested
    class Elementwise extends ElementwiseContract {
        @Override
        protected Backend open(int threads) {
            return BackendContract.this.open(threads);
        }
    }

    @Nested
    class Reduction extends ReductionContract {
        @Override
        protected Backend open(int threads) {
            return BackendContract.this.open(threads);
        }
    }

    @Nested
    class Product extends ProductContract {
        @Override
        protected Backend open(int threads) {
            return BackendContract.this.open(threads);
        }
    }

    @Nested
    class Row extends RowContract {
        @Override
        protected Backend open(int threads) {
            return BackendContract.this.open(threads);
        }
    }

    @Nested
    class Index extends IndexContract {
        @Override
        protected Backend open(int threads) {
            return BackendContract.this.open(threads);
        }
    }

    @Nested
    class Attention extends AttentionContract {
        @Override
        protected Backend open(int threads) {
            return BackendContract.this.open(threads);
        }
    }

    @Nested
    class Clipwise extends ClipwiseContract {
        @Override
        protected Backend open(int threads) {
            return BackendContract.this.open(threads);
        }
    }

    @Nested
    class Convolution extends ConvolutionContract {
        @Override
        protected Backend open(int threads) {
            return BackendContract.this.open(threads);
        }
    }

    @Nested
    class Loss extends LossContract {
        @Override
        protected Backend open(int threads) {
            return BackendContract.this.open(threads);
        }
    }

    @Nested
    class FilterBank extends FilterBankContract {
        @Override
        protected Backend open(int threads) {
            return BackendContract.this.open(threads);
        }
    }

    @Nested
    class Prototype extends PrototypeContract {
        @Override
        protected Backend open(int threads) {
            return BackendContract.this.open(threads);
        }
    }
}
