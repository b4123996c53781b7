package org.unmute.report.event;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Resampler;
import org.unmute.report.event.SnippetPlan.Planned;

/** Reads planned snippets, file by file in time order, and draws them. Only one is in memory at a time. */
final class SnippetReader {
    private static final float LOUD = 0.7f;
    private static final float MAX_GAIN = 10;

    private final SnippetSource source;
    private final List<SoundFile> files;
    private final Map<Planned, String> html = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    private SnippetReader(SnippetSource source, List<SoundFile> files) {
        this.source = source;
        this.files = files;
    }

    /**
     * The snippets of a page.
     *
     * @param html     of each planned snippet
     * @param problems recordings that could not be read, with the reason
     */
    record Read(Map<Planned, String> html, List<String> problems) {}

    static Read read(List<Planned> planned, SnippetSource source, List<SoundFile> files) {
        SnippetReader reader = new SnippetReader(source, files);
        Map<Integer, List<Planned>> byFile = new HashMap<>();
        planned.forEach(p -> byFile.computeIfAbsent(p.chosen().file(), f -> new ArrayList<>())
                .add(p));
        byFile.keySet().stream().sorted().forEach(f -> reader.file(files.get(f), byFile.get(f)));
        return new Read(reader.html, reader.problems);
    }

    private void file(SoundFile file, List<Planned> planned) {
        planned.sort(Comparator.comparingDouble(Planned::start)
                .thenComparingLong(p -> p.chosen().number()));
        int done = 0;
        try (AudioStream stream = source.open(file)) {
            for (Planned p : planned) {
                html.put(p, SnippetHtml.of(p, snippet(stream, p)));
                done++;
            }
        } catch (IOException | RuntimeException e) {
            String reason = e.getMessage() == null ? e.toString() : e.getMessage();
            problems.add(file.name() + ": " + reason);
            for (Planned p : planned.subList(done, planned.size())) {
                html.put(p, SnippetHtml.unread(p, reason));
            }
        }
    }

    private static Snippet snippet(AudioStream stream, Planned p) throws IOException {
        int rate = stream.sampleRate();
        long first = (long) Math.floor(p.start() * rate);
        stream.seek(first);
        float[] samples = new float[Math.toIntExact(Math.max(1, Math.round(p.seconds() * rate)))];
        int n = 0;
        while (n < samples.length) {
            int got = stream.read(samples, n, samples.length - n);
            if (got < 0) {
                break;
            }
            n += got;
        }
        if (n == 0) {
            throw new IOException("it ends before " + p.start() + " s");
        }
        samples = Arrays.copyOf(samples, n);
        int pictureRate = Math.min(rate, p.pictureRate());
        int audioRate = Math.min(rate, p.audioRate());
        float[] seen = at(samples, rate, pictureRate);
        float[] playback = pictureRate == audioRate ? seen.clone() : at(samples, rate, audioRate);
        raise(playback);
        double start = (double) first / rate;
        return new Snippet(
                start,
                start + (double) n / rate,
                pictureRate / 2.0,
                Snippet.spectrogram(seen, pictureRate),
                playback,
                audioRate);
    }

    private static float[] at(float[] samples, int rate, int wanted) {
        return rate == wanted ? samples : new Resampler(rate, wanted, Resampler.Kernel.HANN).apply(samples);
    }

    /** Amplifies quiet sound. */
    private static void raise(float[] samples) {
        float max = 0;
        for (float v : samples) {
            max = Math.max(max, Math.abs(v));
        }
        float gain = Math.clamp(LOUD / Math.max(max, Float.MIN_NORMAL), 1, MAX_GAIN);
        for (int i = 0; i < samples.length; i++) {
            samples[i] *= gain;
        }
    }
}
