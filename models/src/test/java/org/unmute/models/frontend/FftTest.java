package org.unmute.models.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FftTest {
    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16, 64, 512, 1024})
    void agreesWithTheDefinition(int n) {
        Random random = new Random(n);
        double[] x = random.doubles(n, -1, 1).toArray();
        double[] before = x.clone();
        Fft fft = new Fft(n);
        double[] re = new double[fft.bins()];
        double[] im = new double[fft.bins()];
        fft.transform(x, re, im);
        assertThat(x).isEqualTo(before);
        for (int k = 0; k < fft.bins(); k++) {
            double sumRe = 0;
            double sumIm = 0;
            for (int i = 0; i < n; i++) {
                double angle = -2 * Math.PI * (((long) k * i) % n) / n;
                sumRe += x[i] * Math.cos(angle);
                sumIm += x[i] * Math.sin(angle);
            }
            assertThat(re[k]).isCloseTo(sumRe, within(n * 0x1p-48));
            assertThat(im[k]).isCloseTo(sumIm, within(n * 0x1p-48));
        }
    }

    @Test
    void otherLengthsAreRefused() {
        for (int n : new int[] {0, 1, 2, 3, 400, -8}) {
            assertFails(IllegalArgumentException.class, () -> new Fft(n), "power of two");
        }
        assertFails(() -> new Fft(8).transform(new double[7], new double[5], new double[5]), "a frame of 8 samples");
        assertThatThrownBy(() -> new Fft(8).transform(new double[8], new double[5], new double[4]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
