package org.unmute.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Resident memory of a process, from Linux's {@code /proc}; -1 elsewhere. */
public final class ProcessMemory {
    private ProcessMemory() {}

    /** Resets this process's peak. @return resident bytes now */
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
        try {
            for (String line : Files.readAllLines(Path.of("/proc", process, "status"))) {
                if (line.startsWith(field + ":")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
        } catch (IOException e) {
            // Not Linux, or the process has ended.
            return -1;
        }
        return -1;
    }
}
