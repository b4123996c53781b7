package org.unmute.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Wav;
import org.unmute.audio.playback.Mixdown;
import org.unmute.data.ClipDivision.Rule;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.AudioReader;

/** Clips of long recordings: their boundaries, and the choice of recordings to divide. */
class ClipDivisionTest {
    private static final Path FILE = Path.of("day.wav");
    private static final AudioClip DAY = new AudioClip("day.wav", FILE);

    @TempDir
    Path temp;

    private static List<String> divide(double seconds, Rule rule) {
        return ClipDivision.divide(DAY, seconds, rule).stream()
                .map(AudioClip::id)
                .toList();
    }

    @Test
    void recordingsOfMoreThanTwentyMinutesBecomeClipsOfTen() {
        assertThat(divide(1200, Rule.DEFAULT)).containsExactly("day.wav");
        assertThat(divide(1200.5, Rule.DEFAULT)).containsExactly("day.wav#0-600", "day.wav#600-1200.5");
        assertThat(divide(1206, Rule.DEFAULT))
                .containsExactly("day.wav#0-600", "day.wav#600-1200", "day.wav#1200-1206");
        assertThat(divide(Double.NaN, Rule.DEFAULT)).containsExactly("day.wav");
        List<AudioClip> day = ClipDivision.divide(DAY, 86_400, Rule.DEFAULT);
        assertThat(day).hasSize(144);
        assertThat(day.get(143)).isEqualTo(new AudioClip("day.wav#85800-86400", FILE, 85_800, 86_400));
    }

    @Test
    void aGivenLengthDividesEveryLongerRecording() {
        assertThat(divide(5.05, Rule.every(5))).containsExactly("day.wav");
        assertThat(divide(5.5, Rule.every(5))).containsExactly("day.wav#0-5", "day.wav#5-5.5");
        assertThat(divide(0.9, Rule.every(0.3))).containsExactly("day.wav#0-0.3", "day.wav#0.3-0.6", "day.wav#0.6-0.9");
        assertThat(divide(86_400, Rule.WHOLE)).containsExactly("day.wav");
        for (double wrong : new double[] {-1, 0.1, Double.NaN}) {
            assertFails(IllegalArgumentException.class, () -> Rule.every(wrong), "clips need more than 0.1 s");
        }
    }

    @Test
    void clipsMeetAndCoverEverySample() {
        int rate = 44_100;
        for (double length : new double[] {1234.56789, 3600 + 1.0 / rate, 7199.999}) {
            long frames = Math.round(length * rate);
            long at = 0;
            for (AudioClip clip : ClipDivision.divide(DAY, (double) frames / rate, Rule.every(1.7))) {
                ClipId.Part part = ClipId.part(clip.id()).orElseThrow();
                assertThat(Math.round(clip.start() * rate)).isEqualTo(at);
                assertThat(Math.round(part.start() * rate)).as("by the id").isEqualTo(at);
                at = Math.round(clip.end() * rate);
                assertThat(Math.round(part.end() * rate)).as("by the id").isEqualTo(at);
            }
            assertThat(at).isEqualTo(frames);
        }
    }

    @Test
    void lengthsComeFromHeadersOrFromTheEnd() throws IOException {
        Path known = temp.resolve("known.wav");
        Wav.write(known, new float[3000], 1000);
        Path unknown = temp.resolve("unknown.wav");
        Files.copy(known, unknown);
        AtomicInteger opened = new AtomicInteger();
        List<AudioClip> recordings = List.of(
                new AudioClip("known.wav", known),
                new AudioClip("unknown.wav", unknown),
                new AudioClip("part#1-2", known, 1, 2),
                new AudioClip("missing.wav", temp.resolve("missing.wav")));
        ClipDivision division = ClipDivision.of(recordings, Rule.every(2), (path, _) -> {
            opened.incrementAndGet();
            return path.equals(unknown) ? new WithoutLength(AudioStream.open(path)) : AudioStream.open(path);
        });
        assertThat(division.clips())
                .extracting(AudioClip::id)
                .containsExactly(
                        "known.wav#0-2 known.wav#2-3 unknown.wav#0-2 unknown.wav#2-3 part#1-2 missing.wav".split(" "));
        assertThat(division.divided()).containsExactly("known.wav", "unknown.wav");
        assertThat(division.pieces()).isEqualTo(4);
        assertThat(division.seconds()).isEqualTo(7);
        assertThat(division.seconds(division.clips().get(1))).isEqualTo(1);
        assertThat(division.seconds(division.clips().get(5))).isZero();
        assertThat(opened).as("a part is not opened, nor what is not a file").hasValue(2);
        assertThat(ClipDivision.seconds(new AudioClip("part", known, 1, 9), AudioFiles::open))
                .isEqualTo(2);
        assertThat(ClipDivision.seconds(
                        new AudioClip("part", unknown, 1, 9), (path, _) -> new WithoutLength(AudioStream.open(path))))
                .isEqualTo(2);
    }

    /** Regression test: a recording of a day, which a network drive failed to deliver for a moment, became one clip. */
    @Test
    void aRecordingWhoseLengthADeviceHidesIsNotReadAsOneClip() throws IOException {
        Path day = temp.resolve("day.wav");
        Wav.write(day, new float[3000], 1000);
        Path damaged = Files.write(temp.resolve("damaged.wav"), new byte[100]);
        List<AudioClip> recordings = List.of(new AudioClip("day.wav", day), new AudioClip("damaged.wav", damaged));
        AudioReader failing = (path, _) -> {
            if (path.equals(day)) {
                throw new FileSystemException(path.toString(), null, "Input/output error");
            }
            return AudioStream.open(path);
        };
        ClipDivision division = ClipDivision.of(recordings, Rule.every(2), failing);
        assertThat(division.clips()).extracting(AudioClip::id).containsExactly("day.wav", "damaged.wav");
        AudioReader after = division.reader((_, _) -> new WithoutLength(null));
        assertThatThrownBy(() -> after.open(day, Mixdown.MEAN))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(day + ": Input/output error");
        assertThat(after.open(damaged, Mixdown.MEAN))
                .as("another try would not help")
                .isNotNull();
        ClipDivision whole = ClipDivision.of(recordings, Rule.WHOLE, failing);
        assertThat(whole.reader((_, _) -> new WithoutLength(null)).open(day, Mixdown.MEAN))
                .as("it is one clip in any case")
                .isNotNull();
    }

    /** A stream that does not state its length. */
    private record WithoutLength(AudioStream stream) implements AudioStream {
        @Override
        public int sampleRate() {
            return stream.sampleRate();
        }

        @Override
        public int channels() {
            return 1;
        }

        @Override
        public OptionalLong frames() {
            return OptionalLong.empty();
        }

        @Override
        public long position() {
            return stream.position();
        }

        @Override
        public int read(float[] samples, int from, int count) throws IOException {
            return stream.read(samples, from, count);
        }

        @Override
        public void seek(long frame) throws IOException {
            stream.seek(frame);
        }

        @Override
        public List<String> warnings() {
            return List.of();
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}
