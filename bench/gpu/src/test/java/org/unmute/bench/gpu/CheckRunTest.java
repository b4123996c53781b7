package org.unmute.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.bench.gpu.Step.Part;
import org.unmute.kernels.contract.FullBuild;

/** A step that breaks, hangs or loses its device costs itself; the others run. */
@FullBuild("starts processes")
class CheckRunTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter progress = new StringWriter();

    private CheckRun run(String device, String sanitizer, double seconds) {
        return new CheckRun(
                new CheckRun.Settings(device, Map.of(), module -> null, sanitizer, seconds),
                new CheckReport(new PrintWriter(out), null),
                new PrintWriter(progress),
                folder,
                folder);
    }

    private boolean run(Step... steps) throws IOException {
        return run("cpu", "", 1000).run(List.of(steps));
    }

    private static Step step(double silence, Class<?> tests) {
        return new Step(
                Part.CONTRACT, "contract it", "", 1, 60, silence, Map.of(), List.of(tests.getName()), List.of());
    }

    private boolean sanitize(Path sanitizer) throws IOException {
        Step step = Step.of(Part.SANITIZER, "memcheck", "", Map.of(), List.of("row"));
        return run("cuda", sanitizer.toString(), 1000).run(List.of(step));
    }

    @Test
    void resultsAreCounted() throws IOException {
        assertThat(run(step(60, Sample.class))).isFalse();
        assertThat(out.toString())
                .contains("- contract it: 1 tests passed, 1 failed, 1 skipped", "; skipped: for a reason\n")
                .containsPattern("  - FAILED .*Sample > fails\\(\\): .*on purpose / in two lines");
        assertThat(progress.toString()).contains("FAILED ").contains("on purpose");
    }

    @Test
    void aTestThatEndsItsProcessFailsAndTheNextStepRuns() throws IOException {
        assertThat(run(step(60, Breaking.class), step(60, Sample.class))).isFalse();
        assertThat(out.toString())
                .contains("- contract it: 1 tests passed, 1 failed, 0 skipped", "the tests after that one were not run")
                .containsPattern("Breaking > breaks\\(\\): its process ended with status 41: .*the last words")
                .contains("- contract it: 1 tests passed, 1 failed, 1 skipped");
    }

    @Test
    void aTestThatHangsIsEndedAndTheNextStepRuns() throws IOException {
        assertThat(run(step(3, Hanging.class), step(60, Sample.class))).isFalse();
        assertThat(out.toString())
                .contains("- contract it: 1 tests passed, 1 failed, 0 skipped", "hangs(): nothing heard for 3 s, ended")
                .contains("- contract it: 1 tests passed, 1 failed, 1 skipped");
    }

    @Test
    void aProcessThatHangsAfterItsTestsHasPassed() throws IOException {
        assertThat(run(step(60, NeverEnding.class))).isTrue();
        assertThat(out.toString()).contains("- contract it: 1 tests passed, 0 failed, 0 skipped");
    }

    @Test
    void aTestThatTheChecksTimeEndsIsNoFailure() throws IOException {
        CheckRun run = run("cpu", "", 4);
        assertThat(run.run(List.of(step(60, Hanging.class)))).isTrue();
        assertThat(run.notRun()).containsExactly("contract it");
        assertThat(out.toString())
                .containsPattern("- contract it: \\d tests passed, 0 failed, .*; not all were run for lack of time\n")
                .doesNotContain("FAILED");
    }

    /** Closing what is open would wait for the device. */
    @Test
    void aLostDeviceEndsItsStep() throws IOException {
        assertThat(run(step(60, Losing.class))).isFalse();
        assertThat(out.toString())
                .contains("- contract it: 1 tests passed, 1 failed, 0 skipped", "the device took no more work")
                .contains("CUDA_ERROR_ILLEGAL_ADDRESS");
    }

    @Test
    void aFindingOfTheSanitizerIsAFailure() throws IOException {
        String messages = """
                printf '%s\\n' '@check ready' '@check PASSED ' '@check END ';
                """;
        Path finds =
                script("echo '========= COMPUTE-SANITIZER'; echo '========= Invalid __global__ read of size 4 bytes';"
                        + messages + " exit 99");
        assertThat(sanitize(finds)).isFalse();
        assertThat(out.toString()).contains("FAILED memcheck: Invalid __global__ read of size 4 bytes");
        assertThat(sanitize(
                        script("case \"$*\" in *'--tool memcheck'*'StepWorker row') ;; *) exit 1 ;; esac;" + messages)))
                .isTrue();
        assertThat(out.toString()).contains("- compute-sanitizer memcheck: 1 tests passed, 0 failed");
        assertThat(sanitize(folder.resolve("none"))).isTrue();
        assertThat(out.toString()).contains("- Not run: memcheck: compute-sanitizer is not installed");
    }

    private Path script(String body) throws IOException {
        Path file = Files.createTempFile(folder, "sanitizer", ".sh");
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    /** A process that is given no existing test has not passed. */
    @Test
    void aMissingClassIsAFailure() throws IOException {
        assertThat(run(Step.of(Part.PROBES, "probes", "", Map.of(), List.of("org.unmute.NoSuchTest"))))
                .isTrue();
        assertThat(out.toString()).contains("- Not run: probes: no reference numbers here");
        assertThat(run(Step.of(Part.CONTRACT, "c", "", Map.of(), List.of("org.unmute.NoSuchTest"))))
                .isFalse();
        assertThat(out.toString()).contains("org.unmute.NoSuchTest: this class of tests is not on the class path");
    }

    /** Run by the tests above only, as the next ones: no test class by its name. */
    static class Sample {
        @Test
        void passes() {}

        @Test
        void fails() {
            throw new AssertionError("on purpose\n in two lines");
        }

        @Test
        void isSkipped() {
            Assumptions.abort("for a reason");
        }
    }

    /** Ends the process between two tests. */
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Breaking {
        @Test
        @Order(1)
        void passes() {}

        @Test
        @Order(2)
        void breaks() {
            System.err.println("the last words");
            Runtime.getRuntime().halt(41);
        }

        @Test
        @Order(3)
        void passesToo() {}
    }

    /** Waits for a kernel that does not end. */
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Hanging {
        @Test
        @Order(1)
        void passes() {}

        @Test
        @Order(2)
        void hangs() throws InterruptedException {
            Thread.sleep(1_000_000);
        }
    }

    /** Leaves something behind that the end of its process waits for. */
    static class NeverEnding {
        @Test
        void passes() {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    Thread.sleep(1_000_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
    }

    /** Uses a device after which CUDA refuses all work. */
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Losing {
        @Test
        @Order(1)
        void passes() {}

        @Test
        @Order(2)
        void loses() {
            throw new IllegalStateException("cuda: kernel x", new RuntimeException("CUDA_ERROR_ILLEGAL_ADDRESS"));
        }

        @Test
        @Order(3)
        void failsToo() {
            throw new IllegalStateException("never run");
        }
    }
}
