package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares the multiprocessor resources that kernels use, as reported by ptxas, with the limits of {@code
 * resources.csv}.
 */
final class KernelResources {
    /** Compute capabilities, times ten, for which kernels are assembled. */
    static final Set<Integer> TARGETS = new TreeSet<>(Set.of(75, 80, 90, 100));

    private static final Pattern COMPILED = Pattern.compile(
            "Compiling entry function '(\\w+)' for 'sm_(\\d+)'.*?(\\d+) bytes spill stores, "
                    + "(\\d+) bytes spill loads.*?Used (\\d+) registers(?:[^\\n]*?(\\d+) bytes smem)?",
            Pattern.DOTALL);
    private static final Map<String, Limit> LIMITS = read();

    private record Limit(int registers, int shared) {}

    private KernelResources() {}

    private static Map<String, Limit> read() {
        Map<String, Limit> all = new HashMap<>();
        try (InputStream in = KernelResources.class.getResourceAsStream("/resources.csv")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.startsWith("#"))
                    .skip(1)
                    .forEach(line -> {
                        String[] cells = line.split(",");
                        all.put(cells[0], new Limit(Integer.parseInt(cells[1]), Integer.parseInt(cells[2])));
                    });
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kernels with a separate limit. */
    static Set<String> limited() {
        Set<String> all = new TreeSet<>(LIMITS.keySet());
        all.remove("others");
        return all;
    }

    /**
     * Checks that nothing is spilled, and that registers and shared memory are within the limits.
     *
     * @param report output of ptxas with {@code -v}
     * @return the number of kernels, counted once for each target
     */
    static int check(String report, Set<String> seen) {
        Matcher m = COMPILED.matcher(report);
        int compiled = 0;
        while (m.find()) {
            compiled++;
            String kernel = m.group(1);
            String what = kernel + " for sm_" + m.group(2);
            assertThat(m.group(3) + m.group(4)).as("bytes spilled by " + what).isEqualTo("00");
            seen.add(kernel);
            Limit limit = LIMITS.getOrDefault(kernel, LIMITS.get("others"));
            assertThat(Integer.parseInt(m.group(5))).as("registers of " + what).isLessThanOrEqualTo(limit.registers);
            assertThat(m.group(6) == null ? 0 : Integer.parseInt(m.group(6)))
                    .as("shared memory of " + what)
                    .isLessThanOrEqualTo(limit.shared);
        }
        return compiled;
    }
}
