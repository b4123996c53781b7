package org.unmute.kernels.contract;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/**
 * Runs the suite on the reference itself in float32, where every result is rounded, so the bounds must hold there too.
 * The reference is stateless and uses one thread, so tests share the cores.
 */
@Execution(ExecutionMode.CONCURRENT)
class ScalarContractTest extends BackendContract {
    @Override
    protected Backend open(int threads) {
        return ScalarBackend.INSTANCE;
    }

    @Nested
    @FullBuild("the reference keeps no state that a repetition could show")
    class Repeatability extends RepeatabilityContract {
        @Override
        protected Backend open(int threads) {
            return ScalarBackend.INSTANCE;
        }

        @Override
        protected int roundsOfCallers() {
            return 1;
        }
    }
}
