package org.unmute.bench.gpu;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.BackendContract;
import org.unmute.kernels.contract.RepeatabilityContract;
import org.unmute.kernels.contract.SameBitsContract;
import org.unmute.kernels.contract.WinnersContract;
import org.unmute.kernels.contract.golden.AutogradGoldens;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/** The whole contract suite, on the device that the system property {@value #DEVICE} names. */
final class DeviceContract extends BackendContract {
    /** As {@code --device} takes it. */
    static final String DEVICE = "unmute.backend";

    @Override
    protected Backend open(int threads) {
        return Backends.open(System.getProperty(DEVICE), 0).backend();
    }

    @Nested
    class Repeatability extends RepeatabilityContract {
        @Override
        protected Backend open(int threads) {
            return DeviceContract.this.open(threads);
        }
    }

    /** Winners of binarized prototypes where cosines are as near as float32 gets, or equal. */
    @Nested
    class Winners extends WinnersContract {
        @Override
        protected Backend open(int threads) {
            return DeviceContract.this.open(threads);
        }
    }

    /** What a training of protobin and an encoder of KWT's kind consist of has the CPU's bits. */
    @Nested
    class SameBits extends SameBitsContract {
        @Override
        protected Backend open(int threads) {
            return DeviceContract.this.open(threads);
        }
    }

    /** Results and gradients of all ops against PyTorch's stored numbers. */
    @Nested
    class Autograd {
        private final Backend backend = DeviceContract.this.open(0);

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
