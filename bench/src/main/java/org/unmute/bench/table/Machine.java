package org.unmute.bench.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;

/** The machine and JVM, as results name them. */
final class Machine {
    private Machine() {}

    /** Processor, cores and memory in a few words. */
    static String describe() {
        return cpuField("model name", System.getProperty("os.arch")) + ", "
                + Runtime.getRuntime().availableProcessors() + " cores, " + memory() + cpuFeatures() + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.version");
    }

    /** Java and the vector width it prefers. */
    static String jvm() {
        return System.getProperty("java.runtime.name", "Java") + " " + Runtime.version() + ", Vector API "
                + FloatVector.SPECIES_PREFERRED.vectorBitSize() + " bit";
    }

    private static String memory() {
        return field(Path.of("/proc/meminfo"), "MemTotal", "")
                .replaceAll("[^0-9]", "")
                .transform(kib -> kib.isEmpty()
                        ? "memory unknown"
                        : String.format(Locale.ROOT, "%.0f GiB", Long.parseLong(kib) / 1048576.0));
    }

    private static String cpuFeatures() {
        String flags = " " + cpuField("flags", "") + " ";
        return flags.contains(" avx512f ") ? ", AVX-512" : flags.contains(" avx2 ") ? ", AVX2" : "";
    }

    private static String cpuField(String name, String otherwise) {
        return field(Path.of("/proc/cpuinfo"), name, otherwise);
    }

    private static String field(Path file, String name, String otherwise) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(name)) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
        } catch (IOException e) {
            // Not Linux: fall back to what Java knows.
            return otherwise;
        }
        return otherwise;
    }
}
