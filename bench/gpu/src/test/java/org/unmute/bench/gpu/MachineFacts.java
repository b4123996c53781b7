package org.unmute.bench.gpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a reader of the report must know about the machine and the command. */
final class MachineFacts {
    private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");
    private static final int SECONDS = 10;

    private MachineFacts() {}

    /** Sentences about the command, this machine and its card. */
    static List<String> of(String device) throws IOException {
        List<String> facts = new ArrayList<>();
        String commit = System.getProperty("unmute.commit", "");
        facts.add("`" + System.getProperty("unmute.check.command", "gpu-check") + "`"
                + (commit.isBlank() ? "" : ", commit " + commit)
                + ", Java " + Runtime.version() + ", " + System.getProperty("os.name") + " on "
                + System.getProperty("os.arch") + ", " + Runtime.getRuntime().availableProcessors() + " processors"
                + (Files.isReadable(DRIVER)
                        ? ", " + Files.readAllLines(DRIVER).getFirst().replaceAll("\\s+", " ")
                        : ""));
        if (device.startsWith("cuda")) {
            nvidia("name,driver_version,memory.total,power.limit,clocks.max.sm,clocks.max.mem,"
                            + "ecc.mode.current,compute_mode")
                    .forEach(line -> facts.add("nvidia-smi: " + line));
        }
        return facts;
    }

    /** Clocks and temperatures after the work: a card that is too hot or short of power is slower. */
    static List<String> afterwards() {
        return nvidia("clocks.sm,clocks.mem,temperature.gpu,power.draw,clocks_throttle_reasons.active").stream()
                .map(line -> "nvidia-smi at the end (clocks, temperature, power, reasons for throttling): " + line)
                .toList();
    }

    private static List<String> nvidia(String query) {
        try {
            Process process = new ProcessBuilder("nvidia-smi", "--query-gpu=" + query, "--format=csv,noheader")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.PIPE)
                    .start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return List.of("no answer within " + SECONDS + " s");
            }
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .limit(8)
                    .toList();
        } catch (IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }
}
