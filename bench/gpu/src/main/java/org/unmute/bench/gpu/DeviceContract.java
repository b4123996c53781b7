package org.unmute.bench.gpu;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
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
import org.unmute.kernels.contract.golden.AutogradGoldens;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/** The whole contract suite, on the device that the system property {@value #DEVICE} names. */
final class DeviceContract {
    /** As {@code --device} takes it. */
    static final String DEVICE = "unmute.backend";

    /** In order of execution. */
    static final List<Class<?>> PARTS = List.of(
            Elementwise.class,
            Reduction.class,
            Product.class,
            Row.class,
            Index.class,
            Loss.class,
            Convolutions.class,
            Filters.class,
            Attention.class,
            Prototype.class,
            Clipwise.class,
            Repeatability.class,
            Autograd.class);

    private DeviceContract() {}

    private static Backend openDevice() {
        return Backends.open(System.getProperty(DEVICE), 0).backend();
    }

    static final class Elementwise extends ElementwiseContract {
        @Override
        protected Backend open(int threads) {
            return openDevice();
        }
    }

    static final class Reduction extends ReductionContract {
        @Override
        protected Backend open(int threads) {
            return openDevice();
        }
    }

    static final class Product extends ProductContract {
        @Override
        protected Backend open(int threads) {
            return openDevice();
        }
    }

    static final class Row extends RowContract {
        @Override
        protected Backend open(int threads) {
            return openDevice();
        }
    }

    static final class Convolutions extends ConvolutionContract {
        @Override
        protected Backend open(int threads) {
            return openDevice();
        }
    }

    static final class Loss extends LossContract {
        @Override
        protected Backend open(int threads) {
            return openDevice();
        }
    }

    static final class Filters extends FilterBankContract {
        @Override
        protected Backend open(int threads) {
            return openDevice();
        }
    }

    static final class Index extends IndexContract {
        @Override
        protected Backend open(int threads) {
            return openDevice();
        }
    }

    static final class Attention extends AttentionContract {
        @Override
        protected Backend open(int threads) {
            return openDevice();
        }
    }

    static final class Prototype extends PrototypeContract {
        @Override
        protected Backend open(int threads) {
            return openDevice();
        }
    }

    static final class Clipwise extends ClipwiseContract {
        @Override
        protected Backend open(int threads) {
            return openDevice();
        }
    }

    static final class Repeatability extends RepeatabilityContract {
        @Override
        protected Backend open(int threads) {
            return openDevice();
        }
    }

    /** Results and gradients of all ops against PyTorch's stored numbers. */
    static final class Autograd {
        private final Backend backend = openDevice();

        @TestFactory
        List<DynamicTest> float32() {
            return AutogradGoldens.cases(backend, DType.F32);
        }

        @AfterEach
        void close() {
            backend.close();
        }
    }
}
