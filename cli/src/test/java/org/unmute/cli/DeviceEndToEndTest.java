package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.cli.console.ExitCode;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.tensor.backend.Backends;

/**
 * The whole pipeline on an OpenCL device, compared with the CPU, and the user's view of memory cap and device numbers.
 */
@FullBuild("runs every command on an OpenCL device")
class DeviceEndToEndTest {
    private static final double TOLERANCE = 1e-3;

    @TempDir
    static Path folder;

    private static Path encoder;
    private static Path recordings;

    @BeforeAll
    static void prepare() throws IOException {
        Backends.Candidate opencl = Backends.candidates().stream()
                .filter(c -> c.name().equals("opencl"))
                .findFirst()
                .orElseThrow();
        assumeTrue(
                opencl.availability().available(),
                () -> "skipped: no OpenCL device: " + opencl.availability().reason());
        encoder = TinyEncoder.write(folder, 32, 2);
        recordings = TinyEncoder.recordings(folder, 48, 32);
        for (String device : new String[] {"cpu", "opencl"}) {
            embed(device);
        }
    }

    private static void embed(String device) {
        Ran.ok(
                "embed -q --encoder {} --audio {} --dtype f32 --device {} --out {}",
                encoder,
                recordings,
                device,
                cache(device));
    }

    private static Path cache(String device) {
        return folder.resolve("cache-" + device);
    }

    private static Path run(String probe, String device) {
        return folder.resolve("run-" + probe + "-" + device);
    }

    private static void train(String probe, String device) {
        Ran.ok(
                "probe -q --probe {} --cache {} --labels {} --epochs 3 --batch 16 --standardize --device {} "
                        + "--out {}",
                probe,
                cache(device),
                recordings.resolve("manifest.csv"),
                device,
                run(probe, device));
    }

    private static double meanAveragePrecision(Path run, String device) {
        return Ran.ok(
                        "eval -q --probe {} --cache {} --labels {} --bootstrap 0 --device {} --json",
                        run,
                        cache(device),
                        recordings.resolve("manifest.csv"),
                        device)
                .json()
                .at("/metrics/mAP_macro_skip/mean")
                .asDouble();
    }

    /** Compares a probe on tokens and scores from either device, and probes trained on either device. */
    @ParameterizedTest
    @ValueSource(strings = {"protobin", "linear-mean"})
    void embeddingTrainingAndScoringGiveTheMeanAveragePrecisionOfTheProcessor(String probe) {
        train(probe, "cpu");
        train(probe, "opencl");
        double cpu = meanAveragePrecision(run(probe, "cpu"), "cpu");
        assertThat(cpu).isBetween(0.1, 1.0);
        assertThat(meanAveragePrecision(run(probe, "cpu"), "opencl"))
                .as("the same probe")
                .isCloseTo(cpu, within(TOLERANCE));
        assertThat(meanAveragePrecision(run(probe, "opencl"), "opencl"))
                .as("trained on the device, too")
                .isCloseTo(cpu, within(TOLERANCE));
    }

    /**
     * Given the same tokens, training protobin on either device produces identical files; docs/numerics.md lists what
     * is bitwise reproducible across devices.
     */
    @Test
    void theSameTokensTrainTheSameProbe() throws IOException {
        for (String device : new String[] {"cpu", "opencl"}) {
            Ran.ok(
                    "probe -q --probe protobin --cache {} --labels {} --epochs 5 --batch 16 --standardize "
                            + "--device {} --out {}",
                    cache("cpu"),
                    recordings.resolve("manifest.csv"),
                    device,
                    run("same", device));
        }
        assertThat(run("same", "opencl").resolve("probe-seed0.safetensors"))
                .hasSameBinaryContentAs(run("same", "cpu").resolve("probe-seed0.safetensors"));
    }

    private static Ran unmute(Map<String, String> environment, List<String> options, Object... arguments)
            throws Exception {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of("-cp", Java.joined(Java.path()), Main.class.getName()));
        for (Object a : arguments) {
            all.add(a.toString());
        }
        return Java.run(folder, environment, all);
    }

    @Test
    void aFullDeviceIsToldInOneLine() throws Exception {
        Ran ran = unmute(
                        Map.of(),
                        List.of("-Dunmute.device.memory=1"),
                        Ran.line(
                                "embed -q --encoder embedded --audio {} --device opencl --out {}",
                                recordings,
                                folder.resolve("cache-full")))
                .endsWith(ExitCode.FAILED);
        assertThat(ran.err().lines().filter(l -> !l.isEmpty() && !l.startsWith("WARNING")))
                .singleElement()
                .asString()
                .contains("out of device memory: F32[", "needs", "of 1.0 MiB are free on opencl", "largest F32[");
    }

    /** PoCL presents the CPU as several devices, depending on an environment variable. */
    @Test
    void severalDevicesAreListedAndChosenByNumber() throws Exception {
        Map<String, String> two = Map.of("POCL_DEVICES", "pthread basic");
        String listed = unmute(two, List.of(), "doctor").endsWith(ExitCode.OK).out();
        assumeTrue(
                listed.contains("opencl:1"),
                "skipped: the OpenCL here is not PoCL, or one that makes only one device of the processor");
        assertThat(listed).containsPattern("(?m)^opencl +yes ").containsPattern("(?m)^opencl:1 +yes ");
        assertThat(unmute(two, List.of(), "doctor", "--device", "opencl:1")
                        .endsWith(ExitCode.OK)
                        .out())
                .containsPattern("(?m)^chosen +backend opencl:1: ");
        unmute(two, List.of(), "doctor", "--device", "opencl:2")
                .fails(ExitCode.DEVICE, "backend opencl has no device 2: there are opencl:0 (", ", opencl:1 (");
    }

    @Test
    void aDeviceThatIsNotThereIsNotReplaced() {
        Ran.unmute(
                        "embed --encoder {} --audio {} --device opencl:77 --out {}",
                        encoder,
                        recordings,
                        folder.resolve("x"))
                .fails(ExitCode.DEVICE, "backend opencl has no device 77: there are opencl:0 (", "driver");
        assertThat(folder.resolve("x")).doesNotExist();
    }
}
