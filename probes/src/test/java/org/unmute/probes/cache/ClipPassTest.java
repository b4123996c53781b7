package org.unmute.probes.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmute.audio.Resampler;
import org.unmute.models.encoder.EncoderSpec;

/** One stream serves all clips of a file, and the samples are those of the whole recording cut into pieces. */
class ClipPassTest {
    private static final int RATE = 2000;
    private static final int FILE_RATE = 4410;

    private final SampleStream.Counts counts = new SampleStream.Counts();
    private final Path file = Path.of("a.wav");
    private final float[] samples = SampleStream.noise(100 * FILE_RATE + 17);
    private Function<SampleStream, SampleStream> kind = Function.identity();

    private static EncoderSpec encoder() {
        return new EncoderSpec(
                "test",
                "test",
                new EncoderSpec.Input(RATE, EncoderSpec.WHOLE_RECORDING, 10, 1, "none", Map.of(), null),
                new EncoderSpec.Grid(1, 1, 10, EncoderSpec.TokenOrder.TIME_MAJOR, 0),
                2,
                3,
                List.of());
    }

    private ClipPass pass(List<AudioClip> clips, Resampler.Kernel kernel, ClipPass.Limits limits) {
        return new ClipPass(
                "test",
                clips,
                (_, _) -> kind.apply(new SampleStream(samples, FILE_RATE, counts)),
                encoder(),
                kernel,
                limits);
    }

    private List<ClipSound> read(List<AudioClip> clips) {
        List<ClipSound> all = new ArrayList<>();
        try (ClipPass pass = pass(clips, Resampler.Kernel.HANN, new ClipPass.Limits(32, 60))) {
            while (pass.hasNext()) {
                all.addAll(pass.next());
            }
        }
        assertThat(all).extracting(ClipSound::clip).isEqualTo(clips);
        assertThat(counts.closed).isEqualTo(counts.opened);
        return all;
    }

