package org.unmute.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unmute.files.Sha256;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.tensor.DType;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

class VectorBackendProviderTest {
    @Test
    void isFoundAndPreferred() {
        assertThat(Backends.candidates().getFirst().name()).isEqualTo("vector");
        Backends.Choice choice = Backends.open("auto", 2);
        try (Backend b = choice.backend()) {
            assertThat(b.name()).isEqualTo("vector");
            assertThat(b.describe()).isEqualTo("Vector API, " + Lanes.BITS + "-bit, 2 threads");
            assertThat(choice.reason()).contains(b.describe());
            assertThat(b.supports(DType.F32)).isTrue();
            assertThat(b.supports(DType.I32)).isTrue();
            assertThat(b.supports(DType.F64)).isFalse();
        }
    }

    @Test
    void aClosedOneSaysSo() {
        Backend backend = Backends.open("vector", 2).backend();
        Tensor x = Tensor.of(backend, new float[] {1}, 1);
        backend.close();
        backend.close();
        assertFails(IllegalStateException.class, () -> x.plus(x), "backend vector was closed");
    }

    @Test
    void saysWhatToDoWithoutTheOptimizingCompiler() {
        assertThat(VectorBackendProvider.probe("interpreted mode", "OpenJDK 64-Bit Server VM")
                        .reason())
                .contains("drop -Xint");
        assertThat(VectorBackendProvider.probe("mixed mode, emulated-client, sharing", "OpenJDK 64-Bit Server VM")
                        .reason())
                .contains("C2", "TieredStopAtLevel");
        assertThat(VectorBackendProvider.probe("mixed mode, sharing", "OpenJDK 64-Bit Server VM")
                        .available())
                .isTrue();
    }

    /** Runs separate JVMs, with and without the module and options that the backend needs. */
    @Test
    @FullBuild("starts virtual machines")
    void answersInOtherVirtualMachines() throws Exception {
        assertThat(ask()).contains("false").contains("pass --add-modules jdk.incubator.vector");
        assertThat(ask("--add-modules", "jdk.incubator.vector")).contains("true", "bit");
        assertThat(ask("--add-modules", "jdk.incubator.vector", "-Dunmute.vector.bits=128"))
                .contains("true", "128-bit");
        assertThat(ask("--add-modules", "jdk.incubator.vector", "-Dunmute.vector.bits=0"))
                .contains("false", "-Dunmute.vector.bits=0 turns it off");
        assertThat(ask("--add-modules", "jdk.incubator.vector", "-Xint")).contains("false", "-Xint");
        assertThat(ask("--add-modules", "jdk.incubator.vector", "-XX:TieredStopAtLevel=1"))
                .contains("false", "C2");
        if (System.getProperty("os.arch").equals("amd64")) {
            assertThat(ask("--add-modules", "jdk.incubator.vector", "-XX:UseAVX=0"))
                    .contains("false", "no fused multiply-add");
        }
    }

    private static String ask(String... options) throws IOException, InterruptedException {
        String path = String.join(
                File.pathSeparator,
                location(VectorBackendProvider.class),
                location(Backend.class),
                location(Sha256.class),
                location(VectorBackendProviderTest.class));
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", path, Asked.class.getName()));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String answer = new String(p.getInputStream().readAllBytes());
        assertThat(p.waitFor()).as(answer).isZero();
        return answer;
    }

    private static String location(Class<?> c) {
        return Path.of(URI.create(
                        c.getProtectionDomain().getCodeSource().getLocation().toString()))
                .toString();
    }

    /** Prints the provider's answer. */
    static final class Asked {
        public static void main(String[] args) {
            System.out.println(new VectorBackendProvider().probe());
        }
    }
}
