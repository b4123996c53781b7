package org.unmute.probes.embedding;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The built modules that a service embeds, without test classes. */
final class Modules {
    static final List<String> FOLDERS = List.of("files", "tensor", "kernels/vector", "audio", "models", "probes");

    private Modules() {}

    /** The repository. */
    static Path root() {
        Path folder = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        while (!Files.exists(folder.resolve("tensor/pom.xml"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException(
                        "no folder above " + Path.of("").toAbsolutePath() + " has tensor/pom.xml");
            }
        }
        return folder;
    }

    static List<Path> classes() {
        return FOLDERS.stream()
                .map(f -> root().resolve(f).resolve("target/classes"))
                .toList();
    }

    /** Joins the paths for {@code -cp} and {@code -p}. */
    static String path(Path... more) {
        return Stream.concat(classes().stream(), Stream.of(more))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /**
     * Output and exit status of a process.
     *
     * @param lines standard output
     * @param errors standard error
     * @param status exit status
     */
    record Ran(List<String> lines, String errors, int status) {}

    /** Runs a separate virtual machine. */
    static Ran java(Path folder, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g"));
        command.addAll(arguments);
        Path errors = Files.createTempFile(folder, "errors", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(errors.toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        return new Ran(out.lines().toList(), Files.readString(errors), process.waitFor());
    }
}
