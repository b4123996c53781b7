package org.unmute.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PcmFormatTest {
    private static final int[] WIDTHS = {8, 16, 24, 32, 12, 20, 3, 32, 64};

    /** Stored samples, and the samples that must be read from them. */
    private record Sound(byte[] data, float[] mono) {}

    private static AudioStream open(byte[] file) throws IOException {
        return AudioStream.open(AudioSource.of(file, "test"));
    }

    private static float[] rest(AudioStream stream, int block) throws IOException {
        float[] all = new float[100_000];
        int n = 0;
        for (int got = 0; got >= 0; got = stream.read(all, n, block)) {
            n += got;
        }
        return Arrays.copyOf(all, n);
    }

    private static Sound sound(
            PcmWriter.Container container, int channels, int bits, boolean floats, int n, long seed) {
        Random random = new Random(seed);
        int bytes = (bits + 7) / 8;
        ByteBuffer data = ByteBuffer.allocate(n * channels * bytes).order(container.order());
        float[] mono = new float[n];
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int c = 0; c < channels; c++) {
                if (floats) {
                    double value = random.nextDouble() * 2 - 1;
                    sum += bits == 32 ? (float) value : value;
                    if (bits == 32) {
                        data.putFloat((float) value);
                    } else {
                        data.putDouble(value);
                    }
                } else {
                    // Values are left-justified in their bytes.
                    long value = (random.nextLong() >> 64 - bits) << 8 * bytes - bits;
                    sum += value / (double) (1L << 8 * bytes - 1);
                    boolean unsigned = container.wav() && bytes == 1;
                    put(data, unsigned ? value + 128 : value, bytes);
                }
            }
            mono[i] = (float) (sum / channels);
        }
        return new Sound(data.array(), mono);
    }

    private static void put(ByteBuffer data, long value, int bytes) {
        for (int b = 0; b < bytes; b++) {
            boolean big = data.order() == ByteOrder.BIG_ENDIAN;
            data.put((byte) (value >> 8 * (big ? bytes - 1 - b : b)));
        }
    }

    @Property
    void everyContainerAndWidthIsRead(
            @ForAll PcmWriter.Container container,
            @ForAll @IntRange(min = 1, max = 9) int channels,
            @ForAll @IntRange(max = 8) int width,
            @ForAll @IntRange(max = 3000) int n,
            @ForAll @IntRange(min = 1, max = 768_000) int rate,
            @ForAll long seed)
            throws IOException {
        boolean floats =
                width >= 7 && container != PcmWriter.Container.AIFF && container != PcmWriter.Container.AIFC_SOWT;
        int bits = floats ? WIDTHS[width] : WIDTHS[width % 7];
        PcmWriter writer = new PcmWriter(container, channels, rate, bits, floats);
        Sound sound = sound(container, channels, bits, floats, n, seed);
        byte[] file = writer.write(sound.data());
        Random random = new Random(seed);
        try (AudioStream stream = open(file)) {
            assertThat(stream.sampleRate()).isEqualTo(rate);
            assertThat(stream.channels()).isEqualTo(channels);
            assertThat(stream.frames()).hasValue(n);
            assertThat(rest(stream, 1 + random.nextInt(5000))).isEqualTo(sound.mono());
            assertThat(stream.position()).isEqualTo(n);
            int at = random.nextInt(n + 1);
            stream.seek(at);
            assertThat(stream.position()).isEqualTo(at);
            assertThat(rest(stream, 333)).isEqualTo(Arrays.copyOfRange(sound.mono(), at, n));
            stream.seek(n + 10L);
            assertThat(stream.position()).isEqualTo(n);
            assertThat(stream.read(new float[1], 0, 1)).isEqualTo(-1);
            assertThat(stream.warnings()).allMatch(PcmFormatTest::isOfCancellation);
        }
        try (AudioStream stream = AudioStream.open(AudioSource.of(new ByteArrayInputStream(file), "pipe"))) {
            int skip = random.nextInt(n + 1);
            stream.seek(skip);
            assertThat(rest(stream, 1000)).isEqualTo(Arrays.copyOfRange(sound.mono(), skip, n));
            assertThat(stream.warnings()).allMatch(PcmFormatTest::isOfCancellation);
        }
    }

    /**
     * Independent noise in nine channels retains on average about a ninth of its energy, at times less than a tenth.
     */
    private static boolean isOfCancellation(String warning) {
        return warning.startsWith("its channels cancel each other");
    }

    @ParameterizedTest
    @EnumSource
    void aFileCutShortIsReadAsFarAsItGoes(PcmWriter.Container container) throws IOException {
        PcmWriter writer = new PcmWriter(container, 2, 8000, 16, false);
        Sound sound = sound(container, 2, 16, false, 400, 1);
        byte[] file = writer.write(sound.data());
        for (int bytes : new int[] {0, 1, 3, 4, 400, 803, 1597, 1599}) {
            byte[] cut = Arrays.copyOf(file, writer.headerBytes() + bytes);
            float[] left = Arrays.copyOf(sound.mono(), bytes / 4);
            try (AudioStream stream = open(cut)) {
                assertThat(stream.frames()).hasValue(bytes / 4);
                assertThat(rest(stream, 77)).isEqualTo(left);
                assertThat(stream.warnings().get(0))
                        .isEqualTo(String.format(
                                Locale.ROOT,
                                "cut short: the header states 0.050 s, the file ends after %.3f s, which are read",
                                bytes / 32000.0));
                assertThat(stream.warnings()).hasSize(bytes % 4 == 0 ? 1 : 2);
            }
            try (AudioStream stream = AudioStream.open(AudioSource.of(new ByteArrayInputStream(cut), "pipe"))) {
                assertThat(stream.frames()).hasValue(400);
                assertThat(rest(stream, 77)).isEqualTo(left);
                assertThat(stream.frames()).hasValue(bytes / 4);
                assertThat(stream.warnings().get(0)).startsWith("cut short: the header states 0.050 s");
            }
        }
    }

    /** A recorder that lost power leaves the header of the start, or of an earlier moment. */
    @ParameterizedTest
    @EnumSource
    void samplesBeyondTheStatedLengthAreRead(PcmWriter.Container container) throws IOException {
        PcmWriter writer = new PcmWriter(container, 1, 8000, 16, false);
        Sound sound = sound(container, 1, 16, false, 4000, 2);
        for (int stated : new int[] {0, 800}) {
            try (AudioStream stream = open(writer.write(sound.data(), stated, new byte[0]))) {
                assertThat(rest(stream, 1000)).isEqualTo(sound.mono());
                assertThat(stream.warnings())
                        .containsExactly(String.format(
                                Locale.ROOT,
                                "the header states %.3f s, but the samples go on to the end of the file: 0.500 s are"
                                        + " read",
                                stated / 16000.0));
            }
        }
        byte[] file = writer.write(sound.data(), 0, new byte[0]);
        try (AudioStream stream = AudioStream.open(AudioSource.of(new ByteArrayInputStream(file), "pipe"))) {
            assertThat(rest(stream, 1000)).isEqualTo(sound.mono());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AU")
    void whatFollowsTheSamplesIsNotRead(PcmWriter.Container container) throws IOException {
        PcmWriter writer = new PcmWriter(container, 1, 8000, 16, false);
        Sound sound = sound(container, 1, 16, false, 4000, 3);
        byte[] tag = Arrays.copyOf("TAG".getBytes(StandardCharsets.US_ASCII), 128);
        for (byte[] after : new byte[][] {writer.trailing(20), writer.trailing(2001), tag, new byte[1]}) {
            try (AudioStream stream = open(writer.write(sound.data(), 8000, after))) {
                assertThat(rest(stream, 1000)).isEqualTo(sound.mono());
                assertThat(stream.warnings()).isEmpty();
            }
        }
    }

    @Test
    void lawsAreDecodedAsTheStandardSays() throws IOException {
        for (int law : new int[] {6, 7}) {
            byte[] codes = new byte[256];
            for (int i = 0; i < 256; i++) {
                codes[i] = (byte) i;
            }
            byte[] wav = new PcmWriter(PcmWriter.Container.RIFF, 1, 8000, 8, false).write(codes);
            wav[20] = (byte) law;
            byte[] au = new PcmWriter(PcmWriter.Container.AU, 1, 8000, 8, false).write(codes);
            au[15] = (byte) (law == 6 ? 27 : 1);
            float[] values = rest(open(wav), 256);
            assertThat(rest(open(au), 256)).isEqualTo(values);
            for (int i = 0; i < 128; i++) {
                assertThat(values[i]).isEqualTo(-values[i + 128]);
                assertThat(values[i + 128]).isGreaterThanOrEqualTo(0);
            }
            assertThat(values[law == 6 ? 0x2A : 0x00] * 32768).isEqualTo(law == 6 ? -32256 : -32124);
            assertThat(values[law == 6 ? 0xD5 : 0xFE] * 32768).isEqualTo(8);
        }
    }

    @Test
    void whatIsNoNumberIsRefusedAtItsFrame() throws IOException {
        PcmWriter writer = new PcmWriter(PcmWriter.Container.RIFF, 1, 8000, 32, true);
        ByteBuffer data = ByteBuffer.allocate(4000).order(ByteOrder.LITTLE_ENDIAN);
        data.putFloat(4 * 700, Float.NaN);
        byte[] file = writer.write(data.array());
        for (int block : new int[] {1, 64, 699, 700, 701, 1000}) {
            try (AudioStream stream = open(file)) {
                float[] samples = new float[2000];
                int n = 0;
                while (n < 700) {
                    n += stream.read(samples, n, block);
                }
                assertThat(stream.position()).isEqualTo(700);
                for (int i = 0; i < 2; i++) {
                    assertThatThrownBy(() -> stream.read(samples, 0, 1))
                            .isInstanceOf(UnreadableAudioException.class)
                            .hasMessageStartingWith("test: sample 700 is NaN");
                }
                stream.seek(701);
                assertThat(rest(stream, block)).hasSize(299);
            }
        }
    }

    @Test
    void anAiffFileMayHaveItsSamplesFirst() throws IOException {
        PcmWriter writer = new PcmWriter(PcmWriter.Container.AIFF, 1, 8000, 16, false);
        Sound sound = sound(PcmWriter.Container.AIFF, 1, 16, false, 400, 4);
        byte[] file = writer.write(sound.data());
        byte[] turned = file.clone();
        int common = 8 + 18;
        System.arraycopy(file, 12 + common, turned, 12, file.length - 12 - common);
        System.arraycopy(file, 12, turned, file.length - common, common);
        try (AudioStream stream = open(turned)) {
            assertThat(rest(stream, 1000)).isEqualTo(sound.mono());
            assertThat(stream.warnings()).isEmpty();
        }
        assertThatThrownBy(() -> open(Arrays.copyOf(turned, 500)))
                .hasMessage("test: cut short: the chunk 'SSND' should have 808 bytes, but the file ends after 480");
        assertThatThrownBy(() -> AudioStream.open(AudioSource.of(new ByteArrayInputStream(turned), "pipe")))
                .hasMessage("pipe: its COMM chunk comes after the samples: a stream must begin with it, store it in a"
                        + " file");
    }

    @Test
    void whatIsNoPcmIsNamed() {
        byte[] odd = new PcmWriter(PcmWriter.Container.AIFC, 1, 8000, 16, false).write(new byte[8]);
        System.arraycopy("ima4".getBytes(StandardCharsets.US_ASCII), 0, odd, 38, 4);
        assertThatThrownBy(() -> open(odd)).hasMessage("test: the samples are stored as 'ima4': convert them to PCM");
        byte[] au = new PcmWriter(PcmWriter.Container.AU, 1, 8000, 16, false).write(new byte[8]);
        au[15] = 23;
        assertThatThrownBy(() -> open(au)).hasMessageContaining("AU's format 23");
    }

    @Test
    void wholeFilesKeepTheirWarnings() throws IOException {
        byte[] file = new PcmWriter(PcmWriter.Container.RIFF, 1, 8000, 16, false).write(new byte[80], 160, new byte[0]);
        Recording recording = Wav.read(file);
        assertThat(recording.samples()).hasSize(40);
        assertThat(recording.warnings()).hasSize(1);
        assertThat(recording.resampled(4000, Resampler.Kernel.HANN).warnings()).isEqualTo(recording.warnings());
        assertThat(Wav.read(MemorySegment.ofArray(file), "m").samples()).hasSize(40);
        assertThat(Wav.read(new ByteArrayInputStream(file), "s").samples()).hasSize(40);
    }
}
