package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.device.TensorCores;

/**
 * The CUDA backend through its binding, on a {@linkplain StandIn stand-in} for NVIDIA's driver: what it loads,
 * launches and says when a call fails, and the contract of all backends. Skipped with a reason where there is no C
 * compiler.
 */
@FullBuild("compiles a driver and the kernels, and starts JVMs")
class StandInTest {
    private static final Tool PTXAS = new Tool("ptxas");

    @TempDir
    Path folder;

    /** Modules are assembled by ptxas, if it is there; launches are checked and compute nothing. */
    @TestFactory
    Stream<DynamicTest> refusesWhatADriverRefuses() throws IOException, InterruptedException {
        if (!StandIn.missing().isEmpty()) {
            return StandIn.skipped();
        }
        Map<String, String> environment =
                PTXAS.path().map(p -> Map.of("STANDIN_PTXAS", p.toString())).orElse(Map.of());
        // A collector that must not run while a binding holds an array in a critical section.
        return new StandIn(folder)
                .run(environment, List.of("-XX:+UseSerialGC"), StandInDriver.class, StandInLaunches.class);
    }

    /** Launches run the kernels of the C++ shim: on an old device the portable ones alone. */
    @TestFactory
    Stream<DynamicTest> keepsTheContract() throws IOException, InterruptedException {
        return contract(75, StandInContract.class, 300, "unary_exp", "matmul", "prototype_match_binary");
    }

    /** On a newer device its own kernels, with the shared memory that they ask for. */
    @TestFactory
    Stream<DynamicTest> keepsTheContractOnTensorCores() throws IOException, InterruptedException {
        return contract(
                90, StandInTensorContract.class, 50, "matmul_packed_f32_small", "signs_match", "winners_settle");
    }

    private Stream<DynamicTest> contract(int capability, Class<?> suite, int min, String... kernels)
            throws IOException, InterruptedException {
        if (!StandIn.missing().isEmpty()) {
            return StandIn.skipped();
        }
        ShimDevice.COMPILER.require();
        List<DynamicTest> all = new StandIn(folder)
                .run(StandIn.executing(capability), List.of("-D" + TensorCores.PROPERTY + "=always"), suite)
                .toList();
        assertThat(all).as("tests that ran").hasSizeGreaterThan(min);
        assertThat(Files.readAllLines(folder.resolve("launched.txt"))).contains(kernels);
        return all.stream();
    }
}
