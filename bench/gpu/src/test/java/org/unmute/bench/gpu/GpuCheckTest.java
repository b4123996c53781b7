package org.unmute.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.bench.gpu.rows.Case;
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

    private static void assumeThereIs(String device) {
        Assumptions.assumeTrue(
                Backends.candidates().stream()
                        .anyMatch(
                                c -> c.name().equals(device) && c.availability().available()),
                "skipped: there is no device " + device + " here");
    }

    @Test
    @FullBuild("starts processes")
    void saysWhatItCouldNotDoAndWhyWithoutTheDevice() {
        assertThat(check("--device", "cuda:77")).isEqualTo(GpuCheck.NO_DEVICE);
        assertThat(out.toString())
                .contains("Nothing was checked on cuda:77: backend cuda", "Not run: contract suite")
                .contains("Not run: reference numbers of encoders", "Not run: reference numbers of probes")
                .contains("Not run: timings");
    }

    @Test
    @FullBuild("measures an OpenCL device")
    void timesEverythingOnOpenClAndComparesTheResults() throws Exception {
        assumeThereIs("opencl");
        Path file = folder.resolve("table.md");
        assertThat(check(
                        "--device",
                        "opencl",
                        "--only",
                        "smoke,timings",
                        "--sizes",
                        "small",
                        "--torch",
                        "none",
                        "--out",
                        file.toString()))
                .as(err.toString())
                .isZero();
        for (Case c : Case.all(Case.Sizes.SMALL, EnumSet.of(Case.Precision.FP32))) {
            assertThat(out.toString().lines().filter(l -> l.startsWith("| " + c.name() + " (`" + c.id() + "`) |")))
                    .singleElement()
                    .asString()
                    .matches(
                            ".*\\| `\\w+`, float32 \\| [0-9.]+ (µs|ms) \\| \\d+ \\(\\d+ %\\) \\| \\d+ \\(\\d+ %\\) \\| "
                                    + " \\|  \\|  \\| the CPU: .*");
        }
        assertThat(out.toString())
                .contains("Measured peak: ", "small rows against the CPU: 6 tests passed, 0 failed")
                .contains("PyTorch: not asked for", "Not asked for: contract suite")
                .containsPattern("- Ended after \\d+ s: all passed\n$");
        assertThat(file).hasContent(out.toString());
    }

    /** What cannot be run is no failure, and no success. */
    @Test
    @FullBuild("starts processes")
    void missingReferenceNumbersAreSaid() {
        assertThat(check("--device", "cpu", "--only", "encoders")).isEqualTo(GpuCheck.NOT_ALL);
        assertThat(out.toString()).contains("Not run: encoders: no reference numbers here");
    }

    /** The tests are not here, or their numbers are not: that is no success. */
    @Test
    @FullBuild("starts processes")
    void testingNothingIsAFailure() throws Exception {
        Files.createDirectories(folder.resolve("probes"));
        assertThat(check("--device", "cpu", "--only", "probes,encoders")).isEqualTo(GpuCheck.FAILED);
        assertThat(out.toString())
                .contains("reference numbers of probes: 0 tests passed")
                .contains("Not run: encoders: no reference numbers here");
    }

    @Test
    @FullBuild("starts processes")
    void whatDoesNotFitIntoTheTimeIsNamedWithTheWayToGoOn() {
        assertThat(check("--device", "cpu", "--only", "timings,contract", "--sizes", "small", "--minutes", "0.02"))
                .isEqualTo(GpuCheck.NOT_ALL);
        assertThat(out.toString())
                .contains("Plan: " + (Plan.contract().size() + 1) + " steps, about 1 min of ")
                .contains("Not run: contract Prototype, contract Winners,")
                .contains("To go on with the steps: `--steps '^(contract Prototype|")
                .containsPattern("Ended after \\d+ s: nothing failed, but not everything was run\n$");
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThat(check("--sizes", "huge")).isEqualTo(2);
        assertThat(check("--only", "nothing")).isEqualTo(2);
        assertThat(check("--rows", "(")).isEqualTo(2);
        assertThat(err.toString()).contains("--rows: no regular expression");
        assertThat(check("--steps", "no such step")).isEqualTo(2);
        assertThat(err.toString()).contains("there is nothing to run: --list shows steps and rows");
        assertThat(check("--device", "opencl", "--precision", "fp32,bf16")).isEqualTo(2);
        assertThat(err.toString()).contains("--precision: opencl computes in float32 alone");
    }

    @Test
    void listsStepsAndRowsWithoutADevice() {
        assertThat(check("--list", "--only", "timings", "--rows", "^match-binary", "--precision", "bf16"))
                .isZero();
        assertThat(out.toString().lines().filter(l -> l.contains("match-")))
                .satisfiesExactly(
                        l -> assertThat(l).startsWith("| match-binary-j5270-bf16 | prototypes, binary: 16 clips"),
                        l -> assertThat(l).startsWith("| match-binary-j10540-bf16 | "));
        assertThat(out.toString()).contains("| first rows | 50 s |").doesNotContain("contract");
    }

    @Test
    void namesOfRowsAreTheirOwn() {
        assertThat(Case.all(Case.Sizes.FULL, EnumSet.allOf(Case.Precision.class)))
                .extracting(Case::id)
                .doesNotHaveDuplicates();
    }
}
