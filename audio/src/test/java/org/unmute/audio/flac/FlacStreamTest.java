package org.unmute.audio.flac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.playback.Mixdown;

class FlacStreamTest {
    private static FlacStream open(byte[] file) throws IOException {
        return FlacStream.open(AudioSource.of(file, "test.flac"));
    }

    private static float[] rest(AudioStream stream) throws IOException {
        float[] all = new float[1 << 20];
        int n = 0;
        for (int got = 0; got >= 0; got = stream.read(all, n, Math.min(777, all.length - n))) {
            n += got;
        }
        return Arrays.copyOf(all, n);
    }

    /** Mixes as the other formats do: the mean in double precision, rounded once. */
    private static float[] mono(int[][] x, int bits) {
        float[] mono = new float[x[0].length];
        for (int i = 0; i < mono.length; i++) {
            double sum = 0;
            for (int[] channel : x) {
                sum += channel[i] * (1.0 / (1L << bits - 1));
            }
            mono[i] = (float) (sum / x.length);
        }
        return mono;
    }

    @Property
    void whatIsWrittenIsRead(
            @ForAll @IntRange(min = 1, max = 8) int channels,
            @ForAll @IntRange(min = 4, max = 32) int bits,
            @ForAll @IntRange(min = 1, max = 5000) int n,
            @ForAll @IntRange(min = 1, max = 4096) int blocks,
            @ForAll boolean variable,
            @ForAll @IntRange(min = 1, max = 768_000) int rate,
            @ForAll long seed)
            throws IOException {
        int[][] x = Signals.mixed(channels, n, bits, seed);
        FlacWriter writer = new FlacWriter(x, bits, rate, seed).blocks(Math.max(blocks, n / 100));
        byte[] file = (variable ? writer.variable() : writer).write();
        try (FlacStream stream = open(file)) {
            assertThat(stream.sampleRate()).isEqualTo(rate);
            assertThat(stream.channels()).isEqualTo(channels);
            assertThat(stream.bits()).isEqualTo(bits);
            assertThat(stream.frames()).hasValue(n);
            assertThat(IntegerSamples.rest(stream)).isEqualTo(x);
            assertThat(stream.warnings()).allMatch(Mixdown::isCancellation);
        }
        try (AudioStream stream = AudioStream.open(AudioSource.of(new ByteArrayInputStream(file), "piped"))) {
            assertThat(rest(stream)).isEqualTo(mono(x, bits));
        }
    }

    @Property(tries = 12, edgeCases = EdgeCasesMode.NONE)
    void seekingEqualsReadingThrough(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        int n = 150_000 + random.nextInt(200_000);
        int[][] x = Signals.mixed(1 + random.nextInt(2), n, 16, seed);
        FlacWriter writer = new FlacWriter(x, 16, 48_000, seed).blocks(100 + random.nextInt(6000));
        if (random.nextBoolean()) {
            writer.variable();
        }
        if (random.nextBoolean()) {
            writer.unknown();
        }
        byte[] file = writer.seekPoints(random.nextInt(3) * 10).write();
        if (random.nextInt(3) == 0) {
            corruptSeekTable(file, random);
        }
        try (FlacStream stream = open(file)) {
            for (int i = 0; i < 40; i++) {
                int at = random.nextInt(5) == 0 ? n - random.nextInt(3) : random.nextInt(n + 1);
                stream.seek(at);
                assertThat(stream.position()).isEqualTo(at);
                int[][] got = new int[x.length][1 + random.nextInt(3000)];
                int count = fill(stream, got);
                assertThat(count).isEqualTo(Math.min(got[0].length, n - at));
                for (int c = 0; c < x.length; c++) {
                    assertThat(Arrays.equals(got[c], 0, count, x[c], at, at + count))
                            .as("from sample %d", at)
                            .isTrue();
                }
            }
            stream.seek(0);
            assertThat(IntegerSamples.rest(stream)).isEqualTo(x);
        }
    }

    private static int fill(FlacStream stream, int[][] into) throws IOException {
        int n = 0;
        while (n < into[0].length) {
            int got = stream.read(into, n, into[0].length - n);
            if (got < 0) {
                break;
            }
            n += got;
        }
        return n;
    }

    /** Makes seek points refer to other positions, which may or may not be frames. */
    private static void corruptSeekTable(byte[] file, Random random) throws IOException {
        int frames = (int) FlacMetadata.read(AudioSource.of(file, "test.flac")).firstFrame();
        for (int at = 60; at < frames; at++) {
            if (file[at] == 3 && at > 100 && random.nextInt(20) == 0) {
                file[at] = (byte) random.nextInt(256);
            }
        }
        for (int i = 0; i < 30; i++) {
            int at = frames - 12 - random.nextInt(Math.max(1, frames - 150));
            if (at > 120) {
                file[at] = (byte) random.nextInt(3);
            }
        }
    }

