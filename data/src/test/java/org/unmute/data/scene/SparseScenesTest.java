package org.unmute.data.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.audio.Wav;
import org.unmute.data.Part;
import org.unmute.data.scene.SceneMixer.SourceClip;
import org.unmute.metrics.interval.Rate;

class SparseScenesTest {
    private static final int RATE = 8000;
    private static final PartShares ALL = PartShares.of(Map.of("train", 0.6, "validation", 0.2, "test", 0.2));
    private static final PartShares TEST = PartShares.of(Map.of("test", 1.0));

    private static List<SourceClip> clips(int perClass, String... labels) {
        List<SourceClip> clips = new ArrayList<>();
        for (String label : labels) {
            for (int i = 0; i < perClass; i++) {
                double pitch = 0.2 + 0.1 * clips.size();
                float[] samples = new float[RATE];
                for (int s = 0; s < RATE; s++) {
                    samples[s] = (float) (0.5 * Math.sin(pitch * s));
                }
                clips.add(new SourceClip(label + "/" + i + ".wav", label, "", () -> samples));
            }
        }
        return clips;
    }

    private static BackgroundPool noise(PartShares shares, BackgroundKind... kinds) {
        return new BackgroundPool(List.of(), List.of(kinds), shares, RATE, RATE, 1);
    }

    private static SparseScenes.Options options(double seconds, double perHour) {
        return new SparseScenes.Options(RATE, seconds, perHour, 0, 10, -50, -40, 0.5);
    }

    private static float[] read(SparseRecording recording, int blockSize) throws IOException {
        float[] all = new float[(int) recording.samples()];
        float[] block = new float[blockSize];
        for (int at = 0; at < all.length; at += blockSize) {
            int n = Math.min(blockSize, all.length - at);
            recording.next(block, n);
            System.arraycopy(block, 0, all, at, n);
        }
        return all;
    }

    /** 200 hours with 5 events per hour of each of 4 classes. */
    @Test
    void countsArePoissonAndPlacesUniform() throws IOException {
        Foreground foreground = Foreground.dealt(clips(3, "a", "b", "c", "d"), TEST, 1);
        SparseScenes scenes = new SparseScenes(foreground, noise(TEST, BackgroundKind.PINK), options(3600, 5), 3);
        int hours = 200;
        Map<String, int[]> counts = new TreeMap<>();
        List<Double> places = new ArrayList<>();
        for (int i = 0; i < hours; i++) {
            for (Scene.Event event : scenes.recording(Part.TEST, i).events()) {
                counts.computeIfAbsent(event.label(), l -> new int[hours])[i]++;
                places.add(event.offsetSeconds() / 3599);
            }
        }
        assertThat(counts.keySet()).containsExactly("a", "b", "c", "d");
        double dispersion = 0;
        for (int[] of : counts.values()) {
            Rate rate = Rate.poisson(Arrays.stream(of).sum(), hours, 0.99);
            assertThat(rate.low()).isLessThan(5);
            assertThat(rate.high()).isGreaterThan(5);
            double mean = Arrays.stream(of).average().orElseThrow();
            double variance =
                    Arrays.stream(of).mapToDouble(n -> (n - mean) * (n - mean)).sum() / (hours - 1);
            dispersion += variance / mean / counts.size();
        }
        // Poisson counts have equal variance and mean; the standard deviation of this mean of 4 * 199 is 0.05.
        assertThat(dispersion).isCloseTo(1, within(0.15));
        places.sort(null);
        double distance = 0;
        for (int i = 0; i < places.size(); i++) {
            distance = Math.max(distance, Math.abs(places.get(i) - (i + 0.5) / places.size()));
        }
        // The Kolmogorov-Smirnov limit at 1 %.
        assertThat(distance).isLessThan(1.63 / Math.sqrt(places.size()));
    }

    @Test
    void theSameSeedGivesTheSameSamplesWhateverTheBlocks() throws IOException {
        SparseScenes scenes = new SparseScenes(
                Foreground.synthetic(List.of(Sound.BELL, Sound.SIREN), RATE),
                noise(TEST, BackgroundKind.values()),
                options(90, 200),
                5);
        float[] once = read(scenes.recording(Part.TEST, 2), 16384);
        assertThat(read(scenes.recording(Part.TEST, 2), 977)).isEqualTo(once);
        assertThat(read(scenes.recording(Part.TEST, 3), 977)).isNotEqualTo(once);
        assertThat(scenes.recording(Part.TEST, 2).events()).hasSizeGreaterThan(2);
    }

