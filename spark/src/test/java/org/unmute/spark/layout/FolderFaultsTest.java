package org.unmute.spark.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.fault.FaultFileSystemProvider;

/**
 * The folder of a job under faults of a local disk, in a separate JVM ({@link FolderFaults}). The full build tries a
 * sample of the points for a few seconds; {@code -Dunmute.faults=all} tries all points.
 */
@FullBuild("runs jobs under faults")
class FolderFaultsTest {
    /** Seconds for each kind of folder in the full build. */
    private static final double SECONDS = 6;

    private static final int SEED = 1;

    @TempDir
    Path folder;

    @Test
    void noFaultLosesWhatCounted() throws Exception {
        double seconds = KillPoints.ALL ? 0 : SECONDS;
        List<String> lines = run(seconds);
        List<String> results = lines.stream()
                .filter(line -> line.startsWith("faults: result: "))
                .toList();
        assertThat(results).as(String.join("\n", lines)).hasSameSizeAs(FolderFaults.NAMES);
        assertThat(results)
                .as(String.join("\n", lines))
                .allMatch(line -> line.contains(" 0 losses, 0 wrong failures"))
                .noneMatch(line -> line.contains(": 0 points"));
    }

    /** Runs the campaign in another JVM, prints its output and returns it. */
    private List<String> run(double seconds) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx1g",
                "-Djava.nio.file.spi.DefaultFileSystemProvider=" + FaultFileSystemProvider.class.getName(),
                "-cp",
                System.getProperty("java.class.path"),
                FolderFaults.class.getName(),
                folder.toRealPath().toString(),
                Double.toString(seconds),
                Integer.toString(SEED)));
        command.addAll(FolderFaults.NAMES);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = process.inputReader()) {
            for (String line; (line = out.readLine()) != null; ) {
                lines.add(line);
                if (line.startsWith("faults: ")) {
                    System.out.println(line);
                }
            }
        } finally {
            process.destroyForcibly();
        }
        return lines;
    }
}
