package org.unmute.models.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.audio.ClipTooShortException;
import org.unmute.audio.Recording;
import org.unmute.audio.Wav;
import org.unmute.kernels.contract.golden.ChosenBackend;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.io.SafetensorsFile;

@Tag("golden")
class KaldiFbankGoldenTest {
    /**
     * The index holds the largest difference between the original in float32, whose results are stored, and in float64,
     * as computed by this front end. There are two further errors: both results are rounded to float32, and the mel
     * weights, which the original always computes in float32, may differ in the last place of a mel value (four times
     * that for narrow bands).
     */
    private static double bound(double index, int sampleRate, int bins) {
        double top = 1127 * Math.log(1 + sampleRate / 1400.0);
        double step = (top - 1127 * Math.log(1 + 20 / 700.0)) / (bins + 1);
        return index + Math.ulp(16f) + 4 * Math.ulp((float) top) / step;
    }

    @TestFactory
    List<DynamicTest> fbank() throws IOException {
        Optional<List<DynamicTest>> skipped = ChosenBackend.skipped();
        if (skipped.isPresent()) {
            return skipped.get();
        }
        JsonNode limits = GoldenFbank.index().get("float32_vs_float64_max_abs");
        List<DynamicTest> tests = new ArrayList<>();
        for (Path path : GoldenFbank.files("fbank_", ".safetensors")) {
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                for (String name : file.names()) {
                    String[] parts = name.split("/");
                    var preset = GoldenFbank.Preset.of(parts[0]);
                    if (parts.length != 2 || preset.isEmpty()) {
                        continue;
                    }
                    float[] expected = file.floats(name);
                    int bins = file.shape(name).dim(1);
                    tests.add(dynamicTest(name, () -> {
                        assertThat(limits.has(name))
                                .as("index.json has a bound for " + name)
                                .isTrue();
                        Recording input = GoldenFbank.input(parts[1]);
                        assertThat(input.sampleRate()).isEqualTo(preset.get().sampleRate());
                        float[] actual = preset.get().compute(input.samples(), bins);
                        double bound = bound(limits.get(name).asDouble(), input.sampleRate(), bins);
                        Golden.Differences d = Golden.differences(name, expected, actual);
                        // Rounding affects few cells strongly; a wrong formula would move the mean as much as the
                        // maximum.
                        assertThat(d.mean()).as("mean difference").isLessThanOrEqualTo(bound / 4);
                        assertThat(d.p999()).as("99.9th percentile").isLessThanOrEqualTo(bound);
                        assertThat(d.max()).as("largest difference").isLessThanOrEqualTo(bound);
                    }));
                }
            }
        }
        return Golden.cases("fbank/fbank_*.safetensors", tests);
    }

    @TestFactory
    List<DynamicTest> everyInputGivesItsFramesOrSaysThatItIsTooShort() throws IOException {
        Optional<List<DynamicTest>> skipped = ChosenBackend.skipped();
        if (skipped.isPresent()) {
            return skipped.get();
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (Path path : GoldenFbank.inputs("")) {
            tests.add(dynamicTest(path.getFileName().toString(), () -> {
                Recording r = Wav.read(path);
                KaldiFbank fbank = new KaldiFbank(FbankOptions.of(r.sampleRate(), 64, WindowFunction.HANNING));
                int length = fbank.options().frameLength();
                int n = r.samples().length;
                if (n < length) {
                    assertThatThrownBy(() -> fbank.compute(r.samples())).isInstanceOf(ClipTooShortException.class);
                } else {
                    assertThat(fbank.compute(r.samples()))
                            .hasSize(64 * (1 + (n - length) / fbank.options().frameShift()));
                }
            }));
        }
        return Golden.cases("fbank/wav", tests);
    }

    @TestFactory
    List<DynamicTest> stages() throws IOException {
        Path path = Golden.require("fbank/fbank_stages.safetensors");
        List<DynamicTest> tests = new ArrayList<>();
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (String name : file.names()) {
                if (name.endsWith(".frame")) {
                    String prefix = name.substring(0, name.length() - ".frame".length());
                    tests.add(dynamicTest(prefix, () -> compareStages(path, prefix)));
                }
            }
        }
        return Golden.cases("fbank/fbank_stages.safetensors", tests);
    }

    /** Computes each stage from the stored frame; errors are in units of 2^-24 of the stage's largest value. */
    private static void compareStages(Path path, String prefix) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            int length = file.shape(prefix + ".frame").dim(1);
            int bins = file.shape(prefix + ".log_mel").dim(1);
            WindowFunction window = WindowFunction.valueOf(prefix.toUpperCase(Locale.ROOT));
            KaldiFbank fbank = new KaldiFbank(FbankOptions.of(length * 40, bins, window));
            Golden.assertClose(
                    prefix + ".window", file.floats(prefix + ".window"), narrow(window.values(length)), 4 * 0x1p-24, 0);
            float[] frames = file.floats(prefix + ".frame");
            int rows = frames.length / length;
            double[][] work = new double[rows][fbank.options().fftSize()];
            for (int f = 0; f < rows; f++) {
                for (int i = 0; i < length; i++) {
                    work[f][i] = frames[f * length + i];
                }
            }
            double[][] power = new double[rows][fbank.host().fft().bins()];
            step(file, prefix + ".dc_removed", work, fbank.host()::removeMean, 8);
            step(file, prefix + ".preemphasised", work, fbank.host()::preemphasise, 8);
            for (int f = 0; f < rows; f++) {
                fbank.host().applyWindow(work[f]);
                fbank.host()
                        .power(work[f], power[f], new double[fbank.host().fft().bins()]);
            }
            step(file, prefix + ".power", power, row -> {}, 32);
            double[][] energy = new double[rows][bins];
            for (int f = 0; f < rows; f++) {
                double[] row = power[f];
                Arrays.setAll(energy[f], b -> fbank.mel().energy(b, row));
            }
            step(file, prefix + ".mel_energy", energy, row -> {}, 64);
            float[] log = file.floats(prefix + ".log_mel");
            float[] mel = file.floats(prefix + ".mel_energy");
            double top = max(mel);
            for (int i = 0; i < log.length; i++) {
                double e = Math.max(energy[i / bins][i % bins], 0x1p-23);
                Golden.assertClose(
                        prefix + ".log_mel[" + i + "]",
                        new float[] {log[i]},
                        new float[] {(float) Math.log(e)},
                        Math.ulp(16f) + 64 * 0x1p-24 * top / e,
                        0);
            }
        }
    }

    private static void step(SafetensorsFile file, String name, double[][] rows, Consumer<double[]> stage, int units) {
        float[] expected = file.floats(name);
        int columns = expected.length / rows.length;
        float[] actual = new float[expected.length];
        for (int f = 0; f < rows.length; f++) {
            stage.accept(rows[f]);
            for (int i = 0; i < columns; i++) {
                actual[f * columns + i] = (float) rows[f][i];
            }
        }
        Golden.assertClose(name, expected, actual, units * 0x1p-24 * max(expected), 0);
    }

    private static double max(float[] values) {
        double max = 0;
        for (float v : values) {
            max = Math.max(max, Math.abs(v));
        }
        return max;
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
