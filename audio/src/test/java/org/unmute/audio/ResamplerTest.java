package org.unmute.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResamplerTest {
    private static float[] noise(long seed, int n) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextInt(-1 << 15, 1 << 15) / 32768f;
        }
        return x;
    }

    @Property
    void theLengthIsRoundedUp(
            @ForAll @IntRange(max = 3000) int n,
            @ForAll @IntRange(min = 1, max = 2000) int from,
            @ForAll @IntRange(min = 1, max = 2000) int to,
            @ForAll Resampler.Kernel kernel) {
        Assume.that(Math.max(from, to) <= Resampler.MAX_RATIO * Math.min(from, to));
        int samples = Math.min(n, 100 * from / to + 10);
        float[] y = new Resampler(from, to, kernel).apply(new float[samples]);
        assertThat(y).isEqualTo(new float[(int) Math.ceil((double) samples * to / from)]);
    }

    @Property
    void itIsLinear(@ForAll long seed, @ForAll @IntRange(min = 1, max = 500) int n, @ForAll Resampler.Kernel kernel) {
        Resampler resampler = new Resampler(441, 160, kernel);
        float[] x = noise(seed, n);
        float[] y = noise(seed + 1, n);
        float[] mixed = new float[n];
        for (int i = 0; i < n; i++) {
            mixed[i] = 0.5f * x[i] - 0.25f * y[i];
        }
        float[] rx = resampler.apply(x);
        float[] ry = resampler.apply(y);
        float[] rm = resampler.apply(mixed);
        for (int i = 0; i < rm.length; i++) {
            // Only the results are rounded, each by at most half an ulp of a value below 4.
            assertThat((double) rm[i]).isCloseTo(0.5 * rx[i] - 0.25 * ry[i], within(2 * 0x1p-22));
        }
    }

    @Property(tries = 50)
    void aShiftByAWholeBlockShiftsTheResult(@ForAll long seed, @ForAll Resampler.Kernel kernel) {
        Resampler resampler = new Resampler(32_000, 24_000, kernel);
        float[] x = noise(seed, 900);
        float[] late = new float[x.length + 4 * 50];
        System.arraycopy(x, 0, late, 200, x.length);
        float[] y = resampler.apply(x);
        float[] yLate = resampler.apply(late);
        assertThat(Arrays.copyOfRange(yLate, 150, 150 + y.length)).isEqualTo(y);
    }

    @ParameterizedTest
    @EnumSource
    void aToneKeepsItsPitchAndLevel(Resampler.Kernel kernel) {
        int from = 44_100;
        int to = 16_000;
        float[] x = new float[from / 2];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(2 * Math.PI * 1000 * i / from);
        }
        float[] y = new Resampler(from, to, kernel).apply(x);
        for (int m = 1000; m < y.length - 1000; m++) {
            assertThat((double) y[m]).isCloseTo(Math.sin(2 * Math.PI * 1000 * m / to), within(0.01));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aToneAboveTheNewHalfRateVanishes(Resampler.Kernel kernel) {
        float[] x = new float[24_000];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(2 * Math.PI * 12_000.5 * i / 48_000);
        }
        float[] y = new Resampler(48_000, 16_000, kernel).apply(x);
        for (int m = 1000; m < y.length - 1000; m++) {
            assertThat((double) y[m]).isCloseTo(0, within(0.01));
        }
    }

    /** 44101 phases of 138 weights exceed the size of the table. */
    @Test
    void computedWeightsEqualTabulatedOnes() {
        Resampler large = new Resampler(44_100, 44_101, Resampler.Kernel.KAISER_BEST);
        float[] x = noise(5, 400);
        float[] y = large.apply(x);
        assertThat(y).hasSize(401);
        for (int m = 0; m < y.length; m++) {
            double[] w = large.weights(m, -400, 1200);
            double sum = 0;
            for (int i = 0; i < x.length; i++) {
                sum += w[i + 400] * x[i];
            }
            assertThat(y[m]).isEqualTo((float) sum);
        }
    }

    @Test
    void theSameRateCopies() {
        float[] x = noise(1, 10);
        float[] y = new Resampler(16_000, 16_000, Resampler.Kernel.HANN).apply(x);
        assertThat(y).isEqualTo(x).isNotSameAs(x);
        Recording r = new Recording(x, 16_000, 2);
        assertThat(r.resampled(16_000, Resampler.Kernel.HANN)).isSameAs(r);
        Recording half = r.resampled(8000, Resampler.Kernel.HANN);
        assertThat(half.samples()).hasSize(5);
        assertThat(half.sampleRate()).isEqualTo(8000);
        assertThat(half.channels()).isEqualTo(2);
    }

    @Test
    void impossibleRatesAreRefused() {
        assertThatThrownBy(() -> new Resampler(0, 1, Resampler.Kernel.HANN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("from 0 to 1 Hz");
        assertThatThrownBy(() -> new Resampler(Integer.MAX_VALUE, 1, Resampler.Kernel.HANN))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Resampler(1, 513, Resampler.Kernel.HANN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the ratio is above 512");
        assertThatThrownBy(() -> new Resampler(1, 512, Resampler.Kernel.HANN).apply(new float[1 << 22]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too many");
    }
}
