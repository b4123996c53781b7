package org.unmute.cli.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.fault.FaultFileSystemProvider;

/**
 * Runs commands under faults of the file system, in a separate JVM ({@link Campaign}). The full build tries a sample of
 * the fault points for a few seconds per scenario. {@code -Dunmute.faults=all} tries every point, {@code
 * -Dunmute.faults=embed,probe} those of the named scenarios, two scenarios at a time.
 */
@FullBuild("runs commands under faults")
class FaultCampaignTest {
    /** Time for each scenario in the full build. */
    private static final double SECONDS = 3.5;

    private static final int SEED = 1;
    private static final int AT_ONCE = 2;

    @TempDir
    Path folder;

    @Test
    void noFaultLosesWhatWasDone() throws Exception {
        String wanted = System.getProperty("unmute.faults", "");
        List<String> names = wanted.isEmpty() || wanted.equals("all") ? Scenarios.NAMES : List.of(wanted.split(","));
        List<String> lines = wanted.isEmpty() ? run("sample", SECONDS, names) : everyPoint(names);
        List<String> results = lines.stream()
                .filter(line -> line.startsWith("faults: result: "))
                .toList();
        assertThat(results).as(String.join("\n", lines)).hasSameSizeAs(names);
        assertThat(results)
                .as(String.join("\n", lines))
                .allMatch(line -> line.contains(" 0 losses, 0 wrong statuses, 0 messages without the file"))
                .noneMatch(line -> line.contains(": 0 points"));
    }

    private List<String> everyPoint(List<String> names) throws Exception {
        List<String> lines = new ArrayList<>();
        try (ExecutorService both = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<List<String>>> running = names.stream()
                    .map(name -> both.submit(() -> run(name, 0, List.of(name))))
                    .toList();
            for (Future<List<String>> one : running) {
                lines.addAll(one.get());
            }
        }
        return lines;
    }

    /** Runs a campaign in another JVM, prints its output and returns it. */
    private List<String> run(String name, double seconds, List<String> scenarios) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx1500m",
                "-Djava.awt.headless=true",
                "-Djava.nio.file.spi.DefaultFileSystemProvider=" + FaultFileSystemProvider.class.getName(),
                "-cp",
                classPath(),
                Campaign.class.getName(),
                Files.createDirectories(folder.resolve(name)).toString(),
                Double.toString(seconds),
                Integer.toString(SEED)));
        command.addAll(scenarios);
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

    /** The module path of the test run, which holds the modules, and the class path, which holds the rest. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path", ""), System.getProperty("jdk.module.path", ""))
                .flatMap(p -> Arrays.stream(p.split(File.pathSeparator)))
                .filter(p -> !p.isEmpty())
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }
}
