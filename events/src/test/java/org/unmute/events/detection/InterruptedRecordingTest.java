package org.unmute.events.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Resampler;
import org.unmute.audio.Wav;
import org.unmute.data.scene.Split;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import org.unmute.tensor.backend.Backends;

/**
 * Runs that are interrupted at random moments of a recording, and resumed, leave the same files as an uninterrupted
 * run.
 */
class InterruptedRecordingTest {
    private static final int RATE = 16_000;
    private static final double NOTES = 0.7;
    private static final List<String> CLASSES = List.of("a", "b", "c");
    private static final DetectionSettings SETTINGS = new DetectionSettings(Map.of("encoder", "embedded"));
    private static final Set<OutputFormat> FORMATS = EnumSet.complementOf(EnumSet.of(OutputFormat.BIRDNET));
    private static final RecordingDetector[] DETECTORS = new RecordingDetector[4];
    private static final float[] SOUND = sound(24);

    private Path folder;

    @BeforeEach
    @BeforeProperty
    void create() throws IOException {
        folder = Files.createTempDirectory("interrupted");
    }

    @AfterEach
    @AfterProperty
    void delete() throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.delete(file);
        }
    }

    /** Thrown to interrupt a run. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** A stream that does not know its length, cannot seek, and emits a warning while it is read. */
    private record OnlyForward(AudioStream source) implements AudioStream {
        @Override
        public int sampleRate() {
            return source.sampleRate();
        }

        @Override
        public int channels() {
            return source.channels();
        }

        @Override
        public OptionalLong frames() {
            return OptionalLong.empty();
        }

        @Override
        public long position() {
            return source.position();
        }

        @Override
        public int read(float[] samples, int from, int count) throws IOException {
            return source.read(samples, from, Math.min(count, 1000));
        }

        @Override
        public void seek(long frame) throws IOException {
            throw new IOException("it cannot seek");
        }

        @Override
        public List<String> warnings() {
            return position() > 3 * sampleRate() ? List.of("odd at 3 s") : List.of();
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    /** Repeats runs until one is complete. */
    private final class Runs {
        private final RecordingDetector detector;
        private final DetectionRun.AudioOpener opener;
        private final List<AudioClip> clips;
        private final Path out;
        private final List<Double> goesOn = new ArrayList<>();
        private final List<String> again = new ArrayList<>();
        private double read;
        private double most;

        Runs(RecordingDetector detector, DetectionRun.AudioOpener opener, List<AudioClip> clips, Path out) {
            this.detector = detector;
            this.opener = opener;
            this.clips = clips;
            this.out = out;
        }

        /**
         * Runs until this many seconds are read, from the start or from the point of resumption; false if the run ended
         * before.
         */
        boolean until(double seconds) throws IOException {
            double before = read;
            DetectionRun run = new DetectionRun(detector, null, opener, false, NOTES);
            try (DetectionFolder events = DetectionFolder.open(out, SETTINGS)) {
                run.run(clips, events, FORMATS, new DetectionRun.Listener() {
                    @Override
                    public void goesOn(AudioClip clip, double from) {
                        goesOn.add(from);
                        most = Math.max(most, before - from);
                        read = from;
                    }

                    @Override
                    public void startsAgain(AudioClip clip, String reason) {
                        again.add(reason);
                        read = 0;
                    }

                    @Override
                    public void read(double more) {
                        read += more;
                        if (read - (goesOn.isEmpty() ? 0 : goesOn.getLast()) > seconds) {
                            throw new Killed();
                        }
                    }
                });
                events.finish();
                return false;
            } catch (Killed e) {
                return true;
            }
        }

        Path log() throws IOException {
            List<Path> logs = ReadingLog.filesIn(out.resolve(DetectionFolder.STATE));
            return logs.isEmpty() ? null : logs.getFirst();
        }
    }

    private static float[] sound(int seconds) {
        SyntheticScenes scenes =
                new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(3), 3);
        float[] all = new float[seconds * RATE];
        for (int at = 0, i = 0; at < all.length; i++) {
            float[] one = scenes.clip(Split.TEST, i).samples();
            int n = Math.min(one.length, all.length - at);
            System.arraycopy(one, 0, all, at, n);
            at += n;
        }
        return all;
    }

    private static RecordingDetector detector(String probe, int context, int stride, int median, double gap)
            throws IOException {
        Path file = Files.createTempFile("encoder", ".safetensors");
        Encoder encoder;
        try {
            Files.write(file, Encoders.embeddedBytes());
            encoder = Encoders.open(file, EncoderSettings.AUTHORS.withHop(1.2));
        } finally {
            Files.delete(file);
        }
        EncoderSpec spec = encoder.describe();
        int layers = probe.equals("cgp") ? spec.depth() : 0;
        ProbeOptions options = layers > 0 ? ProbeOptions.parse("total=9", "middle=mean") : ProbeOptions.DEFAULTS;
        TokenLayout layout = new TokenLayout(spec.dim(), spec.freq(), spec.hasCls(), layers);
        TrainedProbe trained = new TrainedProbe(
                Probes.create(Backends.current(), probe, layout, 3, options, 11),
                CLASSES,
                spec.hasCls(),
                false,
                null,
                "",
                "");
        FrameScorer scorer = new FrameScorer(trained, context, stride, null);
        float[][] scores = scorer.scores(encoder.features(
                SOUND, layers == 0 ? Features.Request.TOKENS : Features.Request.allLayers(layers, false)));
        double[] high = new double[CLASSES.size()];
        double[] low = new double[CLASSES.size()];
        for (int c = 0; c < high.length; c++) {
            int own = c;
            double[] sorted =
                    Arrays.stream(scores).mapToDouble(row -> row[own]).sorted().toArray();
            high[c] = sorted[sorted.length * 7 / 10];
            low[c] = sorted[sorted.length / 2];
        }
        EventRules rules = new EventRules(high, low, median, gap, 0, 0);
        return new RecordingDetector(encoder, scorer, rules, Resampler.Kernel.HANN);
    }

    private static RecordingDetector detector(int number) throws IOException {
        if (DETECTORS[number] == null) {
            DETECTORS[number] = made(number);
        }
        return DETECTORS[number];
    }

    private static RecordingDetector made(int number) throws IOException {
        return switch (number) {
            case 0 -> detector("protobin", 1, 1, 5, 0.2);
            case 1 -> detector("linear-mean", 13, 2, 11, 0);
            case 2 -> detector("mhca", 7, 3, 3, 0.4);
            default -> detector("cgp", 3, 1, 7, 0.1);
        };
    }

    private static TreeMap<String, String> content(Path out) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(out)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = out.relativize(file).toString();
                if (!name.endsWith("lock") && !name.equals("manifest.json")) {
                    all.put(name, new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
                }
            }
        }
        return all;
    }

    private Path wav(int rate) throws IOException {
        return wav(rate, SOUND);
    }

    private Path wav(int rate, float[] samples) throws IOException {
        Path file = folder.resolve(rate + ".wav");
        Wav.write(file, samples, rate);
        return file;
    }

    /** The files of an uninterrupted run. */
    private TreeMap<String, String> undisturbed(
            RecordingDetector detector, DetectionRun.AudioOpener opener, List<AudioClip> clips) throws IOException {
        Path out = folder.resolve("undisturbed");
        assertThat(new Runs(detector, opener, clips, out).until(1e9)).isFalse();
        TreeMap<String, String> files = content(out);
        assertThat(files.get("events.csv").lines().count()).isGreaterThan(3);
        assertThat(files.keySet()).noneMatch(name -> name.contains("reading-"));
        return files;
    }

    /** Interrupts runs at random moments, also as if they had been killed while writing a note. */
    private static void interrupt(Runs runs, SplittableRandom random) throws IOException {
        for (int i = 0; i < 60 && runs.until(0.2 + random.nextDouble() * 8); i++) {
            if (runs.log() != null && Files.size(runs.log()) > 0 && random.nextBoolean()) {
                byte[] log = Files.readAllBytes(runs.log());
                Files.write(runs.log(), Arrays.copyOf(log, log.length - random.nextInt(Math.min(log.length, 30))));
            }
        }
        assertThat(runs.until(1e9)).isFalse();
    }

    @Property(tries = 8)
    void whateverMomentItIsTheFilesAreThoseOfAnUndisturbedRun(
            @ForAll @IntRange(max = 3) int kind, @ForAll @IntRange(max = 2) int rate, @ForAll long seed)
            throws IOException {
        delete();
        create();
        RecordingDetector detector = detector(kind);
        Path file = wav(List.of(RATE, 22_050, 44_100).get(rate));
        double seconds = SOUND.length / (double) List.of(RATE, 22_050, 44_100).get(rate);
        List<AudioClip> clips = List.of(
                new AudioClip("a.wav", file),
                new AudioClip("b.wav#1.5-7.25", file, 1.5, 7.25),
                new AudioClip("c.wav#2-99", file, 2, seconds));
        if ((seed & 2) == 0) {
            // As left by a recorder that lost power: the header states more samples than there are.
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(bytes, bytes.length - 100_001));
        }
        boolean forward = (seed & 1) == 0;
        DetectionRun.AudioOpener opener =
                forward ? (source, _) -> new OnlyForward(AudioStream.open(source)) : AudioStream::open;
        List<AudioClip> own = forward ? clips.subList(0, 1) : clips;
        TreeMap<String, String> expected = undisturbed(detector, opener, own);
        Runs runs = new Runs(detector, opener, own, folder.resolve("interrupted"));
        interrupt(runs, new SplittableRandom(seed));
        assertThat(content(runs.out)).isEqualTo(expected);
        assertThat(runs.again).isEmpty();
        // Two notes, a window, contexts, the median filter, and a note that was cut off.
        assertThat(runs.most).isLessThan(6 * NOTES + 2 * 3.1 + 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void itGoesOnNearWhereItWas(int kind) throws IOException {
        RecordingDetector detector = detector(kind);
        List<AudioClip> clips = List.of(new AudioClip("a.wav", wav(RATE)));
        TreeMap<String, String> expected = undisturbed(detector, AudioStream::open, clips);
        Runs runs = new Runs(detector, AudioStream::open, clips, folder.resolve("interrupted"));
        assertThat(runs.until(17)).isTrue();
        assertThat(runs.log()).isNotNull();
        assertThat(DetectionState.read(runs.out).damagedNotes()).isEmpty();
        assertThat(runs.until(1e9)).isFalse();
        assertThat(runs.goesOn)
                .singleElement()
                .satisfies(from -> assertThat(from).isBetween(9.0, 17.0));
        assertThat(runs.log()).isNull();
        assertThat(content(runs.out)).isEqualTo(expected);
    }

    @Test
    void aRecordingThatChangedIsReadFromItsStart() throws IOException {
        RecordingDetector detector = detector(0);
        Path file = wav(RATE);
        List<AudioClip> clips = List.of(new AudioClip("a.wav", file));
        Runs runs = new Runs(detector, AudioStream::open, clips, folder.resolve("interrupted"));
        assertThat(runs.until(12)).isTrue();
        byte[] bytes = Files.readAllBytes(file);
        bytes[9000] ^= 0x40;
        Files.write(file, bytes);
        assertThat(runs.until(1e9)).isFalse();
        assertThat(runs.again).containsExactly("the file changed");
        assertThat(runs.goesOn).isEmpty();
        assertThat(content(runs.out)).isEqualTo(undisturbed(detector, AudioStream::open, clips));
    }

    /** Different times and inode, but the same bytes. */
    @Test
    void aRecordingThatWasCopiedGoesOn() throws IOException {
        RecordingDetector detector = detector(0);
        Path file = wav(RATE);
        List<AudioClip> clips = List.of(new AudioClip("a.wav", file));
        Runs runs = new Runs(detector, AudioStream::open, clips, folder.resolve("interrupted"));
        assertThat(runs.until(12)).isTrue();
        byte[] bytes = Files.readAllBytes(file);
        Files.delete(file);
        Files.write(file, bytes);
        assertThat(runs.until(1e9)).isFalse();
        assertThat(runs.goesOn).hasSize(1);
        assertThat(content(runs.out)).isEqualTo(undisturbed(detector, AudioStream::open, clips));
    }

    /** Whichever byte of the notes is damaged or cut off, the events are correct, and damage is reported. */
    @Test
    void damagedNotesAreToldAndNotBelieved() throws IOException {
        RecordingDetector detector = detector(0);
        // Each damage reads the rest or all of it again.
        List<AudioClip> clips = List.of(new AudioClip("a.wav", wav(RATE, Arrays.copyOf(SOUND, 13 * RATE))));
        TreeMap<String, String> expected = undisturbed(detector, AudioStream::open, clips);
        Path out = folder.resolve("interrupted");
        Runs first = new Runs(detector, AudioStream::open, clips, out);
        assertThat(first.until(8)).isTrue();
        Path log = first.log();
        byte[] whole = Files.readAllBytes(log);
        SplittableRandom random = new SplittableRandom(7);
        int told = 0;
        for (int i = 0; i < 8; i++) {
            byte[] damaged = whole.clone();
            int at = i == 0 ? 3 : random.nextInt(whole.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.deleteIfExists(out.resolve(".detect/events.log"));
            Files.write(log, i == 7 ? new byte[whole.length] : damaged);
            boolean bad = ReadingLog.isDamaged(log);
            Runs runs = new Runs(detector, AudioStream::open, clips, out);
            assertThat(runs.until(1e9)).isFalse();
            assertThat(runs.again).as("byte %d", at).hasSize(bad ? 1 : 0);
            assertThat(content(out)).as("byte %d", at).isEqualTo(expected);
            told += runs.again.size();
        }
        // If a length is damaged and becomes too large, the block looks unfinished, so not all damage is reported.
        assertThat(told).isGreaterThan(5);
    }

    /** Notes on a recording that is in the journal, or no longer among the recordings, are deleted. */
    @Test
    void notesThatNobodyNeedsAreDeleted() throws IOException {
        RecordingDetector detector = detector(0);
        Path file = wav(RATE);
        Path out = folder.resolve("interrupted");
        Runs runs = new Runs(detector, AudioStream::open, List.of(new AudioClip("a.wav", file)), out);
        assertThat(runs.until(8)).isTrue();
        assertThat(runs.log()).isNotNull();
        List<AudioClip> others = List.of(new AudioClip("b.wav", file));
        Runs other = new Runs(detector, AudioStream::open, others, out);
        assertThat(other.until(1e9)).isFalse();
        assertThat(other.goesOn).isEmpty();
        assertThat(other.log()).isNull();
        assertThat(content(out)).isEqualTo(undisturbed(detector, AudioStream::open, others));
    }
}
