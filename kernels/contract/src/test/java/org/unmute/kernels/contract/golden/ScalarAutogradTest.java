package org.unmute.kernels.contract.golden;

import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.scalar.ScalarBackend;

@Tag("golden")
class ScalarAutogradTest {
    @TestFactory
    List<DynamicTest> float64() {
        return AutogradGoldens.cases(ScalarBackend.INSTANCE, DType.F64);
    }

    @TestFactory
    List<DynamicTest> float32() {
        return AutogradGoldens.cases(ScalarBackend.INSTANCE, DType.F32);
    }
}
