package org.unmute.kernels.opencl;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.golden.AutogradGoldens;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.DType;

/** Compares results and gradients with the reference numbers. */
@Tag("golden")
@FullBuild("takes minutes on a processor as OpenCL device")
class OpenClAutogradTest {
    private DeviceBackend backend;

    @TestFactory
    List<DynamicTest> float32() {
        String missing = OpenCl.missing();
        if (!missing.isEmpty()) {
            return List.of(DynamicTest.dynamicTest(missing, () -> Assumptions.abort(missing)));
        }
        backend = OpenCl.open();
        return AutogradGoldens.cases(backend, DType.F32);
    }

    @AfterEach
    void close() {
        if (backend != null) {
            backend.close();
        }
    }
}
