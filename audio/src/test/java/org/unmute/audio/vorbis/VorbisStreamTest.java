package org.unmute.audio.vorbis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.playback.Mixdown;
import org.unmute.files.fixture.AllocatedBytes;

class VorbisStreamTest {
    private static byte[] resource(String name) throws IOException {
        try (InputStream in = VorbisStreamTest.class.getResourceAsStream("/audio/" + name)) {
            return in.readAllBytes();
        }
    }

    private static AudioStream open(byte[] file) throws IOException {
        return AudioStream.open(AudioSource.of(file, "test.ogg"));
    }

    /** Compares arrays without printing thousands of numbers on failure. */
    private static void assertSame(float[] actual, float[] expected) {
        assertThat(actual.length).isEqualTo(expected.length);
        assertThat(Arrays.mismatch(actual, expected))
                .as("first sample that differs")
                .isEqualTo(-1);
    }

    private static float[] rest(AudioStream stream, int block) throws IOException {
        float[] all = new float[800_000];
        int n = 0;
        for (int got = 0; got >= 0; got = stream.read(all, n, block)) {
            n += got;
        }
        return Arrays.copyOf(all, n);
    }

    /**
     * The tolerance is half a step of 16 bits, to which the reference was rounded, for the mean of up to three
     * channels.
     */
    @ParameterizedTest
    @CsvSource({"noise-stereo, 44100, 2", "sweep-mono, 16000, 1", "three-channels, 22050, 3"})
    void itDecodesAsLibvorbisDoes(String name, int rate, int channels) throws IOException {
        float[] expected = rest(open(resource(name + ".ogg.flac")), 1000);
        try (AudioStream stream = open(resource(name + ".ogg"))) {
            assertThat(stream.sampleRate()).isEqualTo(rate);
            assertThat(stream.channels()).isEqualTo(channels);
            assertThat(stream.frames()).hasValue(expected.length);
            float[] actual = rest(stream, 1000);
            assertThat(actual).hasSize(expected.length);
            for (int i = 0; i < actual.length; i++) {
                assertThat((double) actual[i]).isCloseTo(expected[i], within(0.51 / 32768));
            }
            assertThat(stream.warnings()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"noise-stereo.ogg", "sweep-mono.ogg"})
    void seekingEqualsReadingThrough(String name) throws IOException, InvalidVorbisException {
        byte[] file = new Pages(resource(name)).write(1, 3);
        float[] whole = rest(open(file), 999);
        assertSame(whole, rest(open(resource(name)), 77));
        try (AudioStream stream = AudioStream.open(AudioSource.of(new ByteArrayInputStream(file), "pipe"))) {
            stream.seek(5000);
            assertSame(rest(stream, 4096), Arrays.copyOfRange(whole, 5000, whole.length));
            assertThatThrownBy(() -> stream.seek(0)).isInstanceOf(IOException.class);
        }
        Random random = new Random(1);
        try (AudioStream stream = open(file)) {
            for (int i = 0; i < 100; i++) {
                int at = random.nextInt(whole.length + 1);
                stream.seek(at);
                assertThat(stream.position()).isEqualTo(at);
                float[] got = new float[1 + random.nextInt(3000)];
                int n = 0;
                while (n < got.length) {
                    int r = stream.read(got, n, got.length - n);
                    if (r < 0) {
                        break;
                    }
                    n += r;
                }
                assertSame(Arrays.copyOf(got, n), Arrays.copyOfRange(whole, at, Math.min(whole.length, at + n)));
            }
            stream.seek(1_000_000);
            assertThat(stream.position()).isEqualTo(whole.length);
            stream.seek(0);
            assertSame(rest(stream, 5000), whole);
        }
    }

    /** A long recording, made of the repeated packets of a file, a few on each page. */
    @Test
    void bisectionFindsTheWayInALongFile() throws IOException, InvalidVorbisException {
        byte[] file = new Pages(resource("sweep-mono.ogg")).write(40, 5);
        float[] whole = rest(open(file), 4096);
        assertThat(whole.length).isGreaterThan(300_000);
        try (AudioStream stream = open(file)) {
            assertThat(stream.frames()).hasValue(whole.length);
            Random random = new Random(2);
            for (int i = 0; i < 100; i++) {
                int at = random.nextInt(whole.length - 1000);
                stream.seek(at);
                float[] got = new float[1000];
                int n = stream.read(got, 0, 1000);
                assertSame(Arrays.copyOf(got, n), Arrays.copyOfRange(whole, at, at + n));
            }
        }
    }

    @Test
    void aLengthBeyondThePacketsIsSaid() throws IOException, InvalidVorbisException {
        Pages pages = new Pages(resource("sweep-mono.ogg"));
        pages.length += 5000;
        try (AudioStream stream = open(pages.write(1, 3))) {
            assertThat(stream.frames()).hasValue(pages.length);
            float[] samples = rest(stream, 1000);
            assertThat(samples.length).isBetween((int) pages.length - 5000, (int) pages.length - 1);
            assertThat(stream.warnings())
                    .containsExactly("a page ends at sample " + pages.length + " by its own account, but at "
                            + samples.length + " by its packets, which counts");
        }
    }

    @Test
    void damageAndTruncationAreNoticed() throws IOException {
        byte[] whole = resource("noise-stereo.ogg");
        for (int at = 0; at < whole.length; at += 31) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x04;
            assertThatThrownBy(() -> rest(open(damaged), 1000))
                    .as("byte %d", at)
                    .isInstanceOf(UnreadableAudioException.class);
            byte[] cut = Arrays.copyOf(whole, at);
            assertThatThrownBy(() -> rest(open(cut), 1000))
                    .as("cut to %d", at)
                    .isInstanceOf(UnreadableAudioException.class);
        }
        byte[] twice = Arrays.copyOf(whole, 2 * whole.length);
        System.arraycopy(whole, 0, twice, whole.length, whole.length);
        assertThatThrownBy(() -> rest(open(twice), 1000))
                .isInstanceOf(UnreadableAudioException.class)
                .hasMessageContaining("several streams, the second one from byte " + whole.length);
    }

