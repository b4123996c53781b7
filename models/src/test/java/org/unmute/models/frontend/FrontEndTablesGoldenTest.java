package org.unmute.models.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsFile;

@Tag("golden")
class FrontEndTablesGoldenTest {
    private static final Pattern KALDI = Pattern.compile("kaldi_mel_(\\d+)x(\\d+)_(\\d+)k");
    private static final Pattern HTK = Pattern.compile("(dasheng|atst)_mel_(\\d+)x(\\d+)");
    private static final Pattern WINDOW = Pattern.compile("(hann_symmetric|hann_periodic|povey)_(\\d+)");

    /** How far single elements may be off, and how many elements may be off at all, in thousandths. */
    private record Table(float[] values, double bound, int mayDiffer) {}

    @TestFactory
    List<DynamicTest> tables() throws IOException {
        Path path = Golden.require("tables/frontend_tables.safetensors");
        List<DynamicTest> tests = new ArrayList<>();
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (String name : file.names()) {
                Optional<Table> table = table(name, file.shape(name));
                if (table.isEmpty()) {
                    System.out.println("golden: not compared: " + name + " belongs to no front end here");
                    continue;
                }
                float[] expected = file.floats(name);
                tests.add(dynamicTest(name, () -> {
                    Golden.assertClose(name, expected, table.get().values, table.get().bound, 0);
                    int different = 0;
                    for (int i = 0; i < expected.length; i++) {
                        different += expected[i] == table.get().values[i] ? 0 : 1;
                    }
                    assertThat(different).isLessThanOrEqualTo(table.get().mayDiffer * expected.length / 1000);
                }));
            }
        }
        return Golden.cases("tables/frontend_tables.safetensors", tests);
    }

    private static Optional<Table> table(String name, Shape shape) {
        Matcher kaldi = KALDI.matcher(name);
        if (kaldi.matches()) {
            int bands = Integer.parseInt(kaldi.group(1));
            int bins = Integer.parseInt(kaldi.group(2));
            int rate = 1000 * Integer.parseInt(kaldi.group(3));
            assertThat(shape).isEqualTo(Shape.of(bands, bins));
            MelFilterBank mel = MelFilterBank.kaldi(bands, 2 * bins, rate, 20, rate / 2.0);
            // Float32 logarithms of two libraries differ in the last place now and then; so do then the mel values.
            double top = 1127 * Math.log(1 + rate / 1400.0);
            double step = (top - 1127 * Math.log(1 + 20 / 700.0)) / (bands + 1);
            return Optional.of(new Table(dense(mel, bands, bins), 2 * Math.ulp((float) top) / step, 10));
        }
        Matcher htk = HTK.matcher(name);
        if (htk.matches()) {
            int bins = Integer.parseInt(htk.group(2));
            int bands = Integer.parseInt(htk.group(3));
            assertThat(shape).isEqualTo(Shape.of(bins, bands));
            boolean dasheng = htk.group(1).equals("dasheng");
            double low = dasheng ? 0 : 60;
            double high = dasheng ? 8000 : 7800;
            MelFilterBank mel = MelFilterBank.htk(bands, 2 * (bins - 1), 16_000, low, high);
            // An edge's rounding, 2^-23 of 700 + f, against the distance of edges, which is in proportion to it too.
            double step = (Math.log1p(high / 700) - Math.log1p(low / 700)) / (bands + 1);
            float[] values = GoldenFbank.transposed(dense(mel, bands, bins), bands, bins);
            return Optional.of(new Table(values, 2 * 0x1p-23 / step, 10));
        }
        if (name.equals("m2d_slaney_mel_80x201")) {
            assertThat(shape).isEqualTo(Shape.of(80, 201));
            float[] values = new SlaneyFrontEnd(16_000, 80, 50, -7.1, 4.2, 1).weights();
            // Float64 like the original, rounded once: weights are at most 0.024.
            return Optional.of(new Table(values, 4 * 0x1p-24 * 0.024, 100));
        }
        Matcher window = WINDOW.matcher(name);
        if (window.matches()) {
            int n = Integer.parseInt(window.group(2));
            assertThat(shape).isEqualTo(Shape.of(n));
            double[] values = switch (window.group(1)) {
                case "hann_symmetric" -> WindowFunction.HANNING.values(n);
                case "povey" -> WindowFunction.POVEY.values(n);
                default -> MelSpectrogram.periodicHann(n);
            };
            float[] narrow = new float[n];
            for (int i = 0; i < n; i++) {
                narrow[i] = (float) values[i];
            }
            return Optional.of(new Table(narrow, 4 * 0x1p-24, 1000));
        }
        return Optional.empty();
    }

    private static float[] dense(MelFilterBank mel, int bands, int bins) {
        float[] dense = new float[bands * bins];
        for (int b = 0; b < bands; b++) {
            for (int k = 0; k < bins; k++) {
                dense[b * bins + k] = mel.weight(b, k);
            }
        }
        return dense;
    }
}
