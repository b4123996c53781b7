package org.unmute.mp3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.Recording;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.Wav;

class AudioFilesTest {
    @TempDir
    Path folder;

    private static Path resource(String name) {
        try {
            return Path.of(AudioFilesTest.class.getResource("/audio/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"whistle, 16000, 1", "tones-stereo-24, 44100, 2"})
    void flacHasTheSamplesOfItsWav(String name, int rate, int channels) throws IOException {
        Recording wav = AudioFiles.read(resource(name + ".wav"));
        Recording flac = AudioFiles.read(resource(name + ".flac"));
        assertThat(flac.samples()).isEqualTo(wav.samples());
        assertThat(flac.sampleRate()).isEqualTo(rate);
        assertThat(flac.channels()).isEqualTo(channels).isEqualTo(wav.channels());
    }

    @ParameterizedTest
    @ValueSource(strings = {"whistle.ogg", "whistle.mp3"})
    void lossyFilesSoundLikeTheirWav(String name) throws IOException {
        float[] wav = AudioFiles.read(resource("whistle.wav")).samples();
        Recording lossy = AudioFiles.read(resource(name));
        assertThat(lossy.sampleRate()).isEqualTo(16000);
        assertThat(lossy.channels()).isEqualTo(1);
        // This MP3 does not state how much silence its encoder added; Ogg states the length.
        assertThat(lossy.samples().length)
                .isBetween(wav.length, name.endsWith("ogg") ? wav.length : wav.length + 4 * 1152);
        assertThat(lossy.warnings()).isEmpty();
        double best = -1;
        for (int shift = 0; shift < 2 * 1152; shift++) {
            best = Math.max(best, correlation(wav, lossy.samples(), shift));
        }
        assertThat(best).isGreaterThan(0.95);
    }

    /**
     * Correlation of {@code a} with {@code b} shifted by {@code shift}, without the last 20 ms, which encoders may
     * change.
     */
    private static double correlation(float[] a, float[] b, int shift) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length - 320 && i + shift < b.length; i++) {
            ab += (double) a[i] * b[i + shift];
            aa += (double) a[i] * a[i];
            bb += (double) b[i + shift] * b[i + shift];
        }
        return ab / Math.sqrt(aa * bb);
    }

    @Test
    void theNameDoesNotDecide() throws IOException {
        Path misnamed = folder.resolve("sound.wav");
        Files.copy(resource("whistle.flac"), misnamed);
        assertThat(AudioFiles.read(misnamed).samples())
                .isEqualTo(AudioFiles.read(resource("whistle.wav")).samples());
    }

    @ParameterizedTest
    @ValueSource(strings = {"whistle.flac", "tones-stereo-24.flac", "whistle.ogg"})
    void aFileCutAnywhereIsRefused(String name) throws IOException {
        byte[] whole = Files.readAllBytes(resource(name));
        for (int length = 1; length < whole.length; length += Math.max(1, whole.length / 60)) {
            Path cut = folder.resolve("cut");
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> AudioFiles.read(cut))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(UnreadableAudioException.class)
                    .hasMessageStartingWith(cut.toString());
        }
    }

    @Test
    void aWavThatWasCutShortIsReadWithAWarning() throws IOException {
        byte[] whole = Files.readAllBytes(resource("whistle.wav"));
        Path file = Files.write(folder.resolve("cut.wav"), Arrays.copyOf(whole, 44 + 3200));
        Recording recording = AudioFiles.read(file);
        assertThat(recording.samples()).hasSize(1600);
        assertThat(recording.warnings())
                .containsExactly("cut short: the header states 0.300 s, the file ends after 0.100 s, which are read");
    }

    @Test
    void aDamagedFlacIsNoticed() throws IOException {
        byte[] whole = Files.readAllBytes(resource("whistle.flac"));
        for (int at = 46; at < whole.length; at += 97) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x10;
            Path file = folder.resolve("damaged.flac");
            Files.write(file, damaged);
            float[] read;
            try {
                read = AudioFiles.read(file).samples();
            } catch (UnreadableAudioException e) {
                continue;
            }
            // Damage outside the samples (in a tag or a flag of a frame's header) may be harmless; then all samples
            // must be intact.
            assertThat(read)
                    .as("byte %d", at)
                    .isEqualTo(AudioFiles.read(resource("whistle.wav")).samples());
        }
    }

    @Test
    void oggOfOtherCodecsIsNamed() throws IOException {
        byte[] page = new byte[36];
        System.arraycopy("OggS".getBytes(StandardCharsets.US_ASCII), 0, page, 0, 4);
        page[26] = 1;
        page[27] = 8;
        System.arraycopy("OpusHead".getBytes(StandardCharsets.US_ASCII), 0, page, 28, 8);
        int crc = 0;
        for (byte b : page) {
            crc ^= (b & 0xFF) << 24;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc << 1 ^ (crc < 0 ? 0x04C11DB7 : 0);
            }
        }
        for (int i = 0; i < 4; i++) {
            page[22 + i] = (byte) (crc >>> 8 * i);
        }
        Path file = Files.write(folder.resolve("a.opus"), page);
        assertThatThrownBy(() -> AudioFiles.read(file))
                .isInstanceOf(UnreadableAudioException.class)
                .hasMessageEndingWith(".opus: Opus is not read: convert it: ffmpeg -i \"" + file + "\" \""
                        + file.toString().replace(".opus", ".flac") + "\"");
    }

    @Test
    void aRateThatNoEncoderHearsIsRefused() throws IOException {
        Path file = folder.resolve("slow.wav");
        Wav.write(file, new float[7000], 1);
        assertThatThrownBy(() -> AudioFiles.read(file))
                .isInstanceOf(UnreadableAudioException.class)
                .hasMessageContaining("sample rate 1 Hz; at least 100 are needed");
    }

    @Test
    void whatIsNoSoundIsNamed() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.wav"));
        assertThatThrownBy(() -> AudioFiles.read(empty))
                .isInstanceOf(UnreadableAudioException.class)
                .hasMessageContaining("empty");
        Path text = Files.writeString(folder.resolve("text.mp3"), "no sound here", StandardCharsets.UTF_8);
        assertThatThrownBy(() -> AudioFiles.read(text))
                .isInstanceOf(UnreadableAudioException.class)
                .hasMessageContaining("FLAC, MP3, Ogg Vorbis, WAV, AIFF, AU");
        assertThatThrownBy(() -> AudioFiles.read(folder.resolve("none.wav"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> AudioFiles.read(folder)).isInstanceOf(IOException.class);
        for (String head : new String[] {"fLaC", "OggS", "ID3", ".snd", "FORM0000AIFF"}) {
            Path file =
                    Files.write(folder.resolve("head"), Arrays.copyOf(head.getBytes(StandardCharsets.US_ASCII), 5000));
            assertThatThrownBy(() -> AudioFiles.read(file)).as(head).isInstanceOf(UnreadableAudioException.class);
        }
    }
}