    private List<AudioClip> windows(double seconds, double hop, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new AudioClip("a#" + i, file, i * hop, i * hop + seconds))
                .toList();
    }

    private void requireCut(ClipSound sound, Resampler.Kernel kernel) {
        float[] cut = SampleStream.cut(samples, FILE_RATE, sound.clip());
        assertThat(sound.reason()).isNull();
        assertThat(sound.samples()).isEqualTo(new Resampler(FILE_RATE, RATE, kernel).apply(cut));
        assertThat(sound.seconds()).isEqualTo((double) cut.length / FILE_RATE);
    }

    @Test
    void windowsOfAFileShareOneStreamAndAreDecodedOnce() {
        List<AudioClip> windows = windows(1, 1, 100);
        List<ClipSound> sounds = read(windows);
        sounds.forEach(s -> requireCut(s, Resampler.Kernel.HANN));
        assertThat(counts.opened).isEqualTo(1);
        assertThat(counts.seeks).isZero();
        assertThat(counts.decoded).isEqualTo(100 * FILE_RATE);
    }

    @Test
    void overlappingWindowsAreDecodedOnce() {
        List<ClipSound> sounds = read(windows(3, 0.7, 100));
        sounds.forEach(s -> requireCut(s, Resampler.Kernel.HANN));
        assertThat(counts.opened).isEqualTo(1);
        assertThat(counts.seeks).isZero();
        assertThat(counts.decoded).isEqualTo(Math.round(72.3 * FILE_RATE));
    }

    @ParameterizedTest
    @EnumSource
    void longAndShortClipsInAnyOrderHaveTheSamplesOfTheWholeRecording(Resampler.Kernel kernel) {
        List<AudioClip> clips = new ArrayList<>(windows(1.234567, 9, 11));
        clips.add(new AudioClip("whole", file));
        clips.add(new AudioClip("long", file, 7.1, 99.9999));
        clips.add(new AudioClip("to the end", file, 99, Double.POSITIVE_INFINITY));
        clips.add(new AudioClip("beyond the end", file, 99.5, 1e6));
        for (int seed = 0; seed < 5; seed++) {
            Collections.shuffle(clips, new java.util.Random(seed));
            try (ClipPass pass = pass(clips, kernel, new ClipPass.Limits(7, 1e9))) {
                while (pass.hasNext()) {
                    pass.next().forEach(s -> requireCut(s, kernel));
                }
            }
        }
        kind = SampleStream::ofUnknownLength;
        read(clips).forEach(s -> requireCut(s, Resampler.Kernel.HANN));
    }

    @Test
    void clipsThatAreNotAskedForAreNotDecoded() {
        List<AudioClip> windows = windows(1, 1, 10);
        try (ClipPass pass = pass(windows, Resampler.Kernel.HANN, new ClipPass.Limits(32, 60))) {
            List<ClipSound> sounds = pass.next(c -> c.start() == 4 || c.start() == 7);
            assertThat(sounds).filteredOn(s -> s.samples() != null).hasSize(2).allSatisfy(s -> {
                requireCut(s, Resampler.Kernel.HANN);
            });
            assertThat(sounds).allMatch(s -> s.failure() == null);
        }
        assertThat(counts.decoded).isEqualTo(2 * FILE_RATE);
        try (ClipPass pass = pass(windows, Resampler.Kernel.HANN, new ClipPass.Limits(32, 60))) {
            pass.next(_ -> false);
        }
        assertThat(counts.opened)
                .as("a file of which nothing is wanted is not opened")
                .isEqualTo(1);
    }

    @Test
    void damageIsTheFailureOfTheClipsThatMeetIt() {
        kind = s -> s.damaged(40 * FILE_RATE, 60 * FILE_RATE);
        List<ClipSound> sounds = read(windows(10, 10, 10));
        assertThat(sounds).filteredOn(s -> s.failure() != null).hasSize(2).allSatisfy(s -> {
            assertThat(s.clip().start()).isBetween(40.0, 50.0);
            assertThat(s.reason()).contains("damaged at frame");
        });
        assertThat(sounds).filteredOn(s -> s.failure() == null).hasSize(8).allSatisfy(s -> {
            requireCut(s, Resampler.Kernel.HANN);
        });
    }

    @Test
    void clipsBehindTheEndSayWhereTheRecordingEnds() {
        List<ClipSound> sounds = read(windows(10, 30, 5));
        assertThat(sounds.get(3).reason()).isNull();
        assertThat(sounds.get(4).reason())
                .contains("clip 'a#4'", "begins at 120.0 s, but the recording ends at 100.00", "s");
        kind = SampleStream::ofUnknownLength;
        assertThat(read(windows(10, 30, 5)).get(4).reason())
                .isEqualTo(sounds.get(4).reason());
    }

    @Test
    void aClipOfLessThanAFrameIsTooShort() {
        List<ClipSound> sounds = read(List.of(new AudioClip("short", file, 1, 1.002)));
        assertThat(sounds.getFirst().reason()).contains("test: the clip is too short", "at least 10 are needed");
    }

    @Test
    void whatIsOddAboutAFileIsSaidOnce() {
        kind = s -> s.warning("it ends here");
        List<ClipSound> sounds = read(List.of(
                new AudioClip("a", file, 90, 200), new AudioClip("b", file, 95, 200), new AudioClip("c", file)));
        assertThat(sounds).flatExtracting(ClipSound::warnings).containsExactly("it ends here");
        assertThat(sounds.getFirst().warnings()).hasSize(1);
    }

    @Test
    void theLimitsBoundWhatIsReadTogether() {
        List<Integer> sizes = new ArrayList<>();
        List<AudioClip> clips = new ArrayList<>(windows(1, 1, 10));
        clips.add(new AudioClip("whole", file));
        clips.addAll(windows(20, 20, 4));
        try (ClipPass pass = pass(clips, Resampler.Kernel.HANN, new ClipPass.Limits(8, 45))) {
            while (pass.hasNext()) {
                sizes.add(pass.next().size());
            }
        }
        assertThat(sizes).containsExactly(8, 2, 1, 2, 2);
    }

    @Test
    void aFileThatCannotBeOpenedIsTriedOnce() {
        AtomicInteger tried = new AtomicInteger();
        AudioReader reader = (_, _) -> {
            tried.incrementAndGet();
            throw new IOException("no such sound");
        };
        try (ClipPass pass = new ClipPass(
                "test", windows(1, 1, 10), reader, encoder(), Resampler.Kernel.HANN, new ClipPass.Limits(32, 60))) {
            assertThat(pass.next()).extracting(ClipSound::reason).containsOnly("no such sound");
        }
        assertThat(tried).hasValue(1);
    }

    @Test
    void aFileThatIsTooLargeForTheHeapIsAClipsFailure() {
        kind = SampleStream::tooLargeForTheHeap;
        List<AudioClip> clips = List.of(new AudioClip("whole", file), new AudioClip("part", file, 0, 1));
        assertThat(read(clips)).extracting(ClipSound::reason).allMatch(r -> r.contains("too large for the memory"));
    }

    @Test
    void filesAreHashedOnceUnlessTheyChange(@TempDir Path temp) throws IOException {
        Path a = Files.writeString(temp.resolve("a"), "one");
        FileHashes hashes = new FileHashes();
        String first = hashes.of(a);
        Path copy = temp.resolve("copy");
        Files.move(a, copy);
        Files.writeString(a, "two");
        Files.setLastModifiedTime(a, Files.getLastModifiedTime(copy));
        assertThat(hashes.of(a)).as("the same size and time: not read again").isEqualTo(first);
        Files.writeString(a, "three");
        assertThat(hashes.of(a)).isNotEqualTo(first).isEqualTo(hashes.last(a));
        assertThat(hashes.last(copy)).isNull();
        assertThat(Arrays.asList(first, hashes.of(copy))).containsOnly(first);
    }
}