    @Test
    void eventsAreAsLoudAsTheySayAndWhereTheySay() throws IOException {
        BackgroundPool pool = noise(TEST, BackgroundKind.PINK);
        Foreground foreground = Foreground.dealt(clips(2, "a", "b"), TEST, 1);
        SparseRecording with = new SparseScenes(foreground, pool, options(120, 120), 9).recording(Part.TEST, 0);
        SparseRecording without = new SparseScenes(foreground, pool, options(120, 0), 9).recording(Part.TEST, 0);
        assertThat(without.events()).isEmpty();
        assertThat(without.background()).isEqualTo(with.background());
        assertThat(with.events()).hasSizeGreaterThan(3);
        float[] events = read(with, 4096);
        float[] quiet = read(without, 4096);
        for (int i = 0; i < events.length; i++) {
            events[i] -= quiet[i];
        }
        boolean[] covered = new boolean[events.length];
        for (Scene.Event event : with.events()) {
            int from = (int) Math.round(event.onset() * RATE);
            int to = (int) Math.round(event.end() * RATE);
            Arrays.fill(covered, from, to, true);
            double middle = (event.onset() + event.end()) / 2;
            double level = with.background().stream()
                    .filter(b -> b.start() <= middle)
                    .reduce((a, b) -> b)
                    .orElseThrow()
                    .levelDb();
            boolean alone = with.events().stream()
                    .noneMatch(o -> o != event && o.onset() < event.end() && event.onset() < o.end());
            if (alone) {
                double measured = 20 * Math.log10(Dsp.rms(events, from + 100, to - 100));
                assertThat(measured).isCloseTo(level + event.gainDb(), within(0.2));
                assertThat(event.gainDb()).isBetween(0.0, 10.0);
            }
        }
        for (int i = 0; i < events.length; i++) {
            if (!covered[i]) {
                assertThat(events[i]).isZero();
            }
        }
    }

    @Test
    void crossFadesKeepTheLevel() throws IOException {
        SparseScenes.Options steady = new SparseScenes.Options(RATE, 200, 0, 0, 0, -40, -40, 2);
        SparseRecording recording = new SparseScenes(
                        Foreground.synthetic(List.of(), RATE), noise(TEST, BackgroundKind.PINK), steady, 2)
                .recording(Part.TEST, 0);
        assertThat(recording.background()).hasSizeGreaterThan(3);
        float[] x = read(recording, 5000);
        for (SparseRecording.Background piece : recording.background()) {
            int from = (int) Math.round(piece.start() * RATE);
            double level = 20 * Math.log10(Dsp.rms(x, from, from + 2 * RATE));
            assertThat(level).isCloseTo(-40, within(2.0));
        }
        assertThat(recording.background().getLast().end()).isCloseTo(200, within(1e-9));
        assertThat(recording.clipped()).isZero();
    }

