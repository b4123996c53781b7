package org.unmute.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.tensor.backend.Backends;

class GpuCheckTest {
    private static final Path ROOT = Path.of(System.getProperty("unmute.root", "../.."));

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int check(String... options) {
        List<String> all = new ArrayList<>(List.of(
                "--goldens",
                folder.toString(),
                "--worker",
                ROOT.resolve("bench/gpu/torch/worker.py").toString()));
        all.addAll(Arrays.asList(options));
        return GpuCheck.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
    }

    private static boolean isHere(String device) {
        return Backends.candidates().stream()
                .anyMatch(c -> c.name().equals(device) && c.availability().available());
    }

    @Test
    void saysWhatItCouldNotDoAndWhyWithoutTheDevice() {
        Assumptions.assumeFalse(isHere("cuda:7"), "skipped: there are eight cards here");
        assertThat(check("--device", "cuda:7")).isEqualTo(GpuCheck.NO_DEVICE);
        assertThat(out.toString())
                .contains("Nothing was checked on cuda:7: backend cuda")
                .contains("Not run: contract suite")
                .contains("Not run: reference numbers of encoders")
                .contains("Not run: reference numbers of probes")
                .contains("Not run: timings");
    }

    @Test
    @FullBuild("measures an OpenCL device")
    void timesEverythingOnOpenClAndComparesTheResults() {
        Assumptions.assumeTrue(isHere("opencl"), "skipped: there is no OpenCL device here");
        assertThat(check("--device", "opencl", "--only", "timings", "--sizes", "small", "--torch", "none"))
                .as(err.toString())
                .isZero();
        for (Case c : Case.all(Case.Sizes.SMALL, false)) {
            assertThat(out.toString().lines().filter(l -> l.startsWith("| " + c.name() + " |")))
                    .singleElement()
                    .asString()
                    .matches(".*\\| [0-9.]+ (µs|ms) \\| \\d+ \\(\\d+ %\\) \\| \\d+ \\(\\d+ %\\) \\|  \\|  \\|  \\| the"
                            + " CPU: .*");
        }
        assertThat(out.toString())
                .contains("Measured peak: ")
                .contains("PyTorch: not asked for")
                .contains("Not asked for: contract suite");
    }

    /** The same folder of reference numbers is missing for all, so nothing is tested: that is no success. */
    @Test
    void testingNothingIsAFailure() throws Exception {
        Assumptions.assumeTrue(isHere("opencl"), "skipped: there is no OpenCL device here");
        Files.createDirectories(folder.resolve("probes"));
        assertThat(check("--device", "opencl", "--only", "probes")).isEqualTo(GpuCheck.FAILED);
        assertThat(out.toString()).contains("reference numbers of probes: 0 tests passed");
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThat(check("--sizes", "huge")).isEqualTo(2);
        assertThat(check("--only", "nothing")).isEqualTo(2);
    }

    @Test
    void aFailedTestIsToldAndCounted() {
        Suite o = new Suite("some", List.of(Sample.class.getName()), new PrintWriter(err));
        assertThat(o.isGood()).isFalse();
        assertThat(o.passed()).isEqualTo(1);
        assertThat(o.failures())
                .singleElement()
                .asString()
                .contains("Sample > fails()")
                .contains("on purpose");
        assertThat(o.summary()).contains("1 tests passed, 1 failed, 1 skipped").contains("skipped: for a reason");
        assertThat(err.toString()).contains("FAILED");
    }

    @Test
    void differencesAreSharesOfTheGreatestValue() {
        assertThat(Timings.difference(new float[] {1, 2}, new float[] {1, 4})).isEqualTo(0.5);
        assertThat(Timings.difference(new float[] {1, 2}, new float[] {1, 2})).isZero();
        assertThat(Timings.difference(new float[] {Float.NaN, 2}, new float[] {1, 2}))
                .isInfinite();
        assertThat(Timings.difference(new float[] {1}, new float[] {1, 2})).isInfinite();
        assertThat(Timings.difference(new float[] {1}, null)).isInfinite();
    }

    /** PyTorch makes its inputs by itself; these are what worker.py gives for the same names. */
    @Test
    void randomNumbersAreWhatPythonMakesOfThem() {
        assertThat(RandomNumbers.of("x", 4, 1))
                .containsExactly(
                        -0x1.ff4c100000000p-2f, -0x1.e34eec0000000p-1f, -0x1.99aa400000000p-5f, 0x1.3256940000000p-1f);
        for (float v : RandomNumbers.of("x", 1 << 12, 1)) {
            assertThat(v).isGreaterThanOrEqualTo(-1).isLessThan(1);
        }
    }

    /** Run by {@link #aFailedTestIsToldAndCounted} only: no test class by its name. */
    static final class Sample {
        @Test
        void passes() {}

        @Test
        void fails() {
            throw new AssertionError("on purpose");
        }

        @Test
        void isSkipped() {
            Assumptions.abort("for a reason");
        }
    }
}
