package org.unmute.kernels.cuda;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIf;
import org.unmute.kernels.contract.BackendContract;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.OpFilter;
import org.unmute.kernels.contract.SameBitsContract;
import org.unmute.kernels.contract.WinnersContract;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.backend.Backend;

/**
 * Runs the contract suite of all backends with the CUDA source of the kernels on the CPU. Skipped without g++. Where
 * {@link StandInTest} can run the same through the CUDA binding, this test runs only for a single op or for a chosen
 * number of pairs.
 */
@FullBuild("compiles the kernels with g++")
@EnabledIf(value = "isNeeded", disabledReason = "skipped: StandInTest runs this suite through the CUDA binding")
class ShimContractTest extends BackendContract {
    static boolean isNeeded() {
        return !StandIn.missing().isEmpty()
                || !System.getProperty(OpFilter.PROPERTY, "").isEmpty()
                || System.getProperty(WinnersContract.PAIRS) != null;
    }

    @Override
    protected Backend open(int threads) {
        ShimDevice.COMPILER.require();
        return new DeviceBackend(new ShimDevice(), 3L << 30);
    }

    @Nested
    class Winners extends WinnersContract {
        @Override
        protected Backend open(int threads) {
            return ShimContractTest.this.open(threads);
        }
    }

    @Nested
    class SameBits extends SameBitsContract {
        @Override
        protected Backend open(int threads) {
            return ShimContractTest.this.open(threads);
        }
    }
}
