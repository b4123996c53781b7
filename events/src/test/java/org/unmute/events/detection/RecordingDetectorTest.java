package org.unmute.events.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Resampler;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.Wav;
import org.unmute.data.scene.Split;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipPass;
import org.unmute.probes.cache.ClipSound;
import org.unmute.probes.event.Event;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import org.unmute.tensor.backend.Backends;

/** The embedded encoder and a probe with random weights on 5 s of sound. */
class RecordingDetectorTest {
    private static final int RATE = 16_000;
    private static final float[] SOUND = new SyntheticScenes(
                    SyntheticScenes.Options.standard().withSeconds(5), 3)
            .clip(Split.TEST, 0)
            .samples();
    private static final RecordingDetector DETECTOR = detector();

    private static RecordingDetector detector() {
        Encoder encoder = Encoders.embedded();
        EncoderSpec spec = encoder.describe();
        List<String> classes = List.of("a", "b", "c", "d", "e", "f");
        TrainedProbe probe = new TrainedProbe(
                Probes.create(
                        Backends.current(),
                        "protobin",
                        new TokenLayout(spec.dim(), spec.freq(), spec.hasCls(), 0),
                        classes.size(),
                        ProbeOptions.DEFAULTS,
                        11),
                classes,
                spec.hasCls(),
                false,
                null,
                "",
                "");
        return new RecordingDetector(
                encoder,
                new FrameScorer(probe, 1, 1, null),
                EventRules.threshold(classes.size(), 0.5),
                Resampler.Kernel.HANN);
    }

    /** Delivers samples in pieces and optionally fails after the last one. */
    private static final class Samples implements AudioStream {
        private final float[] all;
        private final IOException failure;
        private int at;

        Samples(float[] all, IOException failure) {
            this.all = all;
            this.failure = failure;
        }

        @Override
        public int sampleRate() {
            return RATE;
        }

        @Override
        public int channels() {
            return 1;
        }

        @Override
        public OptionalLong frames() {
            return failure == null ? OptionalLong.of(all.length) : OptionalLong.of(10L * RATE);
        }

        @Override
        public long position() {
            return at;
        }

        @Override
        public int read(float[] samples, int from, int count) throws IOException {
            int n = Math.min(Math.min(count, 777), all.length - at);
            if (n == 0) {
                if (failure != null) {
                    throw failure;
                }
                return -1;
            }
            System.arraycopy(all, at, samples, from, n);
            at += n;
            return n;
        }

        @Override
        public void seek(long frame) {
            at = (int) Math.min(frame, all.length);
        }

        @Override
        public List<String> warnings() {
            return List.of("odd");
        }

        @Override
        public void close() {}
    }

    private static List<Event> events(float[] samples) throws IOException {
        List<Event> all = new ArrayList<>();
        DETECTOR.run(new Samples(samples, null), all::add, _ -> {});
        return all;
    }

