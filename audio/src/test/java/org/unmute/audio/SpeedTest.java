package org.unmute.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.playback.Speed;

class SpeedTest {
    private static float[] noise(int n) {
        Random random = new Random(5);
        float[] samples = new float[n];
        for (int i = 0; i < n; i++) {
            samples[i] = random.nextFloat() - 0.5f;
        }
        return samples;
    }

    private static float[] rest(AudioStream stream) throws IOException {
        return Recording.read(stream).samples();
    }

    @ParameterizedTest
    @CsvSource({
        "0.1, 1, 10",
        "10, 10, 1",
        "1e1, 10, 1",
        "0.25, 1, 4",
        "2.5, 5, 2",
        "0.0625, 1, 16",
        "1.00, 1, 1",
        "0.001, 1, 1000",
        "1000, 1000, 1"
    })
    void aDecimalNumberIsAFraction(String text, int numerator, int denominator) {
        Speed speed = Speed.parse(text);
        assertThat(speed).isEqualTo(new Speed(numerator, denominator));
        assertThat(Speed.parse(speed.toString())).isEqualTo(speed);
        assertThat(speed.seconds(8000, 8000)).isEqualTo((double) numerator / denominator);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "0.0009", "1000.1", "NaN", "fast", "", "0.12345", "1e9999999", "1e-9999999"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Speed.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the speed ");
    }

    /** The same samples under a header of that rate, whole and as a stream. */
    @ParameterizedTest
    @CsvSource({"250000, 0.1, 25000", "160000, 0.1, 16000", "16000, 0.1, 1600", "2000, 10, 20000", "44100, 2.5, 110250"
    })
    void aSpeedIsAnotherRate(int rate, String text, int played) throws IOException {
        float[] samples = noise(30_000);
        Speed speed = Speed.parse(text);
        float[] expected = new Recording(samples, played)
                .resampled(16_000, Resampler.Kernel.HANN)
                .samples();
        Recording fast = new Recording(samples, rate).resampled(speed, 16_000, Resampler.Kernel.HANN);
        assertThat(fast.samples()).isEqualTo(expected);
        assertThat(fast.sampleRate()).isEqualTo(16_000);
        AudioStream stream =
                StreamingResampler.of(new ArrayStream(samples, rate, true, 1), speed, 16_000, Resampler.Kernel.HANN);
        assertThat(stream.sampleRate()).isEqualTo(16_000);
        assertThat(stream.frames()).hasValue(expected.length);
        assertThat(rest(stream)).isEqualTo(expected);
    }

    /** A rate that is no whole number: 44100 Hz at 0.3333 is 14698.53 Hz. */
    @Test
    void theRatioIsExact() {
        Resampler exact = new Resampler(44_100, Speed.parse("0.3333"), 16_000, Resampler.Kernel.HANN);
        assertThat(exact.outputLength(44_100L * 3333)).isEqualTo(16_000L * 10_000);
        assertThatThrownBy(() -> new Resampler(44_100, Speed.parse("0.001"), 48_000, Resampler.Kernel.HANN))
                .hasMessage("resample: from 44100 Hz at speed 0.001 to 48000 Hz: the ratio is above 512");
        assertThatThrownBy(() -> new Resampler(44_101, Speed.parse("0.9999"), 47_999, Resampler.Kernel.HANN))
                .hasMessageContaining("give the speed with fewer digits");
    }
}
