package org.unmute.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.io.SafetensorsFile;

@Tag("golden")
class ResamplerKernelGoldenTest {
    private static final Pattern KERNEL = Pattern.compile("kernel_(\\d+)_(\\d+)/(\\w+)");

    private static Resampler.Kernel kernel(String name) {
        return Resampler.Kernel.valueOf(name.toUpperCase(Locale.ROOT));
    }

    @TestFactory
    List<DynamicTest> kernels() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(Golden.require("fbank/resample.safetensors"))) {
            return Golden.cases("kernels of fbank/resample.safetensors", kernels(file));
        }
    }

    /**
     * In float32, the distance from the centre, in zero crossings, has an error of up to 2^-23 times the cut-off, and
     * the slope of the sinc is at most 1.37.
     */
    private static List<DynamicTest> kernels(SafetensorsFile file) {
        List<DynamicTest> tests = new ArrayList<>();
        for (String name : file.names()) {
            Matcher m = KERNEL.matcher(name);
            if (!m.matches()) {
                continue;
            }
            float[] expected = file.floats(name);
            int phases = file.shape(name).dim(0);
            int taps = file.shape(name).dim(1);
            tests.add(dynamicTest(name, () -> {
                int from = Integer.parseInt(m.group(1));
                int to = Integer.parseInt(m.group(2));
                int divisor =
                        BigInteger.valueOf(from).gcd(BigInteger.valueOf(to)).intValueExact();
                assertThat(phases).isEqualTo(to / divisor);
                Resampler resampler = new Resampler(from, to, kernel(m.group(3)));
                float[] actual = new float[expected.length];
                for (int j = 0; j < phases; j++) {
                    double[] row = resampler.weights(j, -(taps - from / divisor) / 2, taps);
                    for (int i = 0; i < taps; i++) {
                        actual[j * taps + i] = (float) row[i];
                    }
                }
                double cutOff =
                        Math.min(from, to) / divisor * kernel(m.group(3)).rolloff();
                double scale = cutOff * divisor / from;
                Golden.assertClose(name, expected, actual, 1.37 * scale * cutOff * 0x1p-23, 0);
            }));
        }
        return tests;
    }
}