    @Test
    void splitsShareNoSourceNoStretchAndNoSeed(@TempDir Path folder) throws IOException {
        float[] long_ = new float[60 * RATE];
        for (int i = 0; i < long_.length; i++) {
            long_[i] = (float) (0.1 * Math.sin(i * 0.37) * Math.cos(i * 1e-4));
        }
        Wav.write(folder.resolve("one.wav"), long_, RATE);
        BackgroundFile file = BackgroundFile.scan("one.wav", folder.resolve("one.wav"), RATE, w -> {});
        BackgroundPool pool =
                new BackgroundPool(List.of(file), List.of(BackgroundKind.PINK, BackgroundKind.HUM), ALL, RATE, RATE, 1);
        SparseScenes scenes = new SparseScenes(Foreground.dealt(clips(7, "a", "b"), ALL, 4), pool, options(600, 60), 4);
        Map<String, Part> owner = new HashMap<>();
        Map<Part, double[]> range = new EnumMap<>(Part.class);
        Set<Long> seeds = new HashSet<>();
        for (Part part : Part.values()) {
            for (int i = 0; i < 4; i++) {
                assertThat(seeds.add(scenes.recordingSeed(part, i))).isTrue();
                SparseRecording recording = scenes.recording(part, i);
                for (Scene.Event event : recording.events()) {
                    assertThat(owner.computeIfAbsent(event.source(), s -> part)).isEqualTo(part);
                }
                for (SparseRecording.Background piece : recording.background()) {
                    if (piece.source().startsWith("synth:")) {
                        assertThat(seeds.add(
                                        Long.parseUnsignedLong(piece.source().replaceAll(".*:", ""), 16)))
                                .isTrue();
                    } else {
                        double[] of = range.computeIfAbsent(part, p -> new double[] {1e9, 0});
                        of[0] = Math.min(of[0], piece.from());
                        of[1] = Math.max(of[1], piece.from() + piece.end() - piece.start());
                    }
                }
            }
        }
        assertThat(owner).hasSize(14);
        assertThat(range.get(Part.TRAIN)[1]).isLessThan(range.get(Part.VALIDATION)[0]);
        assertThat(range.get(Part.VALIDATION)[1]).isLessThan(range.get(Part.TEST)[0]);
        assertThat(range.get(Part.TEST)[1]).isLessThan(60 + 1e-9);
        for (Part part : Part.values()) {
            BackgroundPool.Stretch stretch = pool.stretches(part).getFirst();
            assertThat(range.get(part)[0] * RATE).isGreaterThan(stretch.from() - 1e-6);
            assertThat(range.get(part)[1] * RATE).isLessThan(stretch.to() + 1e-6);
        }
    }

