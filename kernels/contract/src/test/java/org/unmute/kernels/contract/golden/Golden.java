package org.unmute.kernels.contract.golden;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.zip.GZIPInputStream;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * Reference numbers for tests. They are in {@code src/test/resources/golden} of the module, or in the folder given by
 * the system property {@code unmute.golden}, which must have the same layout. Missing sub-folders are skipped and
 * counted on standard output.
 */
public final class Golden {
    /** Name of the system property that sets another folder; empty or absent means that of the module. */
    public static final String PROPERTY = "unmute.golden";

    private static final Set<String> MISSING = new ConcurrentSkipListSet<>();

    /** Temporary copies by their compressed files. */
    private static final Map<Path, Path> UNPACKED = new ConcurrentHashMap<>();

    private Golden() {}

    /**
     * The root of the reference numbers. A relative path is resolved against the module's directory or, if it does not
     * exist there, against one of the directories above.
     *
     * @throws IllegalStateException if the folder does not exist
     */
    public static Path root() {
        String chosen = System.getProperty(PROPERTY, "").strip();
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Path relative = Path.of(chosen.isEmpty() ? "src/test/resources/golden" : chosen);
        for (Path base = module; base != null; base = chosen.isEmpty() ? null : base.getParent()) {
            Path root = base.resolve(relative);
            if (Files.isDirectory(root)) {
                return root;
            }
        }
        throw new IllegalStateException("golden: no folder " + relative + " from " + module
                + (chosen.isEmpty() ? "" : " or above (-D" + PROPERTY + ")"));
    }

    /**
     * A sub-folder (or file) of the reference numbers, such as {@code fbank} or {@code tiny/eat}. A file may be there
     * compressed, as {@code name.gz}; what is returned then is a temporary copy. Empty if it is missing from the root,
     * which is counted and printed.
     */
    public static Optional<Path> folder(String name) {
        Path root = root();
        Path folder = root.resolve(name);
        if (Files.exists(folder)) {
            return Optional.of(folder);
        }
        Path packed = root.resolve(name + ".gz");
        if (Files.exists(packed)) {
            return Optional.of(UNPACKED.computeIfAbsent(packed, Golden::unpack));
        }
        if (MISSING.add(name)) {
            System.out.println("golden: " + skipped(name, root) + "; skipped so far in this run: " + MISSING.size());
        }
        return Optional.empty();
    }

    /**
     * A sub-folder (or file) of the reference numbers.
     *
     * @throws TestAbortedException if it is missing from the root; the test is then skipped with the reason
     */
    public static Path require(String name) {
        return folder(name).orElseThrow(() -> new TestAbortedException(skipped(name, root())));
    }

    private static Path unpack(Path packed) {
        String name = packed.getFileName().toString();
        try (InputStream in = new GZIPInputStream(Files.newInputStream(packed))) {
            Path copy = Files.createTempFile("golden", "-" + name.substring(0, name.length() - ".gz".length()));
            copy.toFile().deleteOnExit();
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException("golden: " + packed + " cannot be unpacked", e);
        }
    }

    private static String skipped(String name, Path root) {
        return "skipped: " + root + " has no " + name;
    }

    /**
     * Checks that a test has found cases in a folder.
     *
     * @return the same cases
     * @throws AssertionFailedError if there are none, since such a test would pass without testing anything
     */
    public static <C extends Collection<?>> C cases(String what, C found) {
        if (found.isEmpty()) {
            throw new AssertionFailedError("golden: no case found for " + what + " in " + root());
        }
        return found;
    }

    /**
     * Checks that arrays agree: {@code |actual - expected| <= absolute + relative * |expected|} everywhere, with NaN
     * where NaN is expected, and the same infinities.
     *
     * @throws AssertionFailedError if they differ; names the first index that differs, both values there, the number of
     *     differences and the largest one
     */
    public static void assertClose(String what, float[] expected, float[] actual, double absolute, double relative) {
        assertClose(what, widen(expected), widen(actual), absolute, relative);
    }

    /** As {@link #assertClose(String, float[], float[], double, double)}, for float64. */
    public static void assertClose(String what, double[] expected, double[] actual, double absolute, double relative) {
        requireLength(what, expected.length, actual.length);
        int first = -1;
        int wrong = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = difference(expected[i], actual[i]);
            largest = Math.max(largest, difference);
            if (difference > absolute + (Double.isFinite(expected[i]) ? relative * Math.abs(expected[i]) : 0)) {
                first = first < 0 ? i : first;
                wrong++;
            }
        }
        if (wrong > 0) {
            throw new AssertionFailedError(
                    what + ": " + wrong + " of " + expected.length + " elements differ, first "
                            + "at index " + first + ": expected " + expected[first] + ", got " + actual[first]
                            + " (tolerance " + absolute + " + " + relative + " * |expected|, largest difference "
                            + largest
                            + ")",
                    expected[first],
                    actual[first]);
        }
    }

    /**
     * Statistics of the differences between two arrays.
     *
     * @param mean the mean
     * @param p999 the 99.9th percentile: at most one in a thousand is larger
     * @param max the largest
     */
    public record Differences(double mean, double p999, double max) {}

    /**
     * The statistics of the differences, for comparisons in which single elements may be off because of rounding. A NaN
     * against a number, or different infinities, count as infinitely different.
     *
     * @throws AssertionFailedError if the lengths differ
     */
    public static Differences differences(String what, float[] expected, float[] actual) {
        requireLength(what, expected.length, actual.length);
        double[] d = new double[expected.length];
        Arrays.setAll(d, i -> difference(expected[i], actual[i]));
        Arrays.sort(d);
        if (d.length == 0) {
            return new Differences(0, 0, 0);
        }
        int rank = (int) Math.ceil(0.999 * d.length);
        return new Differences(Arrays.stream(d).sum() / d.length, d[rank - 1], d[d.length - 1]);
    }

    private static void requireLength(String what, int expected, int actual) {
        if (expected != actual) {
            throw new AssertionFailedError(
                    what + ": expected " + expected + " elements, got " + actual, expected, actual);
        }
    }

    private static double difference(double expected, double actual) {
        if (Double.compare(expected, actual) == 0 || expected == actual) {
            return 0;
        }
        double difference = Math.abs(expected - actual);
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
    }

    private static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        Arrays.setAll(wide, i -> values[i]);
        return wide;
    }
}
