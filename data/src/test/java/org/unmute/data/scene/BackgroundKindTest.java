package org.unmute.data.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BackgroundKindTest {
    private static final int RATE = 16000;
    private static final double[] HANN_COSINES = new double[8192];

    static {
        Arrays.setAll(HANN_COSINES, i -> Math.cos(2 * Math.PI * i / 8192));
    }

    @ParameterizedTest
    @EnumSource(BackgroundKind.class)
    void noiseHasAnRmsOfOneAtEveryRateAndIsThatOfItsSeed(BackgroundKind kind) {
        for (int rate : new int[] {8000, 16000, 48000}) {
            for (int length : new int[] {1, 100, 5 * rate}) {
                float[] x = kind.render(7, rate, length);
                assertThat(x).hasSize(length);
                assertThat(Dsp.rms(x, 0, length)).isCloseTo(1, within(1e-4));
            }
        }
        float[] one = kind.render(1, RATE, RATE);
        assertThat(kind.render(1, RATE, RATE)).isEqualTo(one);
        assertThat(kind.render(2, RATE, RATE)).isNotEqualTo(one);
    }

    /** Share of the energy between two frequencies, measured with steep filters. */
    private static double share(float[] x, double low, double high) {
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[i];
        }
        for (int order = 0; order < 4; order++) {
            Dsp.Biquad.highPass(low, 0.75, RATE).apply(y);
            Dsp.Biquad.lowPass(high, 0.75, RATE).apply(y);
        }
        return Math.pow(Dsp.rms(y), 2);
    }

    /** Fall of the power density in dB over two octaves from {@code low}, measured in windows of 8192 samples. */
    private static double fall(BackgroundKind kind, double low) {
        double[] power = new double[2];
        int window = 8192;
        for (int seed = 0; seed < 4; seed++) {
            float[] x = kind.render(seed, RATE, 20 * RATE);
            for (int start = 0; start + window <= x.length; start += window) {
                for (int k = 0; k < 20; k++) {
                    double f = low * Math.pow(2, k / 20.0);
                    power[0] += density(x, start, window, f) / f;
                    power[1] += density(x, start, window, 4 * f) / f;
                }
            }
        }
        return 10 * Math.log10(power[1] / power[0]);
    }

    /** Power at a frequency under a Hann window, computed with Goertzel's algorithm. */
    private static double density(float[] x, int start, int window, double frequency) {
        double twice = 2 * Math.cos(2 * Math.PI * frequency / RATE);
        double before = 0;
        double now = 0;
        for (int i = 0; i < window; i++) {
            double hann = 0.5 - 0.5 * HANN_COSINES[i];
            double next = hann * x[start + i] + twice * now - before;
            before = now;
            now = next;
        }
        return now * now + before * before - twice * now * before;
    }

    @Test
    void pinkNoiseFallsByThreeAndBrownNoiseBySixDecibelsAnOctave() {
        for (double low : new double[] {60, 200, 1000}) {
            assertThat(fall(BackgroundKind.PINK, low)).isCloseTo(-6.02, within(1.0));
        }
        // Lower frequencies are affected by the highest corner of 40 Hz, higher ones by half the sample rate.
        for (double low : new double[] {200, 500}) {
            assertThat(fall(BackgroundKind.BROWN, low)).isCloseTo(-12.04, within(1.0));
        }
    }

    @Test
    void kindsDifferInColourAndCourse() {
        double insects = 0;
        double hum = 0;
        double wind = 0;
        for (int seed = 0; seed < 5; seed++) {
            insects += share(BackgroundKind.INSECTS.render(seed, RATE, 10 * RATE), 1500, 7800) / 5;
            hum += share(BackgroundKind.HUM.render(seed, RATE, 10 * RATE), 35, 1100) / 5;
            wind += share(BackgroundKind.WIND.render(seed, RATE, 10 * RATE), 10, 1500) / 5;
        }
        assertThat(insects).isGreaterThan(0.7);
        assertThat(hum).isGreaterThan(0.7);
        assertThat(wind).isGreaterThan(0.5);
        assertThat(crest(BackgroundKind.CLICKS)).isGreaterThan(2 * crest(BackgroundKind.PINK));
        assertThat(swing(BackgroundKind.WIND)).isGreaterThan(2 * swing(BackgroundKind.PINK));
        assertThat(swing(BackgroundKind.TRAFFIC)).isGreaterThan(2 * swing(BackgroundKind.PINK));
    }

    private static double crest(BackgroundKind kind) {
        double peak = 0;
        for (float v : kind.render(3, RATE, 20 * RATE)) {
            peak = Math.max(peak, Math.abs(v));
        }
        return peak;
    }

    /** Spread in dB of the levels of individual seconds. */
    private static double swing(BackgroundKind kind) {
        double spread = 0;
        for (int seed = 0; seed < 4; seed++) {
            float[] x = kind.render(seed, RATE, 40 * RATE);
            double sum = 0;
            double squares = 0;
            for (int s = 0; s < 40; s++) {
                double level = 20 * Math.log10(Dsp.rms(x, s * RATE, (s + 1) * RATE));
                sum += level / 40;
                squares += level * level / 40;
            }
            spread += Math.sqrt(squares - sum * sum) / 4;
        }
        return spread;
    }

    @Test
    void namesAreKnown() {
        for (BackgroundKind kind : BackgroundKind.values()) {
            assertThat(BackgroundKind.of(kind.label())).isEqualTo(kind);
        }
        assertThatThrownBy(() -> BackgroundKind.of("wnd"))
                .hasMessage("background: no kind of noise is named 'wnd': choose among pink, brown, wind, rain, hum,"
                        + " insects, traffic, clicks");
        assertThat(BackgroundKind.CLICKS.soundsLike("Crackling fire")).isTrue();
        assertThat(List.of(BackgroundKind.values()))
                .filteredOn(kind -> kind.soundsLike("rain"))
                .containsExactly(BackgroundKind.RAIN);
    }
}
