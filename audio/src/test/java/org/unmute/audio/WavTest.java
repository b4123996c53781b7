package org.unmute.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WavTest {
    private static final int PCM = 1;
    private static final int FLOAT = 3;

    @TempDir
    Path folder;

    /** A file of chunks with correct sizes. */
    private static byte[] riff(byte[]... chunks) {
        int total = 4 + Arrays.stream(chunks).mapToInt(c -> c.length).sum();
        ByteBuffer b = buffer(8 + total).put(ascii("RIFF")).putInt(total).put(ascii("WAVE"));
        for (byte[] chunk : chunks) {
            b.put(chunk);
        }
        return b.array();
    }

    private static byte[] chunk(String id, byte[] content) {
        return chunk(id, content.length, content);
    }

    private static byte[] chunk(String id, int size, byte[] content) {
        return buffer(8 + content.length + (content.length & 1))
                .put(ascii(id))
                .putInt(size)
                .put(content)
                .array();
    }

    private static byte[] format(int tag, int channels, int rate, int bits) {
        int block = channels * ((bits + 7) / 8);
        return buffer(16)
                .putShort((short) tag)
                .putShort((short) channels)
                .putInt(rate)
                .putInt(rate * block)
                .putShort((short) block)
                .putShort((short) bits)
                .array();
    }

    private static byte[] extensible(int tag, int channels, int rate, int bits) {
        return buffer(40)
                .put(format(0xFFFE, channels, rate, bits))
                .putShort((short) 22)
                .putShort((short) bits)
                .putInt(0)
                .putShort((short) tag)
                .put(new byte[] {0, 0, 0, 0, 0x10, 0, (byte) 0x80, 0, 0, (byte) 0xAA, 0, 0x38, (byte) 0x9B, 0x71})
                .array();
    }

    private static byte[] wav(byte[] format, byte[] data) {
        return riff(chunk("fmt ", format), chunk("data", data));
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static Recording read(byte[] file) throws IOException {
        return Wav.read(MemorySegment.ofArray(file), "test.wav");
    }

    private static byte[] data(int bytes, Consumer<ByteBuffer> fill) {
        ByteBuffer b = buffer(bytes);
        fill.accept(b);
        return b.array();
    }

    @Test
    void everyEncodingIsScaledToOne() throws IOException {
        float[] wanted = {-1, -0.5f, 0, 0.25f};
        byte[] unsigned = {0, 64, (byte) 128, (byte) 160};
        assertThat(read(wav(format(PCM, 1, 8000, 8), unsigned)).samples()).isEqualTo(wanted);
        byte[] b16 = data(
                8,
                b -> b.putShort((short) -32768)
                        .putShort((short) -16384)
                        .putShort((short) 0)
                        .putShort((short) 8192));
        assertThat(read(wav(format(PCM, 1, 8000, 16), b16)).samples()).isEqualTo(wanted);
        byte[] b24 = {0, 0, (byte) 0x80, 0, 0, (byte) 0xC0, 0, 0, 0, 0, 0, 0x20};
        assertThat(read(wav(format(PCM, 1, 8000, 24), b24)).samples()).isEqualTo(wanted);
        byte[] b32 = data(
                16, b -> b.putInt(Integer.MIN_VALUE).putInt(-1 << 30).putInt(0).putInt(1 << 29));
        assertThat(read(wav(format(PCM, 1, 8000, 32), b32)).samples()).isEqualTo(wanted);
        byte[] f32 = data(16, b -> b.putFloat(-1).putFloat(-0.5f).putFloat(0).putFloat(0.25f));
        assertThat(read(wav(format(FLOAT, 1, 8000, 32), f32)).samples()).isEqualTo(wanted);
        byte[] f64 = data(32, b -> b.putDouble(-1).putDouble(-0.5).putDouble(0).putDouble(0.25));
        assertThat(read(wav(format(FLOAT, 1, 8000, 64), f64)).samples()).isEqualTo(wanted);
        assertThat(read(wav(extensible(PCM, 1, 8000, 24), b24)).samples()).isEqualTo(wanted);
        assertThat(read(wav(extensible(FLOAT, 1, 8000, 32), f32)).samples()).isEqualTo(wanted);
        byte[] lowBits = {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 1, 0, 0};
        assertThat(read(wav(format(PCM, 1, 8000, 24), lowBits)).samples()).isEqualTo(new float[] {-0x1p-23f, 0x1p-23f});
    }

    @Test
    void channelsAreMixedByTheirMean() throws IOException {
        byte[] stereo = data(
                8,
                b -> b.putShort((short) 16384)
                        .putShort((short) 0)
                        .putShort((short) -32768)
                        .putShort((short) 32767));
        Recording r = read(wav(format(PCM, 2, 44100, 16), stereo));
        assertThat(r.samples()).isEqualTo(new float[] {0.25f, -0.5f / 32768});
        assertThat(r.channels()).isEqualTo(2);
        assertThat(r.sampleRate()).isEqualTo(44100);
        assertThat(r.seconds()).isEqualTo(2 / 44100.0);
        byte[] many = new byte[64];
        Arrays.fill(many, (byte) 192);
        assertThat(read(wav(format(PCM, 64, 8000, 8), many)).samples()).isEqualTo(new float[] {0.5f});
    }

    @Test
    void otherChunksArePassedOver() throws IOException {
        byte[] data = {0, 64};
        byte[] file = riff(
                chunk("LIST", new byte[5]),
                chunk("fmt ", format(PCM, 1, 8000, 16)),
                chunk("x\0\n?", ascii("odd")),
                chunk("data", data),
                chunk("LIST", 1000, new byte[3]));
        assertThat(read(file).samples()).isEqualTo(new float[] {0.5f});
        byte[] dataFirst = riff(chunk("data", data), chunk("fmt ", format(PCM, 1, 8000, 16)));
        assertThat(read(dataFirst).samples()).isEqualTo(new float[] {0.5f});
    }

    @Test
    void anUnknownLengthReachesToTheEnd() throws IOException {
        byte[] data = {0, 64, 0, 32, 7};
        for (int length : new int[] {-1, 0x7FFFF000, 0}) {
            byte[] file = riff(
                    chunk("fmt ", format(PCM, 1, 8000, 16)),
                    Arrays.copyOf(chunk("data", length, data), 8 + data.length));
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(4, length == 0 ? 0 : -1);
            assertThat(read(file).samples()).isEqualTo(new float[] {0.5f, 0.25f});
        }
    }

    static List<Arguments> broken() {
        byte[] pcm = format(PCM, 1, 8000, 16);
        byte[] align = format(PCM, 2, 8000, 16);
        align[12] = 2;
        byte[] guid = extensible(PCM, 1, 8000, 16);
        guid[39] = 0;
        byte[] empty = new byte[0];
        byte[] two = new byte[2];
        byte[] nan = data(12, b -> b.putFloat(0).putFloat(Float.NaN).putFloat(1));
        byte[] infinite = data(8, b -> b.putFloat(0).putFloat(Float.NEGATIVE_INFINITY));
        byte[] wide = data(8, b -> b.putDouble(1e300));
        byte[] valid = wav(pcm, two);
        return List.of(
                Arguments.of("the file is empty", empty),
                Arguments.of("not a WAV file: it has only 11 bytes", Arrays.copyOf(valid, 11)),
                Arguments.of("does not start with RIFF", ascii("OggS and more bytes")),
                Arguments.of("without WAVE", ascii("RIFF0000AVI LIST")),
                Arguments.of("no fmt chunk", riff()),
                Arguments.of("no fmt chunk", riff(chunk("data", two))),
                Arguments.of("no data chunk", riff(chunk("fmt ", pcm))),
                Arguments.of("fmt chunk has 14 bytes", wav(Arrays.copyOf(pcm, 14), two)),
                Arguments.of(
                        "chunk 'fmt ' should have 17 bytes, but the file ends after 16", riff(chunk("fmt ", 17, pcm))),
                Arguments.of("chunk 'junk' should have 4294967295 bytes", riff(chunk("junk", -1, two))),
                Arguments.of("0 channels", wav(format(PCM, 0, 8000, 16), two)),
                Arguments.of("65 channels", wav(format(PCM, 65, 8000, 8), new byte[65])),
                Arguments.of("sample rate 0 Hz", wav(format(PCM, 1, 0, 16), two)),
                Arguments.of("sample rate 768001 Hz", wav(format(PCM, 1, 768_001, 16), two)),
                Arguments.of("sample rate 4294967295 Hz", wav(format(PCM, 1, -1, 16), two)),
                Arguments.of("block align is 2, but 2 channels of 16 bits take 4 bytes", wav(align, new byte[4])),
                Arguments.of("integer samples of 33 bits", wav(format(PCM, 1, 8000, 33), two)),
                Arguments.of("integer samples of 0 bits", wav(format(PCM, 1, 8000, 0), two)),
                Arguments.of("floating-point samples of 16 bits", wav(format(FLOAT, 1, 8000, 16), two)),
                Arguments.of("stored as ADPCM", wav(format(2, 1, 8000, 4), two)),
                Arguments.of("stored as MPEG audio", wav(format(0x55, 1, 8000, 0), two)),
                Arguments.of("stored as format 0", wav(format(0, 1, 8000, 16), two)),
                Arguments.of("extensible fmt chunk has 16 bytes", wav(format(0xFFFE, 1, 8000, 16), two)),
                Arguments.of("unknown extensible sub-format", wav(guid, two)),
                Arguments.of("holds no samples", wav(pcm, new byte[1])),
                Arguments.of("holds no samples", wav(pcm, empty)),
                Arguments.of("sample 1 is NaN", wav(format(FLOAT, 1, 8000, 32), nan)),
                Arguments.of("sample 1 is -Infinity", wav(format(FLOAT, 1, 8000, 32), infinite)),
                Arguments.of("sample 0 is Infinity", wav(format(FLOAT, 1, 8000, 64), wide)),
                Arguments.of("too long: 14401 s", wav(format(PCM, 1, 1, 8), new byte[14_401])));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void whatIsWrongIsSaidInWords(String reason, byte[] file) {
        UnreadableAudioException e = catchThrowableOfType(UnreadableAudioException.class, () -> read(file));
        assertThat(e).isNotNull();
        assertThat(e.reason()).contains(reason);
        assertThat(e.source()).isEqualTo("test.wav");
        assertThat(e).hasMessage("test.wav: " + e.reason());
    }

    @Test
    void filesAndStreamsAreToldApart() throws IOException {
        Path path = Files.createFile(folder.resolve("empty.wav"));
        assertThatThrownBy(() -> Wav.read(path))
                .isInstanceOf(UnreadableAudioException.class)
                .hasMessage(path + ": the file is empty");
        assertThatThrownBy(() -> Wav.read(folder.resolve("none.wav"))).isInstanceOf(NoSuchFileException.class);
        InputStream failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("unplugged");
            }
        };
        assertThatThrownBy(() -> Wav.read(failing, "mic"))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(UnreadableAudioException.class)
                .hasMessage("mic: unplugged");
    }

    @Test
    void writingRoundsAndClips() throws IOException {
        Path path = folder.resolve("a.wav");
        float step = 1f / 32768;
        Wav.write(
                path,
                new float[] {1, -1, 2, -2, 0.4f * step, 0.6f * step, -0.6f * step, 1.5f * step, Float.POSITIVE_INFINITY
                },
                16000);
        float top = 32767 * step;
        Recording r = Wav.read(path);
        assertThat(r.samples()).isEqualTo(new float[] {top, -1, top, -1, 0, step, -step, 2 * step, top});
        assertThat(r.sampleRate()).isEqualTo(16000);
        assertThat(Files.size(path)).isEqualTo(44 + 2 * 9);
        assertThatThrownBy(() -> Wav.write(path, new float[] {0, Float.NaN}, 16000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sample 1 of 2 is NaN");
        assertThatThrownBy(() -> Wav.write(path, new float[1], 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Wav.read(path).samples()).hasSize(9);
    }

    @Property
    void sixteenBitsSurvive(
            @ForAll @Size(min = 1, max = 300) short[] values, @ForAll @IntRange(min = 1, max = 768_000) int rate)
            throws IOException {
        float[] samples = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            samples[i] = values[i] / 32768f;
        }
        Path path = Files.createTempFile("unmute", ".wav");
        try {
            Wav.write(path, samples, rate);
            Recording back = Wav.read(path);
            assertThat(back.samples()).isEqualTo(samples);
            assertThat(back.sampleRate()).isEqualTo(rate);
        } finally {
            Files.delete(path);
        }
    }

    @Property
    void theErrorIsAtMostHalfAStep(@ForAll @IntRange(min = -1_000_000, max = 1_000_000) int millionths)
            throws IOException {
        float value = millionths / 1e6f;
        Path path = Files.createTempFile("unmute", ".wav");
        try {
            float[] samples = new float[40_000];
            Arrays.fill(samples, value);
            Wav.write(path, samples, 8000);
            float[] back = Wav.read(path).samples();
            assertThat(back).hasSize(samples.length).containsOnly(back[0]);
            double allowed = value > 32767 / 32768.0 ? 0x1p-15 : 0x1p-16;
            assertThat(Math.abs((double) back[0] - value)).isLessThanOrEqualTo(allowed);
        } finally {
            Files.delete(path);
        }
    }
}
