package org.unmute.kernels.cuda;

import org.junit.jupiter.api.Nested;
import org.unmute.kernels.contract.AttentionContract;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.ProductContract;
import org.unmute.kernels.contract.PrototypeContract;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.backend.Backend;

/**
 * The contracts of what runs on tensor cores, with the kernels of a device of compute capability 9.0, whose
 * instructions are emulated. Sums of some classes are rounded, those of others truncated.
 */
@FullBuild("compiles the kernels with g++")
class TensorCoreContractTest {
    private static Backend open(Precision precision, int block) {
        ShimDevice.COMPILER.require();
        ShimDevice device = new ShimDevice(precision);
        return new DeviceBackend(block == 0 ? device : device.truncating(block), 3L << 30);
    }

    /** The unit roundoff of a format. */
    static double rounding(Precision precision) {
        return switch (precision) {
            case FP32 -> 0;
            case TF32 -> 0x1p-11;
            case BF16 -> 0x1p-8;
        };
    }

    /** Products. */
    abstract static class Products extends ProductContract {
        private final Precision precision;
        private final int block;

        Products(Precision precision, int block) {
            this.precision = precision;
            this.block = block;
        }

        @Override
        protected Backend open(int threads) {
            return TensorCoreContractTest.open(precision, block);
        }

        @Override
        protected double operandRounding() {
            return rounding(precision);
        }
    }

    @Nested
    class Float32Products extends Products {
        Float32Products() {
            super(Precision.FP32, 0);
        }
    }

    @Nested
    class Tf32Products extends Products {
        Tf32Products() {
            super(Precision.TF32, 4);
        }
    }

    @Nested
    class Bf16Products extends Products {
        Bf16Products() {
            super(Precision.BF16, 0);
        }
    }

    /** Attention. */
    abstract static class Attention extends AttentionContract {
        private final Precision precision;
        private final int block;

        Attention(Precision precision, int block) {
            this.precision = precision;
            this.block = block;
        }

        @Override
        protected Backend open(int threads) {
            return TensorCoreContractTest.open(precision, block);
        }

        @Override
        protected double operandRounding() {
            return rounding(precision);
        }
    }

    @Nested
    class Float32Attention extends Attention {
        Float32Attention() {
            super(Precision.FP32, 8);
        }
    }

    /** Prototype matching. */
    abstract static class Prototypes extends PrototypeContract {
        private final Precision precision;
        private final int block;

        Prototypes(Precision precision, int block) {
            this.precision = precision;
            this.block = block;
        }

        @Override
        protected Backend open(int threads) {
            return TensorCoreContractTest.open(precision, block);
        }

        @Override
        protected double operandRounding() {
            return rounding(precision);
        }
    }

    @Nested
    class Float32Prototypes extends Prototypes {
        Float32Prototypes() {
            super(Precision.FP32, 4);
        }
    }
}
