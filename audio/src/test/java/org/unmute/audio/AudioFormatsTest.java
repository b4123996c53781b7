package org.unmute.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.audio.flac.FlacStream;

class AudioFormatsTest {
    @TempDir
    Path folder;

    private static byte[] flac() throws IOException {
        try (InputStream in = AudioFormatsTest.class.getResourceAsStream("/audio/tones-24.flac")) {
            return in.readAllBytes();
        }
    }

    /** @param fill length of the tag's content in bytes */
    private static byte[] tagged(byte[] file, int fill, boolean footer) {
        ByteBuffer b = ByteBuffer.allocate(10 + fill + (footer ? 10 : 0) + file.length);
        b.put("ID3".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 4)
                .put((byte) 0)
                .put((byte) (footer ? 0x10 : 0));
        b.put((byte) (fill >> 21))
                .put((byte) (fill >> 14 & 127))
                .put((byte) (fill >> 7 & 127))
                .put((byte) (fill & 127));
        return b.position(b.limit() - file.length).put(file).array();
    }

    @Test
    void theBytesTellTheFormatNotTheName() throws IOException {
        Path file = Files.write(folder.resolve("sound.mp3"), flac());
        try (AudioStream stream = AudioStream.open(file)) {
            assertThat(stream).isInstanceOf(FlacStream.class);
            assertThat(stream.sampleRate()).isEqualTo(22_050);
            assertThat(stream.seconds()).isEqualTo(0.12);
        }
        assertThat(AudioFormats.providers())
                .extracting(AudioFormatProvider::name)
                .contains("WAV, AIFF, AU", "FLAC");
    }

    @Test
    void tagsInFrontAreSkipped() throws IOException {
        byte[] file = tagged(tagged(flac(), 100_000, true), 3, false);
        float[] plain = new float[5000];
        float[] behind = new float[5000];
        try (AudioStream stream = AudioStream.open(AudioSource.of(flac(), "plain"))) {
            assertThat(stream.read(plain, 0, 5000)).isPositive();
        }
        for (AudioSource source : new AudioSource[] {
            AudioSource.of(file, "tagged"), AudioSource.of(new ByteArrayInputStream(file), "tagged")
        }) {
            try (AudioStream stream = AudioStream.open(source)) {
                assertThat(stream.read(behind, 0, 5000)).isPositive();
                assertThat(behind).isEqualTo(plain);
            }
        }
        byte[] cut = Arrays.copyOf(file, 50_000);
        assertThatThrownBy(() -> AudioStream.open(AudioSource.of(cut, "cut")))
                .isInstanceOf(UnreadableAudioException.class)
                .hasMessage("cut: its ID3 tag should have 100020 bytes, but the file ends before");
    }

    @ParameterizedTest
    @CsvSource({
        "0000002066747970, MPEG-4 audio",
        "FFF15080, AAC",
        "3026B2758E66CF11, Windows Media Audio",
        "4D414320, Monkey's Audio",
        "63616666, Core Audio Format",
        "1A45DFA3, Matroska",
        "4E4953545F3141, NIST SPHERE",
        "52494646000000004156492000000000, AVI",
        "FFFB9064, MP3",
        "4F6767530002000000000000000000000000000000000000000001134F70757348656164, Opus",
        "4F676753000200000000000000000000000000000000000000000150535065657820, Ogg with an unknown codec"
    })
    void aFormatThatIsNotReadIsNamedWithTheCommandThatConverts(String hex, String name) {
        byte[] head = HexFormat.of().parseHex(hex);
        UnsupportedAudioException e = catchThrowableOfType(
                UnsupportedAudioException.class,
                () -> AudioStream.open(AudioSource.of(Arrays.copyOf(head, 100), "dir.d/a b.xyz")));
        assertThat(e).isNotNull();
        assertThat(e.format()).contains(name);
        assertThat(e.reason()).endsWith(" is not read: convert it: ffmpeg -i \"dir.d/a b.xyz\" \"dir.d/a b.flac\"");
    }

    @Test
    void whatIsNoSoundIsNamed() {
        assertThat(reason(new byte[0])).isEqualTo("the file is empty");
        assertThat(reason("version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo("a Git LFS pointer, not the recording: run 'git lfs pull'");
        assertThat(reason("<!DOCTYPE html>".getBytes(StandardCharsets.US_ASCII)))
                .contains("the download failed");
        assertThat(reason("no sound here".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo("not a sound file of a format that is read, judged by its first bytes: "
                        + "FLAC, Ogg Vorbis, WAV, AIFF, AU");
        assertThat(AudioFormats.unread())
                .containsEntry("m4a", "MPEG-4 audio")
                .containsKeys("aac", "opus", "wma", "ape");
        assertThat(AudioFormats.conversion("noise")).isEqualTo("ffmpeg -i \"noise\" \"noise.flac\"");
        assertThat(AudioFormats.conversion("a'$(rm).m4a")).isEqualTo("ffmpeg -i 'a'\\''$(rm).m4a' 'a'\\''$(rm).flac'");
    }

    private static String reason(byte[] file) {
        UnreadableAudioException e = catchThrowableOfType(
                UnreadableAudioException.class, () -> AudioStream.open(AudioSource.of(file, "test")));
        assertThat(e).isNotNull();
        return e.reason();
    }
}
