package org.unmute.report.event;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.audio.AudioStream;
import org.unmute.report.event.SnippetPlan.Planned;

/** Reads planned snippets, file by file in time order, and draws them. Only one is in memory at a time. */
final class SnippetReader {
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
        SoundExcerpt sound = SoundExcerpt.read(stream, p.start(), p.seconds());
        int pictureRate = Math.min(sound.rate(), p.pictureRate());
        int audioRate = Math.min(sound.rate(), p.audioRate());
        float[] seen = sound.at(pictureRate);
        float[] playback = SoundExcerpt.amplified(pictureRate == audioRate ? seen : sound.at(audioRate));
        return new Snippet(
                sound.start(),
                sound.end(),
                pictureRate / 2.0,
                Snippet.spectrogram(seen, pictureRate),
                playback,
                audioRate);
    }
}