    @Test
    void aDamagedRecordingHasTheEventsUpToTheDamage() throws IOException {
        float[] before = Arrays.copyOf(SOUND, 50_001);
        List<Event> expected = events(before);
        assertThat(expected).hasSizeGreaterThan(3);
        List<Event> found = new ArrayList<>();
        double[] told = {0};
        ReadOutcome read = DETECTOR.run(
                new Samples(before, new UnreadableAudioException("x.flac", "frame 12 is damaged")),
                found::add,
                seconds -> told[0] += seconds);
        assertThat(found).isEqualTo(expected);
        assertThat(read.usable()).isTrue();
        assertThat(read.problem()).isEqualTo("read up to 3.125 s, events after that are missing: frame 12 is damaged");
        assertThat(read.seconds()).isEqualTo(50_001.0 / RATE).isEqualTo(told[0]);
        assertThat(read.fileSeconds()).as("what the header says").isEqualTo(10);
        assertThat(read.warnings()).containsExactly("odd");

        float[] infinite = SOUND.clone();
        infinite[50_001] = Float.POSITIVE_INFINITY;
        found.clear();
        assertThat(DETECTOR.run(new Samples(infinite, null), found::add, _ -> {})
                        .problem())
                .contains("3.125 s")
                .endsWith("a sample is Infinity");
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void aSourceThatFailsIsNotTheRecordingsFault() {
        Consumer<Event> ignored = _ -> {};
        assertThatThrownBy(() ->
                        DETECTOR.run(new Samples(SOUND, new IOException("the network is gone")), ignored, _ -> {}))
                .isInstanceOf(IOException.class)
                .hasMessage("the network is gone");
    }

    @Test
    void aPartHasTheTimesOfTheFile() throws IOException {
        List<Event> alone = events(Arrays.copyOfRange(SOUND, 16_000, 64_000));
        List<Event> part = new ArrayList<>();
        ReadOutcome read = DETECTOR.run(new Samples(SOUND, null), 1, 4, part::add, _ -> {});
        assertThat(read).isEqualTo(new ReadOutcome(RATE, 5, 1, 3, List.of("odd"), null, true));
        assertThat(part).hasSameSizeAs(alone).isNotEmpty();
        for (int i = 0; i < part.size(); i++) {
            assertThat(part.get(i).onset()).isEqualTo(alone.get(i).onset() + 1);
            assertThat(part.get(i).score()).isEqualTo(alone.get(i).score());
            assertThat(part.get(i).offset()).isLessThanOrEqualTo(4);
        }
        assertThatThrownBy(() -> DETECTOR.run(new Samples(SOUND, null), 7, 9, part::add, _ -> {}))
                .isInstanceOf(UnreadableAudioException.class)
                .hasMessageContaining("begins at 7.0 s, but the recording ends at 5.0 s");
    }

    @Test
    void aRecordingThatIsTooShortHasALengthAllTheSame() throws IOException {
        List<Event> found = new ArrayList<>();
        ReadOutcome read = DETECTOR.run(new Samples(new float[160], null), found::add, _ -> {});
        assertThat(read.usable()).isFalse();
        assertThat(read.problem()).contains("too short");
        assertThat(read.fileSeconds()).isEqualTo(0.01);
        assertThat(found).isEmpty();
        assertThat(DETECTOR.run(new Samples(new float[0], null), found::add, _ -> {})
                        .problem())
                .isEqualTo("the file holds no samples");
        assertThat(DETECTOR.run(
                                new Samples(new float[10], new UnreadableAudioException("x", "damaged at once")),
                                found::add,
                                _ -> {})
                        .problem())
                .isEqualTo("damaged at once");
    }

    /** At several rates, for whole files, for parts, and for a part that ends after its file. */
    @Test
    void tokensGiveTheEventsOfTheStream(@TempDir Path folder) throws IOException {
        Encoder encoder = Encoders.embedded();
        int events = 0;
        boolean several = false;
        for (int rate : new int[] {RATE, 44_100, 11_025}) {
            Path file = folder.resolve(rate + ".wav");
            Wav.write(file, SOUND, rate);
            double seconds = SOUND.length / (double) rate;
            List<AudioClip> clips = List.of(
                    new AudioClip("whole", file),
                    new AudioClip("part", file, 0.123, 1.1),
                    new AudioClip("rest", file, 0.71, seconds + 3));
            try (ClipPass pass = new ClipPass(
                    "test",
                    clips,
                    AudioStream::open,
                    encoder.describe(),
                    Resampler.Kernel.HANN,
                    new ClipPass.Limits(9, 999))) {
                for (ClipSound sound : pass.next()) {
                    List<Event> expected = new ArrayList<>();
                    AudioClip clip = sound.clip();
                    try (AudioStream stream = AudioStream.open(file)) {
                        DETECTOR.run(stream, clip.start(), clip.end(), expected::add, _ -> {});
                    }
                    List<Event> found = new ArrayList<>();
                    Features features = encoder.features(sound.samples(), DETECTOR.request());
                    // The probe does not read the class token, which is a mean over windows.
                    several |= features.tokens().time() > encoder.describe().time();
                    assertThat(DETECTOR.run(features, sound, found::add)).isTrue();
                    assertThat(found).as("%d Hz, %s", rate, clip.id()).isEqualTo(expected);
                    events += found.size();
                }
            }
        }
        assertThat(events).isGreaterThan(9);
        assertThat(several).isTrue();
    }
}
