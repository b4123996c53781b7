package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.Interpolation.Mode;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.io.SafetensorsFile;

@Tag("golden")
class InterpolationGoldenTest {
    private static final String FILE = "tables/pos_interpolation.safetensors";
    private static final Pattern NAME = Pattern.compile("(\\d+x\\d+)_to_(\\d+)x(\\d+)/(\\w+)");

    @TestFactory
    List<DynamicTest> gridsAreResizedAsByTheOriginal() throws IOException, URISyntaxException {
        String other = System.getProperty("unmute.golden", "");
        Path path = other.isBlank()
                ? Path.of(InterpolationGoldenTest.class
                        .getResource("/golden/" + FILE)
                        .toURI())
                : Path.of(other, FILE);
        if (!Files.exists(path)) {
            String why = "skipped: " + other + " has no " + FILE;
            return List.of(DynamicTest.dynamicTest(why, () -> Assumptions.abort(why)));
        }
        List<DynamicTest> tests = new ArrayList<>();
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (String name : file.names()) {
                Matcher m = NAME.matcher(name);
                if (m.matches()) {
                    String grid = "grid_" + m.group(1);
                    double[] from = file.doubles(grid);
                    double[] want = file.doubles(name);
                    Shape shape = file.shape(grid);
                    tests.add(DynamicTest.dynamicTest(
                            name,
                            () -> check(
                                    Tensor.of(ScalarBackend.INSTANCE, from, shape.toArray()),
                                    Long.parseLong(m.group(2)),
                                    Long.parseLong(m.group(3)),
                                    mode(m.group(4)),
                                    want)));
                }
            }
        }
        assertThat(tests).as("cases in " + FILE).isNotEmpty();
        System.out.println("interpolation goldens: " + tests.size() + " cases");
        return tests;
    }

    private static Mode mode(String name) {
        return switch (name) {
            case "bilinear" -> Mode.LINEAR;
            case "bicubic" -> Mode.CUBIC;
            case "bilinear_antialias" -> Mode.LINEAR_ANTIALIASED;
            case "bicubic_antialias" -> Mode.CUBIC_ANTIALIASED;
            default -> throw new AssertionError("mode " + name + " is not known");
        };
    }

    private static void check(Tensor grid, long rows, long columns, Mode mode, double[] want) {
        double[] got = Interpolation.resize2d(grid, rows, columns, mode, false).toDoubles();
        assertThat(got).hasSameSizeAs(want);
        double max = 0;
        for (double v : want) {
            max = Math.max(max, Math.abs(v));
        }
        // The originals compute positions in float32, with three roundings of values up to the grid's size. Between two
        // samples, the interpolant rises by at most three times the maximum value.
        double tolerance = 9 * (grid.size(2) + grid.size(3)) * 0x1p-24 * max;
        for (int i = 0; i < got.length; i++) {
            assertThat(Math.abs(got[i] - want[i]))
                    .as("element %d: %s, expected %s", i, got[i], want[i])
                    .isLessThanOrEqualTo(tolerance);
        }
    }
}
