package org.unmute.models.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.io.SafetensorsFile;

@Tag("golden")
class ResamplerGoldenTest {
    private static final Pattern CLIP = Pattern.compile("(\\d+)_to_(\\d+)/(\\w+)(?:/fbank_(\\w+))?");

    private final JsonNode index = GoldenFbank.index();

    private static Resampler.Kernel kernel(String name) {
        return Resampler.Kernel.valueOf(name.toUpperCase(Locale.ROOT));
    }

    /**
     * The index holds the largest difference between the original, which builds its weights in float32, and the same in
     * float64, as here; the rounding of the result to float32 is added. If the index has no value for a pair of rates,
     * the bound is four times the largest value for the same input rate and kernel.
     */
    private double bound(String from, String to, String kernel) {
        JsonNode own =
                index.get("resample").path(from + "_to_" + to + "/" + kernel).path("err_vs_float64");
        if (own.isNumber()) {
            return own.asDouble() + 0x1p-24;
        }
        double largest = 0;
        for (Map.Entry<String, JsonNode> e : index.get("resample").properties()) {
            if (e.getKey().startsWith(from + "_to_") && e.getKey().endsWith("/" + kernel)) {
                largest = Math.max(largest, e.getValue().get("err_vs_float64").asDouble());
            }
        }
        assertThat(largest)
                .as("index.json has a bound for " + from + " Hz, " + kernel)
                .isPositive();
        return 4 * largest + 0x1p-24;
    }

    @TestFactory
    List<DynamicTest> resampling() throws IOException {
        Path path = Golden.require("fbank/resample.safetensors");
        List<DynamicTest> tests = new ArrayList<>(settings());
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (String name : file.names()) {
                Matcher m = CLIP.matcher(name);
                if (!m.matches()) {
                    continue;
                }
                float[] expected = file.floats(name);
                int last = file.shape(name).dim(-1);
                tests.add(dynamicTest(name, () -> {
                    Recording input = GoldenFbank.input("mix_" + m.group(1));
                    assertThat(input.sampleRate()).isEqualTo(Integer.parseInt(m.group(1)));
                    Recording output = input.resampled(Integer.parseInt(m.group(2)), kernel(m.group(3)));
                    double bound = bound(m.group(1), m.group(2), m.group(3));
                    if (m.group(4) == null) {
                        Golden.assertClose(name, expected, output.samples(), bound, 0);
                    } else {
                        compareFbank(
                                name,
                                expected,
                                output,
                                GoldenFbank.Preset.of(m.group(4)).orElseThrow(),
                                last,
                                bound);
                    }
                }));
            }
        }
        return Golden.cases("fbank/resample.safetensors", tests);
    }

    /**
     * The effect on log energies of an error of at most {@code error} in the samples: as noise of that level it has the
     * power {@code error^2 * sum of window^2} in each bin, and it moves the logarithm by twice its amplitude relative
     * to that of the band. The front end's own rounding is added.
     */
    private void compareFbank(
            String name, float[] expected, Recording clip, GoldenFbank.Preset preset, int bins, double error) {
        FbankOptions options = FbankOptions.of(preset.sampleRate(), bins, preset.window());
        float[] actual = preset.compute(clip.samples(), bins);
        double noise = 0;
        for (double w : preset.window().values(options.frameLength())) {
            noise += error * error * w * w * preset.gain() * preset.gain();
        }
        double rounding = 0;
        for (Map.Entry<String, JsonNode> e :
                index.get("float32_vs_float64_max_abs").properties()) {
            if (GoldenFbank.Preset.of(e.getKey().split("/")[0]).equals(Optional.of(preset))) {
                rounding = Math.max(rounding, e.getValue().asDouble());
            }
        }
        assertThat(actual).hasSameSizeAs(expected);
        MelFilterBank mel = MelFilterBank.kaldi(
                bins, options.fftSize(), options.sampleRate(), options.lowFreq(), options.upperEdge());
        for (int i = 0; i < expected.length; i++) {
            double weights = 0;
            for (int k = 0; k < options.fftSize() / 2; k++) {
                weights += mel.weight(i % bins, k);
            }
            double allowed = rounding + 2 * Math.sqrt(noise * weights / Math.exp(expected[i]));
            assertThat((double) actual[i])
                    .as(name + "[" + i + "]")
                    .isBetween(expected[i] - allowed, expected[i] + allowed);
        }
    }

    /** The kernel settings stated in the index. */
    private List<DynamicTest> settings() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Map.Entry<String, JsonNode> e : index.properties()) {
            if (e.getValue().has("rolloff")) {
                tests.add(dynamicTest(e.getKey(), () -> {
                    Resampler.Kernel kernel = kernel(e.getKey());
                    assertThat(kernel.zeroCrossings())
                            .isEqualTo(e.getValue().get("lowpass_filter_width").asInt());
                    assertThat(kernel.rolloff())
                            .isEqualTo(e.getValue().get("rolloff").asDouble());
                    assertThat(kernel.beta()).isEqualTo(e.getValue().get("beta").asDouble());
                }));
            }
        }
        return tests;
    }
}
