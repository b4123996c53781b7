package org.unmute.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Resident memory of a process, from Linux's {@code /proc}; -1 elsewhere. */
public final class ProcessMemory {
    private ProcessMemory() {}

    /** Resets the peak of this process and returns its resident bytes now. */
    static long restartPeak() {
        try {
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        } catch (IOException e) {
            return -1;
        }
        return read("self", "VmRSS");
    }

    /** Peak resident bytes of a process since it started or its peak was reset. */
    public static long peak(long process) {
        return read(Long.toString(process), "VmHWM");
    }

    private static long read(String process, String field) {
        return field(Path.of("/proc", process, "status"), field)
                .map(kib -> Long.parseLong(kib.replaceAll("[^0-9]", "")) << 10)
                .orElse(-1L);
    }

    /** A field of a file in {@code /proc}: the rest of the line that begins with its name and a colon. */
    public static Optional<String> field(Path file, String name) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.matches(Pattern.quote(name) + "\\s*:.*"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException e) {
            // Not Linux, or the process has ended.
            return Optional.empty();
        }
    }
}
