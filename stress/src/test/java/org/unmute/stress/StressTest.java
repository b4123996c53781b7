package org.unmute.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.FullBuild;

/**
 * Runs the jcstress tests of this module: briefly in the full build, at length with {@code ./check --stress}. A test
 * whose states hold threads, files or large arrays is named {@code Heavy…} and gets only few states at a time.
 */
@FullBuild("two threads meet millions of times")
class StressTest {
    /** System property: run each test for longer, in all compilation modes of the JVM. */
    private static final String LONG = "unmute.stress.long";

    private static final String SHORT_MILLIS = "300";

    @Test
    void whatIsLight() throws Exception {
        jcstress("\\.(?!Heavy)[A-Z]\\w+$", List.of());
    }

    @Test
    void whatIsHeavy() throws Exception {
        jcstress("\\.Heavy\\w+$", List.of("-strideSize", "4", "-strideCount", "2"));
    }

    private static void jcstress(String tests, List<String> more) throws Exception {
        Path folder = Files.createDirectories(
                Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("target/jcstress"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                "org.openjdk.jcstress.Main",
                "-t",
                tests,
                "-c",
                "2",
                "-r",
                folder.toString()));
        command.addAll(more);
        String needed = "--add-modules jdk.incubator.vector -Dunmute.backend=stress";
        if (Boolean.getBoolean(LONG)) {
            command.addAll(List.of("-jvmArgsPrepend", needed));
        } else {
            // One JVM with the default compilers for each test.
            command.addAll(List.of("-jvmArgs", needed, "-sc", "false", "-af", "NONE"));
            command.addAll(List.of("-time", SHORT_MILLIS, "-iters", "3", "-f", "1"));
        }
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        StringBuilder said = new StringBuilder();
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                System.out.println(line);
                said.append(line).append('\n');
            }
            assertThat(process.waitFor()).as(said.toString()).isZero();
        } finally {
            process.destroyForcibly();
        }
        // The exit status is also 0 if there was nothing to run or a JVM did not start.
        assertThat(said)
                .contains("Failed tests: No matches.", "Error tests: No matches.")
                .containsPattern("All remaining tests: [1-9]\\d* matching test results");
    }
}
