package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/** Starts separate JVMs for tests that need another path, environment or system properties. */
final class Java {
    private static final int PATIENCE_MINUTES = 10;

    private Java() {}

    /** The module path of the test run, which holds the modules, and the class path, which holds the rest. */
    static List<Path> path() {
        return Stream.of(System.getProperty("java.class.path", ""), System.getProperty("jdk.module.path", ""))
                .flatMap(p -> Arrays.stream(p.split(File.pathSeparator)))
                .filter(p -> !p.isEmpty())
                .map(Path::of)
                .filter(Files::exists)
                .toList();
    }

    /** Whether a folder or jar contains a file. */
    static boolean holds(Path entry, String file) {
        if (Files.isDirectory(entry)) {
            return Files.exists(entry.resolve(file));
        }
        try (ZipFile zip = new ZipFile(entry.toFile())) {
            return zip.getEntry(file) != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The path of the test run without the entries that contain these classes; each class must exist. */
    static List<Path> pathWithout(String... classes) {
        List<Path> rest = new ArrayList<>(path());
        for (String c : classes) {
            assertThat(rest.removeIf(entry -> holds(entry, c)))
                    .as(c + " was on the path")
                    .isTrue();
        }
        return rest;
    }

    static String joined(List<Path> path) {
        return path.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /**
     * Runs {@code java}.
     *
     * @param folder working directory, which also temporarily holds the output
     * @param environment variables added to the environment
     */
    static Ran run(Path folder, Map<String, String> environment, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector"));
        command.addAll(arguments);
        Path out = Files.createTempFile(folder, "run", ".out");
        Path err = Files.createTempFile(folder, "run", ".err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process p = builder.start();
        try {
            assertThat(p.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES))
                    .as("it ends")
                    .isTrue();
        } finally {
            p.destroyForcibly();
        }
        return new Ran(p.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Starts {@code unmute} in a process that writes all its output to a file; {@code options} are the JVM's. */
    static Process start(Path log, List<?> arguments, String... options) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", joined(path()), "org.unmute.cli.Main"));
        arguments.forEach(argument -> command.add(argument.toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }
}
