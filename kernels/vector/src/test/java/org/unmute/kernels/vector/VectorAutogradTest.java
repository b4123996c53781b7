package org.unmute.kernels.vector;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.AutogradGoldens;
import org.unmute.tensor.DType;

/** Compares results and gradients with the reference numbers, on one thread and on two. */
@Tag("golden")
class VectorAutogradTest {
    private final List<VectorBackend> backends = List.of(new VectorBackend(1), new VectorBackend(2));

    @TestFactory
    Stream<DynamicContainer> float32() {
        return backends.stream().map(b -> dynamicContainer(b.describe(), AutogradGoldens.cases(b, DType.F32)));
    }

    @AfterEach
    void close() {
        backends.forEach(VectorBackend::close);
    }
}