    @Test
    void wholeBackgroundsAreDealtWhereThereAreEnoughAndShortOnesAreLeftOut(@TempDir Path folder) throws IOException {
        List<BackgroundFile> files = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            float[] samples = new float[i == 0 ? RATE / 2 : (3 + i) * 11025];
            Arrays.fill(samples, 0.1f + i * 0.01f);
            Path path = folder.resolve(i + ".wav");
            Wav.write(path, samples, i == 0 ? RATE : 11025);
            files.add(BackgroundFile.scan(i + ".wav", path, RATE, w -> {}));
        }
        assertThat(files.get(1).samples()).isEqualTo(4 * RATE);
        assertThat(files.get(1).read(4 * RATE - 10, 10)).hasSize(10);
        BackgroundPool pool = new BackgroundPool(files, List.of(), ALL, RATE, RATE, 1);
        assertThat(pool.leftOut()).containsOnlyKeys("0.wav");
        assertThat(pool.leftOut().get("0.wav")).isEqualTo("0.50 s long, and cross-fades need 1.00 s");
        Set<String> seen = new HashSet<>();
        for (Part part : Part.values()) {
            assertThat(pool.stretches(part)).isNotEmpty();
            for (BackgroundPool.Stretch stretch : pool.stretches(part)) {
                assertThat(seen.add(stretch.file().id())).isTrue();
                assertThat(stretch.to() - stretch.from())
                        .isEqualTo(stretch.file().samples());
            }
        }
        assertThat(seen).hasSize(5);
        SparseRecording recording = new SparseScenes(Foreground.synthetic(List.of(), RATE), pool, options(60, 0), 1)
                .recording(Part.TEST, 0);
        // A recording of a few seconds is cut and looped.
        assertThat(recording.background()).hasSizeGreaterThan(6);
        assertThat(read(recording, 8192)).hasSize(60 * RATE);
        assertThatThrownBy(() -> new BackgroundPool(files.subList(0, 1), List.of(), TEST, RATE, RATE, 1))
                .hasMessageContaining("none of 1 recordings is long enough")
                .hasMessageContaining("0.wav: 0.50 s long");
        assertThatThrownBy(() -> new BackgroundPool(files.subList(1, 2), List.of(), ALL, RATE, RATE, 1))
                .hasMessageContaining("its stretch for validation is 0.76 s long");
        assertThatThrownBy(() -> noise(TEST)).hasMessage("background: neither recordings nor kinds of noise");
    }

    @Test
    void silentAndDamagedBackgroundsAreRefused(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("x.wav");
        Wav.write(path, new float[RATE], RATE);
        assertThatThrownBy(() -> BackgroundFile.scan("x", path, RATE, w -> {})).hasMessageContaining("it is silent");
        Files.writeString(path, "no sound");
        assertThatThrownBy(() -> BackgroundFile.scan("x", path, RATE, w -> {})).hasMessageContaining("x.wav");
    }

    @Test
    void loudEventsAreLimitedAndSaySo() throws IOException {
        SparseScenes.Options loud = new SparseScenes.Options(RATE, 60, 600, 60, 60, -20, -20, 0.5);
        SparseRecording recording = new SparseScenes(
                        Foreground.dealt(clips(1, "a"), TEST, 1), noise(TEST, BackgroundKind.PINK), loud, 1)
                .recording(Part.TEST, 0);
        assertThat(recording.events()).isNotEmpty();
        for (Scene.Event event : recording.events()) {
            // A sine with a peak of 0.7 has an RMS of -6.1 dB.
            assertThat(event.gainDb()).isCloseTo(20 - 6.1, within(0.1));
        }
    }

    @Test
    void eventsOfAClassKeepAPauseUntilThereIsNoPlace() throws IOException {
        Foreground foreground = Foreground.dealt(clips(1, "a"), TEST, 1);
        BackgroundPool pool = noise(TEST, BackgroundKind.PINK);
        SparseRecording sparse = new SparseScenes(foreground, pool, options(600, 300), 1).recording(Part.TEST, 0);
        assertThat(sparse.crowded()).isZero();
        List<Scene.Event> events = sparse.events();
        for (int i = 1; i < events.size(); i++) {
            assertThat(events.get(i).onset() - events.get(i - 1).end()).isGreaterThanOrEqualTo(0.5);
        }
        assertThat(new SparseScenes(foreground, pool, options(60, 3600), 1)
                        .recording(Part.TEST, 0)
                        .crowded())
                .isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "4000 | 60 | 1 | 0 | 10 | -50 | -40 | 1 | [8000, 96000] Hz: 4000",
                "16000 | 9 | 1 | 0 | 10 | -50 | -40 | 1 | [10, 86400] s: 9.0",
                "16000 | NaN | 1 | 0 | 10 | -50 | -40 | 1 | [10, 86400] s: NaN",
                "16000 | 60 | -1 | 0 | 10 | -50 | -40 | 1 | [0, 3600]: -1.0",
                "16000 | 60 | 1 | 10 | 0 | -50 | -40 | 1 | 10.0 to 0.0",
                "16000 | 60 | 1 | 0 | 10 | -50 | -5 | 1 | -50.0 to -5.0",
                "16000 | 60 | 1 | 0 | 10 | -50 | -40 | 0 | [0.01, 5] s: 0.0",
                "96000 | 86400 | 1 | 0 | 10 | -50 | -40 | 1 | 86400.0 s at 96000 Hz"
            })
    void valuesOutsideTheirRangesAreNamed(
            int rate, double s, double r, double snr0, double snr1, double l0, double l1, double fade, String message) {
        assertThatThrownBy(() -> new SparseScenes.Options(rate, s, r, snr0, snr1, l0, l1, fade))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void sharesDivideEverything() {
        assertThat(ALL.counts("things", 10)).containsEntry(Part.TRAIN, 6).containsEntry(Part.TEST, 2);
        assertThat(ALL.counts("things", 3).values()).containsExactly(1, 1, 1);
        assertThatThrownBy(() -> ALL.counts("things", 2))
                .hasMessage("split: 2 things cannot be divided among 3 splits (train, validation, test) that share"
                        + " none: give more, or choose fewer splits");
        assertThatThrownBy(() -> Foreground.dealt(clips(2, "a"), ALL, 1))
                .hasMessageContaining("2 recordings of class 'a' cannot be divided");
        assertThatThrownBy(() -> PartShares.of(Map.of("dev", 1.0))).hasMessageContaining("'dev'");
        assertThatThrownBy(() -> PartShares.of(Map.of("test", 0.0))).hasMessageContaining("test must be above 0");
        for (int n = 3; n < 60; n++) {
            assertThat(ALL.counts("things", n).values().stream()
                            .mapToInt(c -> c)
                            .sum())
                    .isEqualTo(n);
        }
    }
}
