package org.unmute.kernels.contract;

import org.junit.jupiter.api.Nested;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/**
 * The suite on the reference backend itself in float32, where every result is rounded: the bounds must hold there too.
 */
class ScalarContractTest {
    @Nested
    class Elementwise extends ElementwiseContract {
        @Override
        protected Backend open(int threads) {
            return ScalarBackend.INSTANCE;
        }
    }

    @Nested
    class Reduction extends ReductionContract {
        @Override
        protected Backend open(int threads) {
            return ScalarBackend.INSTANCE;
        }
    }

    @Nested
    class Product extends ProductContract {
        @Override
        protected Backend open(int threads) {
            return ScalarBackend.INSTANCE;
        }
    }

    @Nested
    class Row extends RowContract {
        @Override
        protected Backend open(int threads) {
            return ScalarBackend.INSTANCE;
        }
    }

    @Nested
    class Index extends IndexContract {
        @Override
        protected Backend open(int threads) {
            return ScalarBackend.INSTANCE;
        }
    }

    @Nested
    class Attention extends AttentionContract {
        @Override
        protected Backend open(int threads) {
            return ScalarBackend.INSTANCE;
        }
    }

    @Nested
    class Clipwise extends ClipwiseContract {
        @Override
        protected Backend open(int threads) {
            return ScalarBackend.INSTANCE;
        }
    }

    @Nested
    class Convolutions extends ConvolutionContract {
        @Override
        protected Backend open(int threads) {
            return ScalarBackend.INSTANCE;
        }
    }

    @Nested
    class Loss extends LossContract {
        @Override
        protected Backend open(int threads) {
            return ScalarBackend.INSTANCE;
        }
    }

    @Nested
    class Filters extends FilterBankContract {
        @Override
        protected Backend open(int threads) {
            return ScalarBackend.INSTANCE;
        }
    }

    @Nested
    class Prototype extends PrototypeContract {
        @Override
        protected Backend open(int threads) {
            return ScalarBackend.INSTANCE;
        }
    }

    @Nested
    class Repeatability extends RepeatabilityContract {
        @Override
        protected Backend open(int threads) {
            return ScalarBackend.INSTANCE;
        }
    }
}
