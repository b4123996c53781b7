package org.unmute.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/** Copies between Java and the device, and the garbage collector. */
class OpenClCopyTest {
    /** Uses a collector that must not run while a binding holds an array in a critical section. */
    @ParameterizedTest
    @ValueSource(strings = {"read", "write"})
    @FullBuild("starts a JVM")
    void theCollectorRunsWhileACopyWaits(String copy) throws Exception {
        OpenCl.open().close();
        Process p = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        OpenClBackendProviderTest.path(),
                        Copying.class.getName(),
                        copy))
                .redirectErrorStream(true)
                .start();
        String said = new String(p.getInputStream().readAllBytes());
        assertThat(p.waitFor()).as(said).isZero();
        assertThat(said).contains("the collector was first");
    }

    /** Starts work of some seconds, a copy that waits for it, and a garbage collection. */
    static final class Copying {
        private static final int SIDE = 1000;
        private static final long WORK_NANOS = 3_000_000_000L;

        public static void main(String[] args) throws InterruptedException {
            DeviceBackend b = new OpenClBackendProvider().open(0, 0);
            View x = b.allocate(DType.F32, Shape.of(SIDE, SIDE));
            View y = b.allocate(DType.F32, Shape.of(SIDE, SIDE));
            View host = View.dense(HostBuffer.allocate(DType.F32, SIDE * SIDE), x.shape());
            b.matmul(x, x, y);
            b.download(y, host);
            long begun = System.nanoTime();
            b.matmul(x, x, y);
            b.download(y, host);
            long one = System.nanoTime() - begun;
            for (long work = 0; work < WORK_NANOS; work += one) {
                b.matmul(x, x, y);
            }
            Thread copying = Thread.ofPlatform().start(() -> {
                if (args[0].equals("read")) {
                    b.download(y, host);
                } else {
                    b.upload(host, x);
                }
            });
            Thread.sleep(WORK_NANOS / 10_000_000);
            System.gc();
            long collected = System.nanoTime();
            copying.join();
            System.out.println(
                    System.nanoTime() - collected > WORK_NANOS / 10 ? "the collector was first" : "it waited");
            System.exit(0);
        }
    }
}
