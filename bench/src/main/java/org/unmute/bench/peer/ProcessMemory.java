package org.unmute.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory a process holds, from Linux's {@code /proc}; -1 elsewhere. */
public final class ProcessMemory {
    private ProcessMemory() {}

    /** Forgets this process's peak. @return resident bytes now */
    static long restartPeak() {
        try {
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        } catch (IOException e) {
            return -1;
        }
        return read("self", "VmRSS");
    }

    /** The most that a process ever had resident, in bytes, since it started or forgot. */
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
            // No Linux, or the process has ended.
            return -1;
        }
        return -1;
    }
}
