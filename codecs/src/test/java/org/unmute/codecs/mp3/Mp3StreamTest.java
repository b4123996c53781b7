package org.unmute.codecs.mp3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.models.audio.AudioSource;
import org.unmute.models.audio.AudioStream;
import org.unmute.models.audio.UnreadableAudioException;

class Mp3StreamTest {
    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Mp3StreamTest.class.getResourceAsStream("/audio/" + name)) {
            return in.readAllBytes();
        }
    }

    private static AudioStream open(byte[] file) throws IOException {
        return AudioStream.open(AudioSource.of(file, "test.mp3"));
    }

    /** Without printing thousands of numbers. */
    private static void assertSame(float[] actual, float[] expected) {
        assertThat(actual.length).isEqualTo(expected.length);
        assertThat(Arrays.mismatch(actual, expected))
                .as("first sample that differs")
                .isEqualTo(-1);
    }

    private static float[] rest(AudioStream stream, int block) throws IOException {
        float[] all = new float[200_000];
        int n = 0;
        for (int got = 0; got >= 0; got = stream.read(all, n, block)) {
            n += got;
        }
        return Arrays.copyOf(all, n);
    }

    @ParameterizedTest
    @CsvSource({
        "whistle.mp3, 16000, 1, 0",
        "tones-44100-stereo-vbr.mp3, 44100, 2, 66150",
        "tones-8000-mono.mp3, 8000, 1, 0",
        "tones-22050-joint.mp3, 22050, 2, 0"
    })
    void seekingEqualsReadingThrough(String name, int rate, int channels, int length) throws IOException {
        byte[] file = resource(name);
        float[] whole;
        try (AudioStream stream = open(file)) {
            assertThat(stream.sampleRate()).isEqualTo(rate);
            assertThat(stream.channels()).isEqualTo(channels);
            whole = rest(stream, 999);
            // Some encoders write no header of their own.
            assertThat(stream.frames().orElse(whole.length)).isEqualTo(whole.length);
            assertThat(stream.position()).isEqualTo(whole.length);
            assertThat(stream.warnings()).isEmpty();
        }
        if (length > 0) {
            assertThat(whole).hasSize(length);
        }
        try (AudioStream stream = AudioStream.open(AudioSource.of(new ByteArrayInputStream(file), "pipe"))) {
            stream.seek(whole.length / 3);
            assertSame(rest(stream, 4096), Arrays.copyOfRange(whole, whole.length / 3, whole.length));
            assertThatThrownBy(() -> stream.seek(0)).isInstanceOf(IOException.class);
        }
        Random random = new Random(1);
        try (AudioStream stream = open(file)) {
            for (int i = 0; i < 60; i++) {
                int at = random.nextInt(whole.length + 1);
                int count = 1 + random.nextInt(3000);
                stream.seek(at);
                assertThat(stream.position()).isEqualTo(at);
                float[] got = new float[count];
                int n = 0;
                while (n < count) {
                    int r = stream.read(got, n, count - n);
                    if (r < 0) {
                        break;
                    }
                    n += r;
                }
                assertSame(Arrays.copyOf(got, n), Arrays.copyOfRange(whole, at, Math.min(whole.length, at + count)));
            }
            stream.seek(10_000_000);
            assertThat(stream.position()).isEqualTo(whole.length);
            assertThat(stream.read(new float[1], 0, 1)).isEqualTo(-1);
        }
    }

    @Test
    void tagsAndGarbageBetweenFramesAreLeftOut() throws IOException {
        byte[] file = resource("tones-8000-mono.mp3");
        float[] whole = rest(open(file), 1000);
        byte[] tag = Arrays.copyOf("TAG".getBytes(StandardCharsets.US_ASCII), 128);
        try (AudioStream stream = open(joined(new byte[500], file, tag, new byte[1000]))) {
            assertSame(rest(stream, 1000), whole);
            assertThat(stream.warnings()).isEmpty();
        }
        int middle = frameFrom(file, file.length / 2);
        byte[] garbage = new byte[700];
        new Random(1).nextBytes(garbage);
        garbage[0] = 5;
        byte[] torn = joined(Arrays.copyOf(file, middle), garbage, Arrays.copyOfRange(file, middle, file.length));
        try (AudioStream stream = open(torn)) {
            assertSame(rest(stream, 1000), whole);
            assertThat(stream.warnings())
                    .containsExactly("700 bytes from byte " + middle + " are no whole MPEG frame and are left out");
        }
    }

    private static int frameFrom(byte[] file, int from) {
        Mp3Header first = Mp3Header.parse(file, 0);
        for (int at = from; ; at++) {
            Mp3Header header = Mp3Header.parse(file, at);
            if (header != null && header.continues(first)) {
                Mp3Header next = Mp3Header.parse(file, at + header.bytes());
                if (next != null && next.continues(first)) {
                    return at;
                }
            }
        }
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    @Test
    void aFileCutShortIsReadAsFarAsItGoes() throws IOException {
        byte[] file = resource("tones-44100-stereo-vbr.mp3");
        float[] whole = rest(open(file), 1000);
        byte[] cut = Arrays.copyOf(file, file.length / 2);
        try (AudioStream stream = open(cut)) {
            float[] got = rest(stream, 1000);
            assertThat(got.length).isBetween(whole.length / 4, whole.length * 3 / 4);
            assertSame(got, Arrays.copyOf(whole, got.length));
            assertThat(stream.warnings()).hasSize(2);
            assertThat(stream.warnings().get(1))
                    .startsWith("cut short: the header states 1.500 s, the file ends after");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"whistle.mp3", "tones-44100-stereo-vbr.mp3", "tones-8000-mono.mp3"})
    void damageGivesAnAnswerSoon(String name) throws IOException {
        byte[] whole = resource(name);
        int mutations = Integer.getInteger("unmute.mutations", 600) / 3;
        for (int i = 0; i < mutations; i++) {
            Random random = new Random(i);
            byte[] file =
                    random.nextInt(3) == 0 ? Arrays.copyOf(whole, 1 + random.nextInt(whole.length)) : whole.clone();
            int edits = 1 + random.nextInt(20);
            for (int k = 0; k < edits; k++) {
                file[random.nextInt(file.length)] = (byte) random.nextInt(256);
            }
            long start = System.nanoTime();
            try (AudioStream stream = open(file)) {
                float[] samples = new float[4096];
                long n = 0;
                for (int got = 0; got >= 0; got = stream.read(samples, 0, 4096)) {
                    for (int j = 0; j < got; j++) {
                        if (!(Math.abs(samples[j]) < 1e9)) {
                            throw new AssertionError("mutation " + i + ": sample " + samples[j]);
                        }
                    }
                    n += got;
                }
                // The shortest frames have 24 bytes and 576 samples.
                assertThat(n).isLessThan(25L * file.length);
                stream.seek(random.nextInt(20_000));
            } catch (UnreadableAudioException e) {
                assertThat(e.reason()).isNotBlank();
            }
            assertThat(System.nanoTime() - start)
                    .as("nanoseconds for mutation %d", i)
                    .isLessThan(5_000_000_000L);
        }
    }
}