    @Test
    void seekingBeyondTheEndEnds() throws IOException {
        int[][] x = Signals.mixed(1, 100_000, 16, 1);
        try (FlacStream known = open(new FlacWriter(x, 16, 8000, 1).write());
                FlacStream unknown =
                        open(new FlacWriter(x, 16, 8000, 1).unknown().write())) {
            for (FlacStream stream : new FlacStream[] {known, unknown}) {
                stream.seek(1_000_000);
                assertThat(stream.position()).isEqualTo(100_000);
                assertThat(stream.read(new float[5], 0, 5)).isEqualTo(-1);
                stream.seek(99_999);
                assertThat(rest(stream)).containsExactly(x[0][99_999] / 32768f);
                assertThatThrownBy(() -> stream.seek(-1)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void aStreamThatCannotGoBackSkipsAhead() throws IOException {
        int[][] x = Signals.mixed(2, 300_000, 16, 2);
        InputStream in = new ByteArrayInputStream(new FlacWriter(x, 16, 8000, 2).write());
        try (FlacStream stream = FlacStream.open(AudioSource.of(in, "pipe"))) {
            stream.seek(290_000);
            assertThat(stream.position()).isEqualTo(290_000);
            assertThat(rest(stream)).isEqualTo(Arrays.copyOfRange(mono(x, 16), 290_000, 300_000));
            assertThatThrownBy(() -> stream.seek(0))
                    .isInstanceOf(IOException.class)
                    .hasMessage("pipe: sample 0 has passed, and a stream cannot go back");
        }
    }

    @Test
    void theHashIsVerifiedUnlessSamplesWereLeftOut() throws IOException {
        int[][] x = Signals.mixed(1, 200_000, 16, 3);
        byte[] file = new FlacWriter(x, 16, 8000, 3).write();
        file[30] ^= 1;
        try (FlacStream stream = open(file)) {
            assertThatThrownBy(() -> rest(stream))
                    .isInstanceOf(UnreadableAudioException.class)
                    .hasMessage(
                            "test.flac: damaged FLAC data: the MD5 of the samples differs from the one in the file");
            stream.seek(150_000);
            assertThat(rest(stream)).hasSize(50_000);
            stream.seek(0);
            stream.seek(20_000);
            assertThatThrownBy(() -> rest(stream)).isInstanceOf(UnreadableAudioException.class);
        }
    }

    @Test
    void whatPrecedesDamageIsReadAndWhatFollowsCanBeReached() throws IOException {
        int[][] x = Signals.mixed(1, 400_000, 16, 4);
        FlacWriter writer = new FlacWriter(x, 16, 16_000, 4);
        byte[] file = writer.write();
        int at = writer.frameOffsets().get(150);
        file[at + 20] ^= 4;
        try (FlacStream stream = open(file)) {
            int[][] part = new int[1][153_600];
            assertThat(fill(stream, part)).isEqualTo(153_600);
            assertThat(part[0]).isEqualTo(Arrays.copyOf(x[0], 153_600));
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> stream.read(part, 0, 1))
                        .isInstanceOf(UnreadableAudioException.class)
                        .hasMessageContaining("the frame at byte " + at + " (sample 153600, 9.600 s): ");
            }
            stream.seek(300_000);
            assertThat(IntegerSamples.rest(stream)[0]).isEqualTo(Arrays.copyOfRange(x[0], 300_000, 400_000));
        }
    }

    @Test
    void aMissingFrameIsNoticedWithoutAHash() throws IOException {
        FlacWriter writer = new FlacWriter(Signals.mixed(1, 20_000, 16, 5), 16, 16_000, 5).unknown();
        byte[] file = writer.write();
        int from = writer.frameOffsets().get(7);
        int to = writer.frameOffsets().get(9);
        byte[] cut = new byte[file.length - (to - from)];
        System.arraycopy(file, 0, cut, 0, from);
        System.arraycopy(file, to, cut, from, file.length - to);
        try (FlacStream stream = open(cut)) {
            assertThatThrownBy(() -> rest(stream))
                    .isInstanceOf(UnreadableAudioException.class)
                    .hasMessageContaining("its number is 9 after 6: frames are missing or out of order");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tones-24.flac", "noise-stereo.flac", "sweep-8.flac"})
    void filesOfTheReferenceEncoderHaveTheirHash(String name) throws IOException {
        try (InputStream in = FlacStreamTest.class.getResourceAsStream("/audio/" + name);
                FlacStream stream = FlacStream.open(AudioSource.of(in, name))) {
            assertThat(stream.frames()).isPresent();
            assertThat(IntegerSamples.rest(stream)[0])
                    .hasSize((int) stream.frames().getAsLong());
        }
    }
}
