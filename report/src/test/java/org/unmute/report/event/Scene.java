package org.unmute.report.event;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Wav;
import org.unmute.probes.event.Band;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.report.page.Fact;

/**
 * Synthetic recordings of noise in which every event is a tone that sweeps through its band, so that boxes can be
 * checked against pictures.
 */
final class Scene implements SnippetSource {
    static final int RATE = 16_000;
    static final List<String> BIRDS =
            List.of("blackbird", "blackcap", "chiffchaff", "dunnock", "great tit", "robin", "song thrush", "wren");

    final List<SoundFile> files = new ArrayList<>();
    final List<PageEvent> events = new ArrayList<>();
    final Map<String, TrainingBoxes.OfClass> taught = new HashMap<>();
    private final Map<String, List<PageEvent>> byFile = new HashMap<>();

    /** Recordings of equal length, with events of all classes in time order. */
    static Scene of(int recordings, double seconds, int count, String nameFormat) {
        Scene scene = new Scene();
        for (int i = 0; i < recordings; i++) {
            String name = String.format(nameFormat, i % 28 + 1, i / 28);
            scene.files.add(
                    SoundFile.of(Path.of("/set/out/events.html"), Path.of("/set/recordings", name), name, 0, seconds));
        }
        Random random = new Random(7);
        for (int i = 0; i < count; i++) {
            int bird = Math.min(BIRDS.size() - 1, (int) (BIRDS.size() * Math.pow(random.nextDouble(), 1.6)));
            int file = (int) ((long) i * recordings / count);
            double onset = random.nextDouble() * (seconds - 2.5);
            double low = 700 + 700 * bird;
            scene.add(new PageEvent(
                    scene.files.get(file).name(),
                    onset,
                    onset + 0.2 + 2 * random.nextDouble(),
                    BIRDS.get(bird),
                    Math.ceil(500 + 500 * random.nextDouble() * random.nextDouble()) / 1000,
                    bird == 3 ? new Band(0, 8000, true) : new Band(low, low + 900, false)));
        }
        return scene;
    }

    void add(PageEvent event) {
        events.add(event);
        byFile.computeIfAbsent(event.file(), f -> new ArrayList<>()).add(event);
    }

    EventPage page(EventPageLimits limits) {
        return new EventPage(
                "Events of a made-up morning",
                BIRDS.stream()
                        .map(b -> new EventClass(b, 0.5).taughtBy(taught.getOrDefault(b, TrainingBoxes.OfClass.NONE)))
                        .toList(),
                files,
                List.of(new Fact("Encoder", "none"), new Fact("Probe", "none")),
                limits);
    }

    @Override
    public AudioStream open(SoundFile file) {
        return new Tones(byFile.getOrDefault(file.name(), List.of()), Math.round(file.seconds() * RATE));
    }

    /** Writes a recording as 16-bit WAV, as expected by the players of the page. */
    void write(SoundFile file, Path to) throws IOException {
        float[] samples = new float[(int) Math.round(file.seconds() * RATE)];
        try (AudioStream all = open(file)) {
            all.read(samples, 0, samples.length);
        }
        Wav.write(to, samples, RATE);
    }

    private static final class Tones implements AudioStream {
        private final List<PageEvent> events;
        private final long frames;
        private long position;

        private Tones(List<PageEvent> events, long frames) {
            this.events = events;
            this.frames = frames;
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
            return OptionalLong.of(frames);
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public int read(float[] samples, int from, int count) {
            int n = (int) Math.min(count, frames - position);
            if (n <= 0) {
                return -1;
            }
            double start = position / (double) RATE;
            List<PageEvent> near = events.stream()
                    .filter(e -> e.offset() > start && e.onset() < start + n / (double) RATE)
                    .toList();
            for (int i = 0; i < n; i++) {
                long frame = position + i;
                long noise = (frame * 0x9E3779B97F4A7C15L ^ frame << 13) * 0xBF58476D1CE4E5B9L;
                samples[from + i] = 0.01f * (noise >> 40) / (1 << 23);
            }
            for (PageEvent e : near) {
                tone(e, samples, from, n);
            }
            position += n;
            return n;
        }

        private void tone(PageEvent e, float[] samples, int from, int n) {
            double low = e.band().full() ? 500 : e.band().low();
            double sweep = (e.band().high() - low) / e.seconds();
            for (int i = 0; i < n; i++) {
                double t = (position + i) / (double) RATE - e.onset();
                if (t >= 0 && t < e.seconds()) {
                    samples[from + i] += (float) (0.1 * Math.sin(2 * Math.PI * (low + sweep * t / 2) * t));
                }
            }
        }

        @Override
        public void seek(long frame) {
            position = Math.min(frame, frames);
        }

        @Override
        public List<String> warnings() {
            return List.of();
        }

        @Override
        public void close() {}
    }
}
