package org.unmute.kernels.cuda;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.unmute.kernels.device.KernelSource;

/** A compiler on the PATH. */
record Tool(String name) {
    private static final int SECONDS = 600;

    /** The path of the compiler; empty if it is missing. */
    Optional<Path> path() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder).resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Whether the compiler is present. */
    boolean isAvailable() {
        return path().isPresent();
    }

    /** Why tests are skipped; empty if the compiler is present. */
    String missing() {
        return isAvailable() ? "" : "skipped: " + name + " is not on the PATH";
    }

    /** Skips the test, with the reason, if the compiler is missing. */
    void require() {
        Assumptions.assumeTrue(isAvailable(), missing());
    }

    /**
     * Runs the compiler and returns its output, including errors. A failure is an {@code AssertionError} with the
     * output.
     */
    String run(Path folder, List<String> arguments) {
        try {
            List<String> command = new java.util.ArrayList<>(List.of(name));
            command.addAll(arguments);
            Path log = Files.createTempFile(folder, "log", ".txt");
            Process p = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!p.waitFor(SECONDS, TimeUnit.SECONDS)) {
                p.destroyForcibly();
                throw new AssertionError(name + " took more than " + SECONDS + " s: " + command);
            }
            String said = Files.readString(log);
            if (p.exitValue() != 0) {
                throw new AssertionError(command + "\n" + said);
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Writes the headers that run kernels on the CPU to a folder. */
    static void writeShim(Path folder) throws IOException {
        for (String header : List.of("shim.h", "emulation.h")) {
            try (InputStream in = Tool.class.getResourceAsStream("/" + header)) {
                Files.write(folder.resolve(header), in.readAllBytes());
            }
        }
    }

    /** Writes the kernel sources, with headers inlined, to a folder. */
    static void writeSources(Path folder) throws IOException {
        for (String family : KernelSource.FAMILIES) {
            Files.writeString(folder.resolve(family + ".cl"), KernelSource.text(family));
        }
        for (String file : PtxSource.files()) {
            Files.writeString(folder.resolve(file + ".cu"), PtxSource.variants(file));
        }
    }
}
