package org.unmute.kernels.contract;

import org.junit.jupiter.api.Nested;
import org.unmute.tensor.backend.Backend;

/**
 * The suite that every backend must pass. A backend's test extends this and says how to open the backend. A new part is
 * added here, so it runs on all backends. {@link RepeatabilityContract}, {@link SameBitsContract} and {@link
 * WinnersContract}, which not every backend runs, are added by the backend's test.
 */
public abstract class BackendContract {
    /** For the backend's tests. */
    protected BackendContract() {}

    /**
     * Opens the backend under test.
     *
     * @param threads worker threads, where that means something
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
