package org.unmute.models.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.unmute.files.MalformedFileException;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backends;

/**
 * ONNX's own tests of single ops (Debian's {@code libonnx-testdata}): every one whose ops are supported gives the
 * numbers that its authors stored.
 */
class OnnxNodeSuiteTest {
    private static final Path SUITE = Path.of("/usr/lib/python3/dist-packages/onnx/backend/test/data");
    private static final double TOLERANCE = 1e-5;
    /** Min number of tests that pass. */
    private static final int CLAIMED = 250;

    @BeforeAll
    static void installed() {
        assumeTrue(Files.isDirectory(SUITE.resolve("node")), "libonnx-testdata is not installed");
    }

    private static GraphValue tensor(Path file) throws IOException {
        return GraphReader.tensor(file.toString(), MemorySegment.ofArray(Files.readAllBytes(file)));
    }

    private static List<GraphValue> tensors(Path folder, String kind) throws IOException {
        List<GraphValue> all = new ArrayList<>();
        while (Files.exists(folder.resolve(kind + "_" + all.size() + ".pb"))) {
            Path file = folder.resolve(kind + "_" + all.size() + ".pb");
            all.add(Files.size(file) == 0 ? GraphValue.floats(new float[1]) : tensor(file));
        }
        return all;
    }

    private static void compare(String name, GraphValue got, GraphValue expected) {
        assertThat(got.shape()).as(name).isEqualTo(expected.shape());
        assertThat(got.type()).as(name).isEqualTo(expected.type());
        double[] a = got.tensor().toDoubles();
        double[] b = expected.tensor().toDoubles();
        for (int i = 0; i < a.length; i++) {
            double error = a[i] == b[i] || Double.isNaN(a[i]) && Double.isNaN(b[i]) ? 0 : Math.abs(a[i] - b[i]);
            assertThat(error)
                    .as(name + " element " + i + ": " + a[i] + " for " + b[i])
                    .isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.abs(b[i])));
        }
    }

    /** Why a test is not claimed; null if it passes. */
    private static String run(Path test) throws IOException {
        if (test.toString().contains("BFLOAT16")) {
            return "stored as bits"; // the suite keeps these as 16-bit integers
        }
        Graph graph;
        List<GraphValue> given;
        List<GraphValue> expected;
        try (Arena arena = Arena.ofConfined();
                FileChannel file = FileChannel.open(test.resolve("model.onnx"))) {
            Graph read = GraphReader.read(
                    test.getFileName().toString(), file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena));
            graph = read.checked();
            given = tensors(test.resolve("test_data_set_0"), "input");
            expected = tensors(test.resolve("test_data_set_0"), "output");
        } catch (MalformedFileException e) {
            return e.rule();
        } catch (UnusableCheckpointException e) {
            return e.getMessage();
        }
        Map<String, GraphValue> values = new HashMap<>();
        for (int i = 0; i < given.size() && i < graph.inputs().size(); i++) {
            values.put(graph.inputs().get(i).name(), given.get(i));
        }
        if (graph.inputs().stream().anyMatch(input -> input.type() == null)) {
            return "type";
        }
        List<GraphNode> plan = graph.between(values.keySet(), graph.outputs());
        try (TensorScope _ = new TensorScope()) {
            Map<String, GraphValue> results = graph.run(plan, values, graph.outputs());
            for (int i = 0; i < expected.size(); i++) {
                compare(
                        test.getFileName().toString(),
                        results.get(graph.outputs().get(i)),
                        expected.get(i));
            }
        }
        return null;
    }

    private static int all(String folder) throws IOException {
        Map<String, Integer> refused = new TreeMap<>();
        List<String> failed = new ArrayList<>();
        int passed = 0;
        try (Stream<Path> tests = Files.list(SUITE.resolve(folder))) {
            for (Path test : tests.sorted().toList()) {
                try {
                    String reason = run(test);
                    if (reason == null) {
                        passed++;
                    } else {
                        refused.merge(reason.replaceAll("(?s).*?cannot be computed: (\\w*) .*", "$1"), 1, Integer::sum);
                    }
                } catch (AssertionError | RuntimeException e) {
                    failed.add(test.getFileName() + ": " + e);
                }
            }
        }
        int count = refused.values().stream().mapToInt(Integer::intValue).sum();
        System.out.println("onnx " + folder + ": " + passed + " passed, " + count + " refused: " + refused);
        assertThat(failed).isEmpty();
        return passed;
    }

    @Test
    void nodes() throws IOException {
        try (Backends.Scope _ = Backends.scope()) {
            assertThat(all("node")).isGreaterThanOrEqualTo(CLAIMED);
        }
    }

    @Test
    void convertedModules() throws IOException {
        try (Backends.Scope _ = Backends.scope()) {
            all("simple");
            all("pytorch-converted");
        }
    }
}
