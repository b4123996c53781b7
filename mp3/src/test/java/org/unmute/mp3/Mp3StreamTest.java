package org.unmute.mp3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;

class Mp3StreamTest {
    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Mp3StreamTest.class.getResourceAsStream("/audio/" + name)) {
            return in.readAllBytes();
        }
    }

    private static AudioStream open(byte[] file) throws IOException {
        return AudioStream.open(AudioSource.of(file, "test.mp3"));
    }

    /** Compares arrays without printing thousands of numbers on failure. */
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
            // Some encoders write no Xing header.
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

    private static final String WITH_HEADER = "tones-44100-stereo-vbr.mp3";

    /** The file with other numbers in its encoder's header: of frames after the first, and of bytes. */
    private static byte[] stating(byte[] file, int frames, int bytes) {
        int at = Mp3Header.parse(file, 0).infoAt() + 8;
        byte[] changed = file.clone();
        ByteBuffer.wrap(changed).putInt(at, frames).putInt(at + 4, bytes);
        return changed;
    }

    private static int stated(byte[] file, int field) {
        return ByteBuffer.wrap(file).getInt(Mp3Header.parse(file, 0).infoAt() + 8 + 4 * field);
    }

    /** Reads the whole file, then from many positions, and checks positions and samples. */
    private static float[] readChecked(byte[] file) throws IOException {
        float[] whole = new float[200_000];
        int n = 0;
        try (AudioStream stream = open(file)) {
            for (int got = 0; got >= 0; got = stream.read(whole, n, 700)) {
                n += got;
                assertThat(stream.position()).isEqualTo(n);
            }
            whole = Arrays.copyOf(whole, n);
            for (int at = n; at >= 0; at -= 997) {
                stream.seek(at);
                assertThat(stream.position()).isEqualTo(at);
                assertSame(rest(stream, 4096), Arrays.copyOfRange(whole, at, n));
            }
        }
        return whole;
    }

    @Test
    void framesBeyondTheStatedOnesAreRead() throws IOException {
        byte[] file = resource(WITH_HEADER);
        float[] asStated = rest(open(file), 1000);
        byte[] fewer = stating(file, stated(file, 0) - 5, stated(file, 1));
        float[] whole = readChecked(fewer);
        assertThat(whole.length).as("with its padding").isBetween(asStated.length + 1, asStated.length + 1152);
        assertSame(Arrays.copyOf(whole, asStated.length), asStated);
        try (AudioStream stream = open(fewer)) {
            assertThat(stream.frames()).hasValue(asStated.length - 5 * 1152);
            rest(stream, 1000);
            assertThat(stream.frames()).isEmpty();
            assertThat(stream.warnings())
                    .containsExactly("the header states 1.369 s, but more frames follow, which are read");
        }
    }

    @Test
    void joinedFilesAreReadWhole() throws IOException {
        byte[] file = resource(WITH_HEADER);
        byte[] tag = Arrays.copyOf("TAG".getBytes(StandardCharsets.US_ASCII), 128);
        byte[] both = joined(file, file, tag);
        // The frame of the second header has no audio but takes up time.
        int length = readChecked(both).length;
        assertThat(length).isBetween(2 * 66_150, 2 * 66_150 + 4 * 1152);
        try (AudioStream stream = open(both)) {
            assertThat(stream.frames()).hasValue(length);
            assertThat(stream.warnings())
                    .containsExactly("the header states 1.500 s, but frames follow up to "
                            + String.format(Locale.ROOT, "%.3f", length / 44_100.0) + " s, which are read");
            assertThat(rest(stream, 1000)).hasSize(length);
            assertThat(stream.warnings()).hasSize(1);
        }
        try (AudioStream stream = AudioStream.open(AudioSource.of(new ByteArrayInputStream(both), "pipe"))) {
            assertThat(rest(stream, 1000)).hasSize(length);
            assertThat(stream.frames()).isEmpty();
            assertThat(stream.warnings())
                    .containsExactly("the header states 1.500 s, but more frames follow, which are read");
        }
    }

    @Test
    void bytesMayBeCountedWithoutTheFirstFrame() throws IOException {
        byte[] file = resource(WITH_HEADER);
        int others = file.length - Mp3Header.parse(file, 0).bytes();
        for (int bytes : new int[] {others, 100, 0}) {
            try (AudioStream stream = open(stating(file, stated(file, 0), bytes))) {
                assertThat(stream.frames()).hasValue(66_150);
                assertThat(rest(stream, 1000)).hasSize(66_150);
                assertThat(stream.warnings()).isEmpty();
            }
        }
    }

    /** The file with another trailing silence in its encoder's header, which includes the decoder's own delay. */
    private static byte[] silentAtTheEnd(byte[] file, int samples) {
        byte[] changed = file.clone();
        int at = Mp3Header.parse(file, 0).infoAt() + 120 + 22;
        changed[at] = (byte) (changed[at] & 0xF0 | samples + 529 >> 8);
        changed[at + 1] = (byte) (samples + 529);
        return changed;
    }

    static IntStream silences() {
        return Boolean.getBoolean("unmute.full")
                ? IntStream.of(0, 1, 622, 1151, 1152, 1153, 2304, 2910, 3566)
                : IntStream.of(0, 1152, 3566);
    }

    /** MPEG-2 frames have 576 samples, and their encoders append up to 622. */
    @ParameterizedTest
    @MethodSource("silences")
    void theSilenceBehindMayTakeSeveralFrames(int silence) throws IOException {
        byte[] file = silentAtTheEnd(resource(WITH_HEADER), silence);
        float[] all = rest(open(silentAtTheEnd(resource(WITH_HEADER), 0)), 1000);
        float[] whole = readChecked(file);
        assertSame(whole, Arrays.copyOf(all, all.length - silence));
        try (AudioStream stream = open(file)) {
            assertThat(stream.frames()).hasValue(whole.length);
            rest(stream, 1000);
            assertThat(stream.warnings()).isEmpty();
            stream.seek(10_000_000);
            assertThat(stream.position()).isEqualTo(whole.length);
            stream.seek(whole.length + 45 * 1152L);
            assertThat(stream.position()).isEqualTo(whole.length);
        }
        // If more frames follow, no trailing silence is removed.
        byte[] fewer = stating(file, stated(file, 0) - 5, 0);
        assertSame(readChecked(fewer), all);
        try (AudioStream stream = open(fewer)) {
            rest(stream, 1000);
            assertThat(stream.warnings()).singleElement().asString().contains("but more frames follow, which are read");
        }
    }

    @Test
    void aFrameThatIsMissingIsSaidAlsoWhereTheSilenceBehindIsLonger() throws IOException {
        byte[] file = silentAtTheEnd(resource(WITH_HEADER), 2910);
        int middle = frameFrom(file, file.length / 2);
        int after = middle + Mp3Header.parse(file, middle).bytes();
        byte[] torn = joined(Arrays.copyOf(file, middle), Arrays.copyOfRange(file, after, file.length));
        try (AudioStream stream = open(torn)) {
            long stated = stream.frames().getAsLong();
            assertThat(rest(stream, 1000).length).isGreaterThan((int) stated);
            assertThat(stream.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("frames are missing: the header states 59 (")
                    .contains("the file has 58, all of which are read (");
        }
    }

    @Test
    void aFileThatEndsWithinTheStatedSilenceHasNoSamples() throws IOException {
        byte[] file = resource(WITH_HEADER);
        Mp3Header info = Mp3Header.parse(file, 0);
        int firstFrame = Mp3Header.parse(file, info.bytes()).bytes();
        byte[] cut = Arrays.copyOf(file, info.bytes() + firstFrame);
        // Set the upper 8 of the extension's 12 bits for the leading silence: 2000 samples plus the decoder's own
        // delay.
        cut[info.infoAt() + 120 + 21] = (byte) (2000 >> 4);
        try (AudioStream stream = open(cut)) {
            assertThat(stream.position()).isZero();
            assertThat(stream.read(new float[10], 0, 10)).isEqualTo(-1);
            assertThat(stream.warnings()).singleElement().asString().endsWith("ends after 0.000 s, which are read");
            stream.seek(5);
            assertThat(stream.position()).isZero();
        }
    }

    @Test
    void aHeaderThatStatesNoFramesLeavesTheLengthOpen() throws IOException {
        byte[] file = stating(resource(WITH_HEADER), 0, 0);
        try (AudioStream stream = open(file)) {
            assertThat(stream.frames()).isEmpty();
            assertThat(rest(stream, 1000)).hasSize(stated(resource(WITH_HEADER), 0) * 1152);
            assertThat(stream.warnings()).isEmpty();
        }
    }
}
