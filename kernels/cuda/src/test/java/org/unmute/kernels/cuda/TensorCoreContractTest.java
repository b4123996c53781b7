package org.unmute.kernels.cuda;

import java.util.function.Supplier;
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
    private static Backend open(Supplier<ShimDevice> device) {
        ShimDevice.COMPILER.require();
        return new DeviceBackend(device.get(), 3L << 30);
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
        private final Supplier<ShimDevice> device;
        private final double rounding;

        Products(Precision precision, Supplier<ShimDevice> device) {
            this.device = device;
            rounding = rounding(precision);
        }

        @Override
        protected Backend open(int threads) {
            return TensorCoreContractTest.open(device);
        }

        @Override
        protected double operandRounding() {
            return rounding;
        }
    }

    /** Attention. */
    abstract static class Attention extends AttentionContract {
        private final Supplier<ShimDevice> device;
        private final double rounding;

        Attention(Precision precision, Supplier<ShimDevice> device) {
            this.device = device;
            rounding = rounding(precision);
        }

        @Override
        protected Backend open(int threads) {
            return TensorCoreContractTest.open(device);
        }

        @Override
        protected double operandRounding() {
            return rounding;
        }
    }

    /** Prototype matching. */
    abstract static class Prototypes extends PrototypeContract {
        private final Supplier<ShimDevice> device;
        private final double rounding;

        Prototypes(Precision precision, Supplier<ShimDevice> device) {
            this.device = device;
            rounding = rounding(precision);
        }

        @Override
        protected Backend open(int threads) {
            return TensorCoreContractTest.open(device);
        }

        @Override
        protected double operandRounding() {
            return rounding;
        }
    }

    @Nested
    class Float32Products extends Products {
        Float32Products() {
            super(Precision.FP32, () -> new ShimDevice(Precision.FP32));
        }
    }

    @Nested
    class Tf32Products extends Products {
        Tf32Products() {
            super(Precision.TF32, () -> new ShimDevice(Precision.TF32).truncating(4));
        }
    }

    @Nested
    class Bf16Products extends Products {
        Bf16Products() {
            super(Precision.BF16, () -> new ShimDevice(Precision.BF16));
        }
    }

    @Nested
    class Float32Attention extends Attention {
        Float32Attention() {
            super(Precision.FP32, () -> new ShimDevice(Precision.FP32).truncating(8));
        }
    }

    @Nested
    class Float32Prototypes extends Prototypes {
        Float32Prototypes() {
            super(Precision.FP32, () -> new ShimDevice(Precision.FP32).truncating(4));
        }
    }
}
