package org.unmute.models.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.op.FilterBank;

class HostFilterBankTest {
    static Stream<HostFilterBank> banks() {
        MelFilterBank odd = MelFilterBank.htk(7, 2048, 32_000, 50, 14_000);
        double[] window = new Random(3).doubles(1999, 0, 1).toArray();
        return Stream.of(
                new KaldiFbank(FbankOptions.of(16_000, 128, WindowFunction.HANNING)).host(),
                new KaldiFbank(FbankOptions.of(48_000, 64, WindowFunction.POVEY)).host(),
                new HostFilterBank(odd.of(new FilterBank.Frames(1999, 700, 2048, true), 0.9, window, Double.NaN), odd));
    }

    @ParameterizedTest
    @MethodSource("banks")
    void plainCodeAndKernelGiveTheSameBits(HostFilterBank bank) {
        Backend backend = Backends.current();
        assumeTrue(
                backend.hasFilterBank() && !backend.isDevice(),
                backend.name() + " has no kernel for filter banks on the host");
        Random random = new Random(1);
        for (int n : new int[] {1999, 2500, 30_001}) {
            float[] x = new float[n];
            for (int i = 0; i < n; i++) {
                // Stretches that are loud, quiet and silent.
                x[i] = (float) (random.nextGaussian() * Math.pow(10, -i / 1000 % 12)) * (i / 3000 % 4 == 3 ? 0 : 1);
            }
            assertThat(bank.onBackend(backend, x)).as("%d samples", n).containsExactly(bank.plain(x));
            x[n / 2] = Float.NaN;
            assertThat(bank.onBackend(backend, x))
                    .as("%d samples, one not a number", n)
                    .containsExactly(bank.plain(x))
                    .contains(Float.NaN);
        }
    }

    @Test
    void theKernelTakesOverUnnoticed() {
        HostFilterBank bank = new KaldiFbank(FbankOptions.of(16_000, 128, WindowFunction.HANNING)).host();
        float[] x = new float[160_000];
        Random random = new Random(2);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        float[] first = bank.plain(x);
        for (long frames = 0; frames <= HostFilterBank.PLAIN_JAVA_FRAMES + 2000; frames += first.length / 128) {
            assertThat(bank.compute("fbank", x)).isEqualTo(first);
        }
    }

    @Test
    void logarithm() {
        Random random = new Random(4);
        for (int i = 0; i < 100_000; i++) {
            double x = i < 1000 ? 1 + (i - 500) * 1e-6 : Math.exp(random.nextDouble(-700, 700));
            assertThat(ScalarLogarithm.of(x))
                    .isCloseTo(Math.log(x), within(4e-15 * Math.max(Math.abs(Math.log(x)), 1e-3)));
        }
        assertThat(ScalarLogarithm.of(Double.POSITIVE_INFINITY)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(ScalarLogarithm.of(Double.NaN)).isNaN();
        assertThat(ScalarLogarithm.of(1)).isZero();
    }
}
