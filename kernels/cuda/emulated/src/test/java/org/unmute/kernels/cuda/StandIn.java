package org.unmute.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.unmute.kernels.device.KernelSource;

/**
 * The stand-in for NVIDIA's driver, {@code standin.c}. Tests run in a separate JVM, which finds it in place of an
 * installed driver.
 */
final class StandIn {
    static final Tool COMPILER = new Tool("gcc");

    private static final int MINUTES = 40;

    private final Path folder;

    /** Compiles the stand-in. */
    StandIn(Path folder) throws IOException {
        this.folder = folder;
        for (String file : List.of("standin.c", "standin_kernels.c")) {
            try (InputStream in = StandIn.class.getResourceAsStream("/" + file)) {
                Files.write(folder.resolve(file), in.readAllBytes());
            }
        }
        COMPILER.run(
                folder,
                List.of(
                        ("-std=gnu17 -O1 -Wall -Werror -shared -fPIC -Wl,-soname,libcuda.so.1 -o libcuda.so.1 standin.c "
                                        + "-ldl -lpthread")
                                .split(" ")));
    }

    /** Why the stand-in cannot run here; empty if it can. The binding has native code only for Linux on x86_64. */
    static String missing() {
        String system = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        return system.equals("Linux on amd64") ? COMPILER.missing() : "skipped: there is no CUDA binding for " + system;
    }

    /** A single skipped test that gives the reason, for machines where the stand-in cannot run. */
    static Stream<DynamicTest> skipped() {
        return Stream.of(DynamicTest.dynamicTest(missing(), () -> Assumptions.abort(missing())));
    }

    /**
     * The environment for the executing stand-in, which runs the kernels with the C++ shim.
     *
     * @param capability the simulated compute capability, times ten
     */
    static Map<String, String> executing(int capability) {
        return Map.of(
                "STANDIN_KERNELS",
                ShimDevice.libraries().toString(),
                "STANDIN_PLAIN",
                KernelSource.FAMILIES.stream()
                        .filter(family -> !ShimDevice.WITH_BARRIERS.contains(family))
                        .collect(Collectors.joining(" ", " ", " ")),
                "STANDIN_CAPABILITY",
                String.valueOf(capability));
    }

    /**
     * Runs test classes in a JVM with the stand-in as its driver.
     *
     * @param environment for the stand-in
     * @param options for the JVM
     * @return the outcome of each test
     */
    Stream<DynamicTest> run(Map<String, String> environment, List<String> options, Class<?>... classes)
            throws IOException, InterruptedException {
        Path results = folder.resolve("results.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx2g",
                "-XX:ErrorFile=" + folder.resolve("crash.txt"),
                "-XX:-CreateCoredumpOnCrash",
                "-Dunmute.full=true",
                "-D" + CublasLibrary.PROPERTY + "=false"));
        command.addAll(options);
        command.addAll(List.of(StandInSuite.class.getName(), results.toString()));
        Stream.of(classes).map(Class::getName).forEach(command::add);
        Path log = folder.resolve("log.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("LD_LIBRARY_PATH", folder.toString());
        builder.environment().put("STANDIN_FOLDER", folder.toString());
        Process p = builder.start();
        try {
            Assertions.assertTrue(p.waitFor(MINUTES, TimeUnit.MINUTES), "it ends within " + MINUTES + " minutes");
        } finally {
            p.destroyForcibly();
        }
        List<String> lines = Files.exists(results) ? Files.readAllLines(results) : List.of();
        if (lines.isEmpty() || !lines.getLast().equals(StandInSuite.END)) {
            throw new AssertionError("the JVM with the stand-in ended with " + p.exitValue() + ", after "
                    + (lines.isEmpty() ? "no test" : lines.getLast()) + "\n" + words(log)
                    + words(folder.resolve("crash.txt")));
        }
        return lines.subList(0, lines.size() - 1).stream().map(StandIn::outcome);
    }

    private static String words(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.limit(80).collect(Collectors.joining("\n")) + "\n";
        }
    }

    private static DynamicTest outcome(String line) {
        StandInSuite.Outcome outcome = StandInSuite.Outcome.parse(line);
        return DynamicTest.dynamicTest(outcome.test(), () -> {
            switch (outcome.status()) {
                case "SUCCESSFUL" -> {}
                case "ABORTED" -> Assumptions.abort(outcome.why());
                default -> Assertions.fail(outcome.why());
            }
        });
    }
}
