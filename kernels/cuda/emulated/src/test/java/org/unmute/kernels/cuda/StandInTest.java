package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import org.unmute.kernels.contract.Contract;
import org.unmute.kernels.contract.FullBuild;

/**
 * The CUDA backend through its binding, on a {@linkplain StandIn stand-in} for NVIDIA's driver: what it loads and
 * launches, its errors when a call fails, and the contract of all backends. Skipped, with a reason, without a C
 * compiler.
 */
@FullBuild("compiles a driver and the kernels, and starts JVMs")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StandInTest {
    private static final Tool PTXAS = new Tool("ptxas");
    private static final int AT_ONCE = 2;

    private Path folder;
    private ExecutorService pool;
    private Future<List<DynamicTest>> refusals;
    private Future<List<DynamicTest>> contract;
    private Future<List<DynamicTest>> tensorContract;

    /** The JVMs run in parallel, since each uses one processor. The longest comes first. */
    @BeforeAll
    void start(@TempDir Path shared) {
        folder = shared;
        pool = Executors.newFixedThreadPool(AT_ONCE);
        if (StandIn.missing().isEmpty()) {
            contract = pool.submit(this::portableContract);
            tensorContract = pool.submit(this::tensorContract);
            refusals = pool.submit(this::refusals);
        }
    }

    @AfterAll
    void stop() {
        pool.shutdownNow();
    }

    /** ptxas assembles modules, if it is present. Launches are checked but compute nothing. */
    @TestFactory
    Stream<DynamicTest> refusesWhatADriverRefuses() throws Exception {
        return outcomes(refusals);
    }

    /** Launches run the kernels with the C++ shim, on an old device only the portable ones. */
    @TestFactory
    Stream<DynamicTest> keepsTheContract() throws Exception {
        return outcomes(contract);
    }

    /** A newer device runs its own kernels, with the shared memory that they request. */
    @TestFactory
    Stream<DynamicTest> keepsTheContractOnTensorCores() throws Exception {
        return outcomes(tensorContract);
    }

    private static Stream<DynamicTest> outcomes(Future<List<DynamicTest>> running) throws Exception {
        if (!StandIn.missing().isEmpty()) {
            return StandIn.skipped();
        }
        try {
            return running.get().stream();
        } catch (ExecutionException e) {
            // A missing compiler skips the test, with the reason.
            if (e.getCause() instanceof TestAbortedException skipped) {
                throw skipped;
            }
            throw e;
        }
    }

    private List<DynamicTest> refusals() throws IOException, InterruptedException {
        Map<String, String> environment =
                PTXAS.path().map(p -> Map.of("STANDIN_PTXAS", p.toString())).orElse(Map.of());
        // Uses a collector that must not run while a binding holds an array in a critical section.
        return new StandIn(Files.createDirectory(folder.resolve("refusals")))
                .run(environment, List.of("-XX:+UseSerialGC"), StandInDriver.class, StandInLaunches.class)
                .toList();
    }

    private List<DynamicTest> portableContract() throws IOException, InterruptedException {
        return contract(75, StandInContract.class, 300, "unary_exp", "matmul", "prototype_match_binary");
    }

    private List<DynamicTest> tensorContract() throws IOException, InterruptedException {
        return contract(
                90, StandInTensorContract.class, 50, "matmul_packed_f32_small", "signs_match", "winners_settle");
    }

    /** With few layouts: OpenClContractTest, PackedProductTest and SignMatchingTest run these kernels with all. */
    private List<DynamicTest> contract(int capability, Class<?> suite, int min, String... kernels)
            throws IOException, InterruptedException {
        ShimDevice.COMPILER.require();
        Path own = Files.createDirectory(folder.resolve("contract-" + capability));
        List<String> options = List.of("-D" + Contract.FEW_LAYOUTS + "=true", "-D" + TensorChoice.PROPERTY + "=always");
        List<DynamicTest> all = new StandIn(own)
                .run(StandIn.executing(capability), options, suite)
                .toList();
        assertThat(all).as("tests that ran").hasSizeGreaterThan(min);
        assertThat(Files.readAllLines(own.resolve("launched.txt"))).contains(kernels);
        return all;
    }
}
