package org.unmute.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.unmute.files.fixture.AllocatedBytes;

class StreamingResamplerTest {
    private static final int[] RATES = {8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000};

    private static float[] noise(int n, long seed) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextFloat() * 2 - 1;
        }
        return x;
    }

    private static float[] read(AudioStream stream, int most, int block) throws IOException {
        float[] all = new float[most + block];
        int n = 0;
        while (n < most) {
            int got = stream.read(all, n, Math.min(block, most - n));
            if (got < 0) {
                break;
            }
            n += got;
        }
        return Arrays.copyOf(all, n);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void theBitsAreThoseOfTheWholeRecording(
            @ForAll @IntRange(max = 8) int from,
            @ForAll @IntRange(max = 6) int to,
            @ForAll Resampler.Kernel kernel,
            @ForAll @IntRange(max = 40_000) int n,
            @ForAll boolean lengthKnown,
            @ForAll long seed)
            throws IOException {
        float[] x = noise(n, seed);
        float[] whole = new Resampler(RATES[from], RATES[to], kernel).apply(x);
        Random random = new Random(seed);
        AudioStream stream =
                StreamingResampler.of(new ArrayStream(x, RATES[from], lengthKnown, seed), RATES[to], kernel);
        assertThat(stream.sampleRate()).isEqualTo(RATES[to]);
        if (lengthKnown) {
            assertThat(stream.frames()).hasValue(whole.length);
        } else {
            assertThat(stream.frames()).isEmpty();
        }
        assertThat(read(stream, whole.length + 10, 1 + random.nextInt(3000))).isEqualTo(whole);
        assertThat(stream.position()).isEqualTo(whole.length);
        for (int i = 0; i < 8; i++) {
            int at = random.nextInt(whole.length + 1);
            int count = 1 + random.nextInt(2000);
            stream.seek(at);
            assertThat(stream.position()).isEqualTo(at);
            assertThat(read(stream, count, 1 + random.nextInt(700)))
                    .isEqualTo(Arrays.copyOfRange(whole, at, Math.min(whole.length, at + count)));
        }
        stream.seek(whole.length + 1L + random.nextInt(1_000_000));
        assertThat(stream.position()).isEqualTo(whole.length);
        assertThat(stream.read(new float[1], 0, 1)).isEqualTo(-1);
        if (whole.length > 0) {
            stream.seek(whole.length - 1);
            assertThat(read(stream, 5, 5)).containsExactly(whole[whole.length - 1]);
        }
    }

    /** 48,000 phases of 138 weights exceed the size of the table. */
    @Test
    void weightsThatAreNotTabulatedToo() throws IOException {
        float[] x = noise(3000, 1);
        float[] whole = new Resampler(44_101, 48_000, Resampler.Kernel.KAISER_BEST).apply(x);
        AudioStream stream =
                StreamingResampler.of(new ArrayStream(x, 44_101, false, 1), 48_000, Resampler.Kernel.KAISER_BEST);
        assertThat(read(stream, 5000, 700)).isEqualTo(whole);
        stream.seek(2000);
        assertThat(read(stream, 5000, 700)).isEqualTo(Arrays.copyOfRange(whole, 2000, whole.length));
    }

    @Property
    void extremeRatiosToo(
            @ForAll @IntRange(min = 1, max = 500) int low,
            @ForAll @IntRange(min = 1, max = Resampler.MAX_RATIO) int ratio,
            @ForAll boolean up,
            @ForAll long seed)
            throws IOException {
        int high = Math.min(AudioStream.MAX_RATE, low * ratio);
        float[] x = noise(up ? 50 : 20_000, seed);
        int from = up ? low : high;
        int to = up ? high : low;
        float[] whole = new Resampler(from, to, Resampler.Kernel.HANN).apply(x);
        try (AudioStream stream =
                StreamingResampler.of(new ArrayStream(x, from, false, seed), to, Resampler.Kernel.HANN)) {
            assertThat(read(stream, whole.length + 1, 999)).isEqualTo(whole);
        }
    }

    @Test
    void ratesBeyondTheCeilingAreRefusedBeforeAnythingIsAllocated() {
        // What is loaded once is not counted.
        assertThatThrownBy(() -> new Resampler(767_999, 1, Resampler.Kernel.KAISER_BEST))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("resample: from 767999 to 1 Hz: the ratio is above 512: if a file's header states a wrong"
                        + " rate, correct it");
        long before = AllocatedBytes.now();
        assertThatThrownBy(() -> StreamingResampler.of(
                        new ArrayStream(new float[10], 1, true, 0), 16_000, Resampler.Kernel.KAISER_BEST))
                .isInstanceOf(UnreadableAudioException.class)
                .hasMessage("array: resample: from 1 to 16000 Hz: the ratio is above 512: if a file's header states a "
                        + "wrong rate, correct it");
        assertThatThrownBy(() -> new Resampler(767_999, 1, Resampler.Kernel.KAISER_BEST))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Resampler(768_001, 48_000, Resampler.Kernel.HANN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rates must be 1 to 768000 Hz");
        assertThat(AllocatedBytes.now() - before).isLessThan(1 << 20);
    }

    @Test
    void theSameRateIsTheSameStream() throws IOException {
        AudioStream stream = new ArrayStream(new float[5], 16_000, true, 0);
        assertThat(StreamingResampler.of(stream, 16_000, Resampler.Kernel.HANN)).isSameAs(stream);
    }

    @Test
    void itReadsPipesAndPassesOnWarnings() throws IOException {
        byte[] file = new PcmWriter(PcmWriter.Container.RIFF, 1, 32_000, 16, false)
                .write(new byte[64_000], 128_000, new byte[0]);
        try (AudioStream stream = StreamingResampler.of(
                AudioStream.open(AudioSource.of(new ByteArrayInputStream(file), "pipe")),
                16_000,
                Resampler.Kernel.HANN)) {
            assertThat(stream.name()).isEqualTo("pipe");
            assertThat(stream.frames()).hasValue(32_000);
            stream.seek(12_000);
            assertThat(read(stream, 100_000, 1000)).hasSize(4000);
            assertThat(stream.warnings()).hasSize(1);
            assertThatThrownBy(() -> stream.seek(0)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void memoryIsBoundedWhateverTheLength() throws IOException {
        float[] buffer = new float[4096];
        byte[] file = seconds(120);
        assertThat(resampled(seconds(1), buffer))
                .as("what is loaded once is not counted")
                .isEqualTo(16_000);
        long before = AllocatedBytes.now();
        assertThat(resampled(file, buffer)).isEqualTo(120 * 16_000);
        assertThat(AllocatedBytes.now() - before).isLessThan(1 << 20);
    }

    private static byte[] seconds(int seconds) {
        return new PcmWriter(PcmWriter.Container.RIFF, 1, 44_100, 16, false).write(new byte[seconds * 88_200]);
    }

    private static long resampled(byte[] file, float[] buffer) throws IOException {
        long n = 0;
        try (AudioStream stream =
                StreamingResampler.of(AudioStream.open(AudioSource.of(file, "f")), 16_000, Resampler.Kernel.HANN)) {
            for (int got = 0; got >= 0; got = stream.read(buffer, 0, buffer.length)) {
                n += got;
            }
        }
        return n;
    }
}
