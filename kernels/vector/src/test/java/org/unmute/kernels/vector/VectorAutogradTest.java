package org.unmute.kernels.vector;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.AutogradGoldens;
import org.unmute.tensor.DType;

/** Results and gradients against the reference numbers. */
@Tag("golden")
class VectorAutogradTest {
    private final VectorBackend backend = new VectorBackend(Integer.getInteger("unmute.threads", 2));

    @TestFactory
    List<DynamicTest> float32() {
        return AutogradGoldens.cases(backend, DType.F32);
    }

    @AfterEach
    void close() {
        backend.close();
    }
}
