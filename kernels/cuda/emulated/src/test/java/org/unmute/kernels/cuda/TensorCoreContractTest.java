package org.unmute.kernels.cuda;

import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.unmute.kernels.contract.AttentionContract;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.ProductContract;
import org.unmute.kernels.contract.PrototypeContract;
import org.unmute.kernels.device.TensorCores;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.backend.Backend;

/**
 * The contracts of operations that run on tensor cores, with the kernels of a device of compute capability 9.0 and
 * emulated instructions. {@link PackedProductTest} and {@link SignMatchingTest} run the contracts of float32 products
 * and matching.
 */
@FullBuild("compiles the kernels with g++")
class TensorCoreContractTest {
    /**
     * The configuration that a contract runs on.
     *
     * @param choice which products are packed
     * @param block how many products are added to a sum at once before it is truncated; 0 to round instead
     */
    record Variant(Precision precision, TensorCores choice, int block, Optional<ShimDevice.Fault> fault) {
        Backend open() {
            ShimDevice.COMPILER.require();
            System.setProperty(TensorChoice.PROPERTY, choice.name().toLowerCase(Locale.ROOT));
            ShimDevice device = new ShimDevice(precision).truncating(block);
            fault.ifPresent(device::with);
            return new DeviceBackend(device, 3L << 30);
        }

        /** The unit roundoff of operands. */
        double rounding() {
            return switch (precision) {
                case FP32 -> 0;
                case TF32 -> 0x1p-11;
                case BF16 -> 0x1p-8;
            };
        }
    }

    @AfterEach
    void asItWas() {
        System.clearProperty(TensorChoice.PROPERTY);
    }

    /** Products. */
    abstract static class Products extends ProductContract {
        private final Variant variant;

        Products(Variant variant) {
            this.variant = variant;
        }

        @Override
        protected Backend open(int threads) {
            return variant.open();
        }

        @Override
        protected double operandRounding() {
            return variant.rounding();
        }
    }

    /** Prototype matching. Gradients are those of the portable kernels, which {@link StandInTest} runs in all layouts. */
    abstract static class Prototypes extends PrototypeContract {
        private final Variant variant;

        Prototypes(Variant variant) {
            this.variant = variant;
        }

        @Override
        protected boolean comparesGradientsInAllLayouts() {
            return false;
        }

        @Override
        protected Backend open(int threads) {
            return variant.open();
        }

        @Override
        protected double operandRounding() {
            return variant.rounding();
        }
    }

    /** Attention. */
    abstract static class Attention extends AttentionContract {
        private final Variant variant;

        Attention(Variant variant) {
            this.variant = variant;
        }

        @Override
        protected Backend open(int threads) {
            return variant.open();
        }

        @Override
        protected double operandRounding() {
            return variant.rounding();
        }
    }

    /** Operands are rounded as they are read. */
    @Nested
    class Tf32Products extends Products {
        Tf32Products() {
            super(new Variant(Precision.TF32, TensorCores.AUTO, 4, Optional.empty()));
        }
    }

    /** Operands are rounded and packed. */
    @Nested
    class Bf16Products extends Products {
        Bf16Products() {
            super(new Variant(Precision.BF16, TensorCores.ALWAYS, 8, Optional.empty()));
        }
    }

    /** Cosines of rounded operands, and unchanged winners of binarized prototypes. */
    @Nested
    class Tf32Prototypes extends Prototypes {
        Tf32Prototypes() {
            super(new Variant(Precision.TF32, TensorCores.AUTO, 8, Optional.empty()));
        }
    }

    /** As above, in bfloat16. */
    @Nested
    class Bf16Prototypes extends Prototypes {
        Bf16Prototypes() {
            super(new Variant(Precision.BF16, TensorCores.AUTO, 0, Optional.empty()));
        }
    }

    /** Operands are split into two planes. */
    @Nested
    class Float32Attention extends Attention {
        Float32Attention() {
            super(new Variant(Precision.FP32, TensorCores.ALWAYS, 0, Optional.empty()));
        }
    }
}
