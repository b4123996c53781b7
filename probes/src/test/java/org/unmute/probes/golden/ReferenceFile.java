package org.unmute.probes.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.opentest4j.AssertionFailedError;
import org.unmute.kernels.contract.Golden;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;

/** A file of reference numbers with its entry in the folder's index, which holds a tolerance for each tensor. */
final class ReferenceFile implements AutoCloseable {
    private static final double HALF_ULP = 0x1p-24;
    private static final Set<String> LEFT_OUT = new ConcurrentSkipListSet<>();

    private final SafetensorsFile file;
    private final JsonNode entry;

    ReferenceFile(Path folder, JsonNode entry) throws IOException {
        this.file = SafetensorsFile.open(folder.resolve(entry.path("file").asText()));
        this.entry = entry;
    }

    /** The index's entries whose file is in the folder. */
    static List<JsonNode> entries(Path folder) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        List<String> absent = new ArrayList<>();
        for (JsonNode e : new ObjectMapper().readTree(folder.resolve("index.json").toFile()).path("files")) {
            if (Files.exists(folder.resolve(e.path("file").asText()))) {
                found.add(e);
            } else {
                absent.add(e.path("file").asText());
            }
        }
        if (!absent.isEmpty()) {
            leftOut(absent.size() + " files that " + folder.getFileName() + "/index.json names and the folder lacks: " + absent);
        }
        return Golden.cases(folder.toString(), found);
    }

    /** Says once, on standard output, what is in the index but not compared. */
    static void leftOut(String what) {
        if (LEFT_OUT.add(what)) {
            System.out.println("golden: not compared here: " + what + "; so far in this run: " + LEFT_OUT.size());
        }
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
        return a.read(file, name);
    }

    /** Compares with the named tensor, within the tolerance of the index. */
    void check(Arithmetic a, String name, Tensor actual) {
        JsonNode about = entry.path("tensors").path(name);
        double max = about.path("max_abs").asDouble(Double.NaN);
        double absolute = about.path("suggested_atol").asDouble(0);
        double[] expected = file.doubles(name);
        String what = a + " " + name;
        if (!(absolute > 0.1 * max)) {
            // Values that reach far beyond 1 (a gradient divided by 1e-12) are compared one by one.
            boolean spread = max > 1e4;
            Golden.assertClose(what, expected, actual.toDoubles(), spread ? 1e-7 : a.factor() * absolute, spread ? a.factor() * 1e-6 : 0);
            return;
        }
        // float32 gives another kind of result (an overflow) than the float64 that was stored: take either.
        double tight = a.factor() * 4 * HALF_ULP * max;
        double[] other = alternative(name, expected.length);
        double[] got = actual.toDoubles();
        for (int i = 0; i < got.length; i++) {
            if (a.factor() == 1) {
                Golden.assertClose(what, new double[] {expected[i]}, new double[] {got[i]}, tight, 0);
            } else if (!near(expected[i], got[i], tight) && !near(other[i], got[i], tight)) {
                throw new AssertionFailedError(what + "[" + i + "]: " + expected[i] + " or " + other[i] + " expected, got " + got[i]);
            }
        }
    }

    /** What torch's float32 gave where it is stored, else the zeros that an infinite norm leaves. */
    private double[] alternative(String name, int length) {
        String twin = name.replaceFirst("(^|/)(?=[^/]*$)", "$1f32.");
        return file.has(twin) ? file.doubles(twin) : new double[length];
    }

    static boolean near(double expected, double actual, double absolute) {
        return Math.abs(expected - actual) <= absolute || Double.isNaN(expected) && Double.isNaN(actual);
    }

    /** Compares positions exactly. */
    void checkInts(Arithmetic a, String name, Tensor actual) {
        int[] expected = file.ints(name);
        int[] got = actual.toInts();
        for (int i = 0; i < Math.max(expected.length, got.length); i++) {
            if (expected.length != got.length || expected[i] != got[i]) {
                throw new AssertionFailedError(a + " " + name + "[" + i + "]: expected " + expected[i] + ", got " + got[i]);
            }
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
