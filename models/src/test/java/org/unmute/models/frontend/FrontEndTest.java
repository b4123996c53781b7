package org.unmute.models.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.unmute.audio.ClipTooShortException;

class FrontEndTest {
    private static final float FLOOR = (float) Math.log(0x1p-23);

    private static float[] noise(long seed, int n, double level) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) (level * random.nextGaussian());
        }
        return x;
    }

    @Property
    void fbankHasOneRowPerWholeFrame(
            @ForAll @IntRange(max = 5000) int n,
            @ForAll @IntRange(min = 2000, max = 48_000) int rate,
            @ForAll @IntRange(min = 1, max = 40) int bins,
            @ForAll WindowFunction window) {
        KaldiFbank fbank = new KaldiFbank(FbankOptions.of(rate, bins, window));
        int length = (int) (rate * 25.0 * 0.001);
        int shift = (int) (rate * 10.0 * 0.001);
        if (n < length) {
            assertThat(fbank.frames(n)).isZero();
            assertThatThrownBy(() -> fbank.compute(new float[n]))
                    .isInstanceOfSatisfying(ClipTooShortException.class, e -> {
                        assertThat(e.samples()).isEqualTo(n);
                        assertThat(e.needed()).isEqualTo(length);
                    });
            return;
        }
        int frames = 0;
        while (frames * shift + length <= n) {
            frames++;
        }
        assertThat(fbank.frames(n)).isEqualTo(frames);
        assertThat(fbank.compute(noise(n, n, 0.1))).hasSize(frames * bins).doesNotContain(Float.NaN);
    }

    @Test
    void tooShortIsSaidWithTheNumbers() {
        KaldiFbank fbank = new KaldiFbank(FbankOptions.of(16_000, 128, WindowFunction.HANNING));
        assertThatThrownBy(() -> fbank.compute(new float[399]))
                .hasMessage("fbank: the clip is too short: "
                        + "it has 399 samples (24.9 ms at 16000 Hz), at least 400 are needed (25.0 ms)");
        MelSpectrogram mel = new MelSpectrogram(new MelOptions(16_000, 512, 160, 64, 0, 8000));
        assertThatThrownBy(() -> mel.compute(new float[256]))
                .isInstanceOf(ClipTooShortException.class)
                .hasMessageContaining("it has 256 samples (16.0 ms at 16000 Hz), at least 257 are needed");
        assertThat(mel.compute(new float[257])).hasSize(2 * 64);
    }

    @Test
    void silenceAndConstantsAreAtTheFloor() {
        KaldiFbank fbank = new KaldiFbank(FbankOptions.of(16_000, 128, WindowFunction.POVEY));
        float[] constant = new float[1000];
        Arrays.fill(constant, 0.3f);
        assertThat(fbank.compute(new float[1000])).containsOnly(FLOOR);
        assertThat(fbank.compute(constant)).containsOnly(FLOOR);
    }

    /** Doubling the amplitude quadruples the power; a constant offset has no effect. */
    @Property(tries = 50)
    void levelAddsAndOffsetVanishes(@ForAll long seed, @ForAll @DoubleRange(min = -0.5, max = 0.5) double offset) {
        KaldiFbank fbank = new KaldiFbank(FbankOptions.of(16_000, 40, WindowFunction.HANNING));
        float[] x = noise(seed, 800, 0.1);
        float[] louder = new float[x.length];
        float[] shifted = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            louder[i] = 2 * x[i];
            shifted[i] = (float) (x[i] + offset);
        }
        float[] a = fbank.compute(x);
        float[] b = fbank.compute(louder);
        float[] c = fbank.compute(shifted);
        for (int i = 0; i < a.length; i++) {
            assertThat((double) b[i]).isCloseTo(a[i] + Math.log(4), within(4e-6));
            // The sum x + offset is rounded to 2^-25; relative to 0.1, noise of that size moves a log energy by less
            // than this.
            assertThat(c[i]).isCloseTo(a[i], within(1e-3f));
        }
    }

    @Test
    void aToneStandsInItsBand() {
        int rate = 16_000;
        float[] x = new float[rate];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(2 * Math.PI * 1000 * i / rate);
        }
        double step = (mel(8000) - mel(20)) / 129;
        int expected = (int) Math.round((mel(1000) - mel(20)) / step) - 1;
        float[] y = new KaldiFbank(FbankOptions.of(rate, 128, WindowFunction.HANNING)).compute(x);
        for (int frame = 0; frame < y.length / 128; frame++) {
            int loudest = 0;
            for (int b = 1; b < 128; b++) {
                loudest = y[frame * 128 + b] > y[frame * 128 + loudest] ? b : loudest;
            }
            assertThat(loudest).isBetween(expected - 1, expected + 1);
        }
    }

    private static double mel(double hertz) {
        return 1127 * Math.log(1 + hertz / 700);
    }

    @Property
    void melSpectrogramHasOneRowPerHop(
            @ForAll @IntRange(min = 129, max = 3000) int n, @ForAll @IntRange(min = 1, max = 300) int hop) {
        MelSpectrogram spectrogram = new MelSpectrogram(new MelOptions(16_000, 256, hop, 20, 60, 7800));
        float[] y = spectrogram.compute(noise(n, n, 0.1));
        assertThat(y).hasSize((1 + n / hop) * 20);
        for (float v : y) {
            assertThat(v).isFinite().isNotNegative();
        }
    }

    @Test
    void decibelsReachDownFromTheLoudest() {
        float[] power = {1, 100, 1e-3f, 0};
        new AmplitudeToDb(40).apply(power);
        assertThat(power).isEqualTo(new float[] {0, 20, -20, -20});
        float[] all = {1, 100, 1e-3f, 0};
        new AmplitudeToDb(Double.POSITIVE_INFINITY).apply(all);
        assertThat(all).isEqualTo(new float[] {0, 20, -30, -100});
        assertThatThrownBy(() -> new AmplitudeToDb(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> FbankOptions.of(0, 128, WindowFunction.HANNING))
                .isInstanceOf(IllegalArgumentException.class);
        assertFails(() -> FbankOptions.of(16, 128, WindowFunction.HANNING), "0.4 samples");
        assertThatThrownBy(() -> new FbankOptions(16_000, 80, WindowFunction.HANNING, Double.NaN, 10, 20, 0, 0.97))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FbankOptions(16_000, 80, WindowFunction.HANNING, 25, 10, 20, 9000, 0.97))
                .hasMessageContaining("from 20.0 to 9000.0 Hz do not lie within 0 to 8000.0");
        assertFails(() -> new FbankOptions(16_000, 80, WindowFunction.HANNING, 25, 10, 20, 0, 2), "pre-emphasis");
        assertFails(() -> new MelOptions(16_000, 400, 160, 80, 0, 8000), "power of two");
        assertFails(() -> new MelOptions(16_000, 512, 513, 160, 80, 0, 8000), "window's length", "513");
        assertFails(() -> new MelOptions(16_000, 512, 160, 80, 0, 8001), "do not lie");
        assertThat(new FbankOptions(16_000, 80, WindowFunction.HANNING, 25, 10, 20, -400, 0.97).upperEdge())
                .isEqualTo(7600);
        assertThat(FbankOptions.of(32_000, 80, WindowFunction.HANNING).fftSize())
                .isEqualTo(1024);
        assertThat(new FbankOptions(16_000, 80, WindowFunction.HANNING, 32, 10, 20, 0, 0.97).fftSize())
                .isEqualTo(512);
    }
}
