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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.bench.gpu.Step.Part;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.kernels.contract.FullBuild;

/** A step that breaks, hangs or loses its device costs itself; the others run. */
@FullBuild("starts processes")
class CheckRunTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();

    private CheckRun run(String device, String sanitizer) {
        return run(device, sanitizer, 100);
    }

    private CheckRun run(String device, String sanitizer, double seconds) {
        return new CheckRun(
                new CheckRun.Settings(
                        device,
                        Case.Sizes.SMALL,
                        Map.of(),
                        TorchSession.Way.NONE,
                        "python3",
                        folder,
                        module -> null,
                        sanitizer,
                        1),
                new CheckReport(new PrintWriter(out), null),
                new PrintWriter(new StringWriter()),
                folder,
                folder,
                seconds);
    }

    private static Step step(Part part, double silence, String... items) {
        return new Step(
                part,
                part == Part.SANITIZER ? "memcheck" : "contract it",
                "",
                1,
                60,
                silence,
                Map.of(),
                List.of(items));
    }

    /** Words of a shell script that tell that one test passed. */
    private static final String TELLS =
            " printf '%s\\n' '" + Event.of(Event.Kind.PASSED).line() + "' '"
                    + Event.of(Event.Kind.END).line() + "';";

    @Test
    void aTestThatEndsItsProcessFailsAndTheOthersRun() throws IOException {
        assertThat(run("cpu", "").run(List.of(step(Part.CONTRACT, 60, Breaking.class.getName()))))
                .isFalse();
        assertThat(out.toString())
                .contains("- contract it: 2 tests passed, 1 failed, 0 skipped")
                .contains("  - FAILED ")
                .containsPattern("Breaking > breaks\\(\\): its process ended with status 41: .*the last words");
    }

    @Test
    void aTestThatHangsIsEndedAndTheOthersRun() throws IOException {
        assertThat(run("cpu", "").run(List.of(step(Part.CONTRACT, 8, Hanging.class.getName()))))
                .isFalse();
        assertThat(out.toString())
                .contains("- contract it: 2 tests passed, 1 failed, 0 skipped")
                .contains("hangs(): nothing heard for 8 s, ended");
    }

    @Test
    void aTestThatTheChecksTimeEndsIsNoFailure() throws IOException {
        CheckRun run = run("cpu", "", 6);
        assertThat(run.run(List.of(step(Part.CONTRACT, 60, Hanging.class.getName()))))
                .isTrue();
        assertThat(run.notRun()).containsExactly("contract it");
        assertThat(out.toString())
                .containsPattern("- contract it: \\d tests passed, 0 failed, .*; not all were run for lack of time\n")
                .doesNotContain("FAILED");
    }

    @Test
    void aLostDeviceTakesANewProcess() throws IOException {
        assertThat(run("cpu", "").run(List.of(step(Part.CONTRACT, 60, Losing.class.getName()))))
                .isFalse();
        assertThat(out.toString())
                .contains("- contract it: 2 tests passed, 1 failed, 0 skipped")
                .contains("CUDA_ERROR_ILLEGAL_ADDRESS");
    }

    @Test
    void aFindingOfTheSanitizerIsAFailure() throws IOException {
        Path finds =
                script("echo '========= COMPUTE-SANITIZER'; echo '========= Invalid __global__ read of size 4 bytes';"
                        + TELLS + " exit 99");
        assertThat(run("cuda", finds.toString()).run(List.of(step(Part.SANITIZER, 60, "row"))))
                .isFalse();
        assertThat(out.toString()).contains("FAILED memcheck: Invalid __global__ read of size 4 bytes");
        Path passes = script("case \"$*\" in *'--tool memcheck'*'StepWorker ONCE'*) ;; *) exit 1 ;; esac;" + TELLS);
        assertThat(run("cuda", passes.toString()).run(List.of(step(Part.SANITIZER, 60, "row"))))
                .isTrue();
        assertThat(out.toString()).contains("- compute-sanitizer memcheck: 1 tests passed, 0 failed");
        assertThat(run("cuda", folder.resolve("none").toString()).run(List.of(step(Part.SANITIZER, 60, "row"))))
                .isTrue();
        assertThat(out.toString()).contains("- Not run: memcheck: compute-sanitizer is not installed");
    }

    private Path script(String body) throws IOException {
        Path file = Files.createTempFile(folder, "sanitizer", ".sh");
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    /** Run by a test above only, as the next ones. */
    static class Breaking {
        @Test
        void passes() {}

        @Test
        void breaks() {
            System.err.println("the last words");
            Runtime.getRuntime().halt(41);
        }

        @Test
        void passesToo() {}
    }

    /** Waits for a kernel that does not end. */
    static class Hanging {
        @Test
        void passes() {}

        @Test
        void hangs() throws InterruptedException {
            Thread.sleep(1_000_000);
        }

        @Test
        void passesToo() {}
    }

    /** Uses a device after which CUDA refuses all work. */
    static class Losing {
        private static boolean lost;

        @Test
        void passes() {
            assertThat(lost).isFalse();
        }

        @Test
        void loses() {
            lost = true;
            throw new IllegalStateException("CUDA_ERROR_ILLEGAL_ADDRESS");
        }

        @Test
        void passesToo() {
            assertThat(lost).isFalse();
        }
    }
}
