package org.unmute.kernels.cuda;

import org.junit.jupiter.api.Nested;
import org.unmute.kernels.contract.AttentionContract;
import org.unmute.kernels.contract.ConvolutionContract;
import org.unmute.kernels.contract.ElementwiseContract;
import org.unmute.kernels.contract.FilterBankContract;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.IndexContract;
import org.unmute.kernels.contract.LossContract;
import org.unmute.kernels.contract.ProductContract;
import org.unmute.kernels.contract.PrototypeContract;
import org.unmute.kernels.contract.ReductionContract;
import org.unmute.kernels.contract.RowContract;
import org.unmute.kernels.contract.SameBitsContract;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.backend.Backend;

/** The suite every backend passes, with the kernels' CUDA spelling run on the processor; skipped where g++ is not. */
@FullBuild("compiles the kernels with g++")
class ShimContractTest {
    static Backend open() {
        ShimDevice.COMPILER.require();
        return new DeviceBackend(new ShimDevice(), 3L << 30);
    }

    @Nested
    class Elementwise extends ElementwiseContract {
        @Override
        protected Backend open(int threads) {
            return ShimContractTest.open();
        }
    }

    @Nested
    class Reduction extends ReductionContract {
        @Override
        protected Backend open(int threads) {
            return ShimContractTest.open();
        }
    }

    @Nested
    class Product extends ProductContract {
        @Override
        protected Backend open(int threads) {
            return ShimContractTest.open();
        }
    }

    @Nested
    class Row extends RowContract {
        @Override
        protected Backend open(int threads) {
            return ShimContractTest.open();
        }
    }

    @Nested
    class Index extends IndexContract {
        @Override
        protected Backend open(int threads) {
            return ShimContractTest.open();
        }
    }

    @Nested
    class Attention extends AttentionContract {
        @Override
        protected Backend open(int threads) {
            return ShimContractTest.open();
        }
    }

    @Nested
    class Convolutions extends ConvolutionContract {
        @Override
        protected Backend open(int threads) {
            return ShimContractTest.open();
        }
    }

    @Nested
    class Loss extends LossContract {
        @Override
        protected Backend open(int threads) {
            return ShimContractTest.open();
        }
    }

    @Nested
    class Filters extends FilterBankContract {
        @Override
        protected Backend open(int threads) {
            return ShimContractTest.open();
        }
    }

    @Nested
    class Prototype extends PrototypeContract {
        @Override
        protected Backend open(int threads) {
            return ShimContractTest.open();
        }
    }

    @Nested
    class SameBits extends SameBitsContract {
        @Override
        protected Backend open(int threads) {
            return ShimContractTest.open();
        }
    }
}
