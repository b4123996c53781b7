package org.unmute.probes.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.opentest4j.AssertionFailedError;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;

/** A file of reference values with its entry in the folder's index, which holds a tolerance for each tensor. */
final class ReferenceFile implements AutoCloseable {
    private static final double ZERO = 1e-12;
    private static final double HALF_ULP = 0x1p-24;

    private final SafetensorsFile file;
    private final JsonNode entry;
    private final Set<String> used = new HashSet<>();

    ReferenceFile(Path folder, JsonNode entry) throws IOException {
        this.file = SafetensorsFile.open(folder.resolve(entry.path("file").asText()));
        this.entry = entry;
    }

    private static JsonNode index(Path folder) throws IOException {
        Path plain = folder.resolve("index.json");
        try (InputStream in = Files.exists(plain)
                ? Files.newInputStream(plain)
                : new GZIPInputStream(Files.newInputStream(folder.resolve("index.json.gz")))) {
            return new ObjectMapper().readTree(in);
        }
    }

    /**
     * The entries of the index, which may be packed.
     *
     * @throws AssertionFailedError if the folder lacks the file of an entry, which would otherwise pass without
     *     comparison
     */
    static List<JsonNode> entries(Path folder) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode e : index(folder).path("files")) {
            if (!Files.exists(folder.resolve(e.path("file").asText()))) {
                throw new AssertionFailedError(
                        folder + " lacks " + e.path("file").asText() + ", which its index.json names");
            }
            found.add(e);
        }
        return Golden.cases(folder.toString(), found);
    }

    SafetensorsFile file() {
        return file;
    }

    JsonNode entry() {
        return entry;
    }

    boolean has(String name) {
        return file.has(name);
    }

    Tensor read(Arithmetic a, String name) {
        used.add(name);
        return a.read(file, name);
    }

    /**
     * Fails if a tensor named {@code at} followed by one of the beginnings was neither compared nor read as an input.
     */
    void requireAllCompared(String at, List<String> beginnings) {
        List<String> left = file.names().stream()
                .filter(n -> n.startsWith(at)
                        && !used.contains(n)
                        && beginnings.stream().anyMatch(b -> n.startsWith(b, at.length())))
                .toList();
        if (!left.isEmpty()) {
            throw new AssertionFailedError(
                    entry.path("file").asText() + " " + at + ": stored, but compared with nothing: " + left);
        }
    }

    /** Compares a tensor with the stored one, within the tolerance of the index. */
    void check(Arithmetic a, String name, Tensor actual) {
        used.add(name);
        JsonNode about = entry.path("tensors").path(name);
        double max = about.path("max_abs").asDouble(Double.NaN);
        double absolute = about.path("suggested_atol").asDouble(0);
        double[] expected = file.doubles(name);
        String what = a + " " + name;
        if (max < ZERO && absolute > max) {
            // A gradient that is 0 by algebra, such as the one of a softmax shift: float64 leaves less noise than
            // float32.
            Golden.assertClose(what, expected, actual.toDoubles(), a.factor() == 1 ? ZERO : a.factor() * absolute, 0);
            return;
        }
        if (!(absolute > 0.1 * max)) {
            // Values far beyond 1 (a gradient divided by 1e-12) are compared with a relative tolerance.
            boolean spread = max > 1e4;
            Golden.assertClose(
                    what,
                    expected,
                    actual.toDoubles(),
                    spread ? 1e-7 : a.factor() * absolute,
                    spread ? a.factor() * 1e-6 : 0);
            return;
        }
        // float32 gives another kind of result (an overflow) than the stored float64: accept either.
        double tight = a.factor() * 4 * HALF_ULP * max;
        double[] other = alternative(name, expected.length);
        double[] got = actual.toDoubles();
        for (int i = 0; i < got.length; i++) {
            if (a.factor() == 1) {
                Golden.assertClose(what, new double[] {expected[i]}, new double[] {got[i]}, tight, 0);
            } else if (!near(expected[i], got[i], tight) && !near(other[i], got[i], tight)) {
                throw new AssertionFailedError(
                        what + "[" + i + "]: " + expected[i] + " or " + other[i] + " expected, got " + got[i]);
            }
        }
    }

    /** The float32 result of torch if it is stored; otherwise zeros, which an infinite norm leaves. */
    private double[] alternative(String name, int length) {
        String twin = name.replaceFirst("(^|/)(?=[^/]*$)", "$1f32.");
        return file.has(twin) ? file.doubles(twin) : new double[length];
    }

    static boolean near(double expected, double actual, double absolute) {
        return Math.abs(expected - actual) <= absolute || Double.isNaN(expected) && Double.isNaN(actual);
    }

    /** Compares positions exactly. */
    void checkInts(Arithmetic a, String name, Tensor actual) {
        used.add(name);
        int[] expected = file.ints(name);
        int[] got = actual.toInts();
        for (int i = 0; i < Math.max(expected.length, got.length); i++) {
            if (expected.length != got.length || expected[i] != got[i]) {
                throw new AssertionFailedError(
                        a + " " + name + "[" + i + "]: expected " + expected[i] + ", got " + got[i]);
            }
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
