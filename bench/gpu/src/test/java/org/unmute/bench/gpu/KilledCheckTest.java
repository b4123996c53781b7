package org.unmute.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

/** A check that is killed leaves what it had found, and nothing else. */
@FullBuild("starts processes and kills them")
class KilledCheckTest {
    private static final Path ROOT = Path.of(System.getProperty("unmute.root", "../.."));

    @TempDir
    Path folder;

    private Path report;
    private Path temporary;

    private Process start() throws IOException {
        report = folder.resolve("report.md");
        temporary = Files.createDirectories(folder.resolve("tmp"));
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        GpuCheck.class.getName(),
                        "--device",
                        "cpu",
                        "--only",
                        "smoke,timings",
                        "--sizes",
                        "small",
                        "--torch",
                        "none",
                        "--goldens",
                        folder.toString(),
                        "--worker",
                        ROOT.resolve("bench/gpu/torch/worker.py")
                                .toAbsolutePath()
                                .toString(),
                        "--out",
                        report.toString()))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
    }

    private static void await(String what, Predicate<Void> reached) throws InterruptedException {
        Instant end = Instant.now().plus(Duration.ofSeconds(60));
        while (!reached.test(null)) {
            assertThat(Instant.now()).as("waiting for " + what).isBefore(end);
            Thread.sleep(20);
        }
    }

    private String text() {
        try {
            return Files.exists(report) ? Files.readString(report) : "";
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private boolean isEmpty() {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.noneMatch(f -> f.getFileName().toString().startsWith("gpu-check"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void assertWhole(String text) {
        assertThat(text)
                .startsWith("## GPU check: cpu")
                .endsWith("\n")
                .contains("- small rows against the CPU: 6 tests");
        List<String> rows = text.lines().filter(l -> l.startsWith("|")).toList();
        assertThat(rows)
                .hasSizeGreaterThanOrEqualTo(3)
                .allSatisfy(l -> assertThat(l.chars().filter(c -> c == '|')).hasSize(10));
    }

    @Test
    void theReportIsWholeAfterAKillAndNothingElseIsLeft() throws Exception {
        Process check = start();
        try {
            await("the first row", _ -> text().contains("\n| prototypes"));
            List<ProcessHandle> steps = check.descendants().toList();
            assertThat(steps).isNotEmpty();
            check.destroyForcibly().waitFor();
            await("the step's end", _ -> steps.stream().noneMatch(ProcessHandle::isAlive));
            await("an empty folder", _ -> isEmpty());
            assertWhole(text());
            assertThat(text()).doesNotContain("Ended after");
        } finally {
            check.destroyForcibly();
        }
    }

    @Test
    void aSignalEndsTheReportWithALineThatSaysSo() throws Exception {
        Process check = start();
        try {
            await("the first row", _ -> text().contains("\n| prototypes"));
            List<ProcessHandle> steps = check.descendants().toList();
            check.destroy();
            assertThat(check.waitFor(20, TimeUnit.SECONDS)).isTrue();
            await("the step's end", _ -> steps.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(isEmpty()).isTrue();
            assertWhole(text());
            assertThat(text()).containsPattern("\n- Interrupted: [^\n]*\n$").doesNotContain("FAILED");
            assertThat(folder.resolve("output")).content().doesNotContain("Exception");
        } finally {
            check.destroyForcibly();
        }
    }
}
