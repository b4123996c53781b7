package org.unmute.bench.table;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.incubator.vector.FloatVector;
import org.unmute.bench.peer.ProcessMemory;
import org.unmute.files.PlainText;

/** The machine and JVM, as shown in results. */
final class Machine {
    private Machine() {}

    /** Processor, cores and memory in a few words. */
    static String describe() {
        return cpuField("model name", System.getProperty("os.arch")) + ", "
                + Runtime.getRuntime().availableProcessors() + " cores, " + memory() + cpuFeatures() + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.version")
                + cleared(Peers.chosenKernels(System.getenv()));
    }

    /** The variables that peers run without; empty if there are none. */
    static String cleared(Map<String, String> variables) {
        return variables.isEmpty()
                ? ""
                : "; cleared for the peers: "
                        + variables.entrySet().stream()
                                .map(e -> PlainText.of(e.getKey() + "=" + e.getValue()))
                                .collect(Collectors.joining(", "));
    }

    /** The Java version and its preferred vector width. */
    static String jvm() {
        return System.getProperty("java.runtime.name", "Java") + " " + Runtime.version() + ", Vector API "
                + FloatVector.SPECIES_PREFERRED.vectorBitSize() + " bit";
    }

    private static String memory() {
        return ProcessMemory.field(Path.of("/proc/meminfo"), "MemTotal")
                .map(kib -> Long.parseLong(kib.replaceAll("[^0-9]", "")) / 1048576.0)
                .map(gib -> PipeTable.format("%.0f GiB", gib))
                .orElse("memory unknown");
    }

    private static String cpuFeatures() {
        String flags = " " + cpuField("flags", "") + " ";
        return flags.contains(" avx512f ") ? ", AVX-512" : flags.contains(" avx2 ") ? ", AVX2" : "";
    }

    private static String cpuField(String name, String otherwise) {
        return ProcessMemory.field(Path.of("/proc/cpuinfo"), name).orElse(otherwise);
    }
}