    @Test
    void theTransformEqualsItsDefinition() {
        for (int n : new int[] {64, 512, 8192}) {
            float[] x = new float[n];
            double[] expected = new double[n];
            Random random = new Random(n);
            for (int k = 0; k < n / 2; k++) {
                x[k] = k % 37 == 0 ? random.nextFloat() - 0.5f : 0;
                for (int i = 0; i < n && x[k] != 0; i++) {
                    expected[i] += x[k] * Math.cos(2 * Math.PI / n * (i + 0.5 + n / 4.0) * (k + 0.5));
                }
            }
            new Mdct(n).inverse(x);
            for (int i = 0; i < n; i++) {
                assertThat((double) x[i]).isCloseTo(expected[i], within(1e-5 * Math.sqrt(n)));
            }
        }
    }

    @Test
    void aHeaderOfAFewBytesCannotAskForGigabytes() throws IOException {
        byte[] file = resource("sweep-mono.ogg");
        // 16 million entries of one length in the first codebook.
        int setup = indexOf(file, new byte[] {5, 'v', 'o', 'r', 'b', 'i', 's'});
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(setup + 7 + 1 + 3 + 2, 0x01FFFFFF);
        Pages.repair(file);
        long before = AllocatedBytes.now();
        assertFails(UnreadableAudioException.class, () -> open(file), "its codebooks have too many entries");
        assertThat(AllocatedBytes.now() - before).isLessThan(2 << 20);
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        int at = 0;
        while (!Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
            at++;
        }
        return at;
    }

    /** Splits an Ogg file into packets and puts them on other pages. */
    private static final class Pages {
        private final List<byte[]> packets = new ArrayList<>();
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private long length;
        private int sequence;

        Pages(byte[] file) {
            ByteBuffer fields = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
            ByteArrayOutputStream packet = new ByteArrayOutputStream();
            for (int at = 0; at < file.length; ) {
                int segments = file[at + 26] & 0xFF;
                int from = at + 27 + segments;
                for (int i = 0; i < segments; i++) {
                    int size = file[at + 27 + i] & 0xFF;
                    packet.write(file, from, size);
                    from += size;
                    if (size < 255) {
                        packets.add(packet.toByteArray());
                        packet.reset();
                    }
                }
                length = fields.getLong(at + 6);
                at = from;
            }
        }

        /** Repeats the audio {@code times} times, with granule positions as a decoder counts them. */
        byte[] write(int times, int packetsOnAPage) throws InvalidVorbisException {
            page(0, 2, packets.subList(0, 1));
            page(0, 0, packets.subList(1, 3));
            BlockDecoder decoder = new BlockDecoder(
                    VorbisSetup.parse(bits(packets.get(0)), bits(packets.get(2))),
                    Mixdown.of(Mixdown.MEAN, 1, 8000, IllegalArgumentException::new));
            float[] block = new float[8192];
            long granule = 0;
            for (int t = 0; t < times; t++) {
                for (int i = 3; i < packets.size(); i += packetsOnAPage) {
                    int to = Math.min(packets.size(), i + packetsOnAPage);
                    for (byte[] packet : packets.subList(i, to)) {
                        granule += decoder.decode(bits(packet), block, 0, 0);
                    }
                    boolean last = t == times - 1 && to == packets.size();
                    page(last && times == 1 ? length : granule, last ? 4 : 0, packets.subList(i, to));
                }
            }
            return out.toByteArray();
        }

        private static PacketBits bits(byte[] packet) {
            return new PacketBits(Arrays.copyOf(packet, packet.length + PacketBits.PADDING), packet.length);
        }

        private void page(long granule, int flags, List<byte[]> content) {
            ByteArrayOutputStream lacing = new ByteArrayOutputStream();
            int size = 0;
            for (byte[] packet : content) {
                for (int left = packet.length; left >= 0; left -= 255) {
                    lacing.write(Math.min(255, left));
                }
                size += packet.length;
            }
            ByteBuffer page = ByteBuffer.allocate(27 + lacing.size() + size).order(ByteOrder.LITTLE_ENDIAN);
            page.put(new byte[] {'O', 'g', 'g', 'S', 0, (byte) flags})
                    .putLong(granule)
                    .putInt(77)
                    .putInt(sequence++);
            page.putInt(0).put((byte) lacing.size()).put(lacing.toByteArray());
            content.forEach(page::put);
            repair(page.array());
            out.writeBytes(page.array());
        }

        /** Writes the correct checksum into every page. */
        static void repair(byte[] file) {
            ByteBuffer fields = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
            int at = 0;
            while (at + 27 <= file.length && fields.getInt(at) == 0x5367674F) {
                int segments = file[at + 26] & 0xFF;
                int end = at + 27 + segments;
                for (int i = 0; i < segments && at + 27 + i < file.length; i++) {
                    end += file[at + 27 + i] & 0xFF;
                }
                if (end > file.length) {
                    return;
                }
                fields.putInt(at + 22, 0);
                int crc = 0;
                for (int i = at; i < end; i++) {
                    crc ^= (file[i] & 0xFF) << 24;
                    for (int bit = 0; bit < 8; bit++) {
                        crc = crc << 1 ^ (crc < 0 ? 0x04C11DB7 : 0);
                    }
                }
                fields.putInt(at + 22, crc);
                at = end;
            }
        }
    }
}
