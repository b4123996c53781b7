package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.device.KernelSource;
import org.unmute.kernels.device.fixture.DeclaredKernel;

/**
 * nvcc compiles every kernel for every target that it knows of those below, nothing is spilled from registers to
 * memory, and registers and shared memory stay within {@code resources.csv}. Variants for tensor cores are compiled for
 * the targets that have what they use, sm_80 and up: on sm_75 the portable kernels run. Skipped where nvcc is not.
 */
@FullBuild("runs nvcc")
class NvccTest {
    private static final Tool NVCC = new Tool("nvcc");
    private static final List<Integer> TARGETS = List.of(75, 80, 90, 100);
    private static final Pattern COMPILED = Pattern.compile(
            "Compiling entry function '(\\w+)' for 'sm_(\\d+)'.*?(\\d+) bytes spill stores, "
                    + "(\\d+) bytes spill loads.*?Used (\\d+) registers(?:[^\\n]*?(\\d+) bytes smem)?",
            Pattern.DOTALL);

    @TempDir
    Path folder;

    private record Limit(int registers, int shared) {}

    private static Map<String, Limit> limits() throws IOException {
        Map<String, Limit> all = new HashMap<>();
        try (InputStream in = NvccTest.class.getResourceAsStream("/resources.csv")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.startsWith("#"))
                    .skip(1)
                    .forEach(line -> {
                        String[] cells = line.split(",");
                        all.put(cells[0], new Limit(Integer.parseInt(cells[1]), Integer.parseInt(cells[2])));
                    });
        }
        return all;
    }

    @TestFactory
    Stream<DynamicTest> compilesWithinTheLimits() throws IOException {
        if (!NVCC.isAvailable()) {
            return Stream.of(DynamicTest.dynamicTest(NVCC.missing(), () -> Assumptions.abort(NVCC.missing())));
        }
        Tool.writeSources(folder);
        List<Integer> known = known();
        Map<String, Limit> limits = limits();
        Set<String> unseen = new HashSet<>(limits.keySet());
        List<DynamicTest> tests = new ArrayList<>();
        for (String family : KernelSource.FAMILIES) {
            tests.add(DynamicTest.dynamicTest(
                    family + " for " + known,
                    () -> check(family + ".cl", DeclaredKernel.of(family).size(), known, limits, unseen)));
        }
        List<Integer> tensor =
                known.stream().filter(t -> t >= Variants.MIN_CAPABILITY).toList();
        PtxSource.files()
                .forEach(file -> tests.add(DynamicTest.dynamicTest(
                        file + " for " + tensor,
                        () -> check(file + ".cu", PtxSource.kernels(file).size(), tensor, limits, unseen))));
        tests.add(DynamicTest.dynamicTest(
                "every limit is for a kernel", () -> assertThat(unseen).isEmpty()));
        return tests.stream();
    }

    private List<Integer> known() {
        String list = NVCC.run(folder, List.of("--list-gpu-code"));
        List<Integer> known = TARGETS.stream()
                .filter(t -> Arrays.asList(list.split("\\s+")).contains("sm_" + t))
                .toList();
        assertThat(known).isNotEmpty();
        return known;
    }

    private void check(String file, int kernels, List<Integer> targets, Map<String, Limit> limits, Set<String> unseen) {
        List<String> arguments = new ArrayList<>(List.of(
                "-x",
                "cu",
                "-fatbin",
                "--threads",
                "2",
                "-fmad=false",
                "-diag-suppress",
                "177",
                "-Werror",
                "all-warnings",
                "-Xptxas",
                "-v",
                "-o",
                file + ".fatbin"));
        targets.forEach(t -> arguments.addAll(List.of("-gencode", "arch=compute_" + t + ",code=sm_" + t)));
        arguments.add(file);
        String said = NVCC.run(folder, arguments);
        Matcher m = COMPILED.matcher(said);
        int compiled = 0;
        while (m.find()) {
            compiled++;
            String kernel = m.group(1);
            String what = kernel + " for sm_" + m.group(2);
            assertThat(m.group(3) + m.group(4)).as("bytes spilled by " + what).isEqualTo("00");
            unseen.remove(kernel);
            Limit limit = limits.getOrDefault(kernel, limits.get("others"));
            assertThat(Integer.parseInt(m.group(5))).as("registers of " + what).isLessThanOrEqualTo(limit.registers);
            assertThat(m.group(6) == null ? 0 : Integer.parseInt(m.group(6)))
                    .as("shared memory of " + what)
                    .isLessThanOrEqualTo(limit.shared);
        }
        unseen.remove("others");
        assertThat(compiled).as("kernels times targets\n" + said).isEqualTo(kernels * targets.size());
    }
}
