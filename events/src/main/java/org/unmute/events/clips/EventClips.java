package org.unmute.events.clips;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.audio.PcmFormat;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.Wav;
import org.unmute.data.CsvWriter;
import org.unmute.data.RecordingNames;
import org.unmute.data.annotation.Annotation;
import org.unmute.events.recording.Excerpt;
import org.unmute.files.PlainText;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;

/**
 * Writes events as WAV files at the rate of their recordings. From uncompressed recordings come all channels with the
 * very samples; from others the mean of the channels in 16 bits.
 */
public final class EventClips {
    /** Name of the table. */
    public static final String TABLE = "clips.csv";

    /** Name of the file of what determines the clips of a folder, so that an interrupted run resumes. */
    public static final String SETTINGS = "clips.settings";

    private final Path folder;
    private final Map<String, Path> recordings;
    private final RecordingNames names;
    private final Map<String, String> digests;
    private final double padding;

    /**
     * A recording whose events are not cut out.
     *
     * @param recording as the events name it
     * @param events number of its events
     * @param reason why not
     */
    public record Skipped(String recording, int events, String reason) {}

    /**
     * What was written.
     *
     * @param clips number of files
     * @param mixed number of them that hold the mean of several channels
     * @param skipped recordings without clips
     */
    public record Outcome(int clips, int mixed, List<Skipped> skipped) {}

    /**
     * @param folder for the clips and their table
     * @param recordings files by id
     * @param digests SHA-256 that recordings had when their events were found, by id, as far as it is known
     * @param padding seconds before and after each event
     */
    public EventClips(Path folder, Map<String, Path> recordings, Map<String, String> digests, double padding) {
        this.folder = folder;
        this.recordings = recordings;
        this.digests = digests;
        this.padding = padding;
        names = new RecordingNames(recordings.keySet());
    }

    /**
     * Cuts out events. A recording that is missing, changed or damaged is left out.
     *
     * @throws IOException if a file cannot be written
     */
    public Outcome write(List<Annotation> events) throws IOException {
        Map<String, List<Annotation>> byRecording = new LinkedHashMap<>();
        events.forEach(e ->
                byRecording.computeIfAbsent(e.file(), _ -> new ArrayList<>()).add(e));
        CsvWriter table = new CsvWriter(
                "file",
                "label",
                "score",
                "recording",
                "event_start",
                "event_end",
                "cut_start",
                "cut_end",
                "low",
                "high");
        ClipNames clipNames = new ClipNames();
        List<Skipped> skipped = new ArrayList<>();
        int clips = 0;
        int mixed = 0;
        for (Map.Entry<String, List<Annotation>> one : byRecording.entrySet()) {
            List<Annotation> own = one.getValue();
            List<String> files = own.stream().map(clipNames::of).toList();
            String reason;
            try {
                Path file = find(one.getKey());
                try (Cutter cutter = Cutter.open(file)) {
                    for (int i = 0; i < own.size(); i++) {
                        row(
                                table,
                                files.get(i),
                                own.get(i),
                                cutter.cut(folder.resolve(files.get(i)), own.get(i), padding));
                        clips++;
                        mixed += cutter.mixes() ? 1 : 0;
                    }
                }
                continue;
            } catch (UnreadableAudioException e) {
                reason = e.reason();
            } catch (NotThereException e) {
                reason = e.getMessage();
            }
            skipped.add(new Skipped(one.getKey(), own.size(), reason));
        }
        table.write(folder.resolve(TABLE));
        return new Outcome(clips, mixed, skipped);
    }

    /** A recording that cannot be used. */
    private static final class NotThereException extends Exception {
        private static final long serialVersionUID = 1L;

        NotThereException(String reason) {
            super(reason);
        }
    }

    private Path find(String name) throws IOException, NotThereException {
        Optional<String> id;
        try {
            id = names.find(name);
        } catch (IllegalArgumentException e) {
            throw new NotThereException(e.getMessage());
        }
        Path file = id.map(recordings::get).orElse(null);
        if (file == null || !RegularFile.isFile(file)) {
            throw new NotThereException("there is no such recording");
        }
        String before = digests.get(id.get());
        if (before != null && !before.equals(Sha256.of(file))) {
            throw new NotThereException("the file changed after its events were found");
        }
        return file;
    }

    private static void row(CsvWriter table, String file, Annotation e, double[] cut) {
        table.row(
                file,
                PlainText.of(e.label()),
                Double.isNaN(e.score()) ? "" : String.format(Locale.ROOT, "%.4f", e.score()),
                PlainText.of(e.file()),
                seconds(e.onset()),
                seconds(e.offset()),
                seconds(cut[0]),
                seconds(cut[1]),
                Double.isNaN(e.low()) ? "" : String.format(Locale.ROOT, "%.1f", e.low()),
                Double.isNaN(e.high()) ? "" : String.format(Locale.ROOT, "%.1f", e.high()));
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.6f", value);
    }

    /** Cuts parts out of a recording. */
    private static final class Cutter implements AutoCloseable {
        private final Path file;
        /** Null if the recording is compressed. */
        private final PcmFormat.Parts pcm;

        private final int rate;
        private final int channels;
        private final long frames;

        private Cutter(Path file, PcmFormat.Parts pcm, int rate, int channels, long frames) {
            this.file = file;
            this.pcm = pcm;
            this.rate = rate;
            this.channels = channels;
            this.frames = frames;
        }

        static Cutter open(Path file) throws IOException {
            Optional<PcmFormat.Parts> pcm = PcmFormat.Parts.open(file);
            if (pcm.isPresent()) {
                PcmFormat.Parts own = pcm.get();
                return new Cutter(file, own, own.sampleRate(), own.channels(), own.frames());
            }
            try (AudioStream stream = AudioFiles.open(file)) {
                return new Cutter(
                        file,
                        null,
                        stream.sampleRate(),
                        stream.channels(),
                        stream.frames().orElse(Long.MAX_VALUE));
            }
        }

        boolean mixes() {
            return pcm == null && channels > 1;
        }

        /** Returns start and end of the cut in seconds. */
        double[] cut(Path target, Annotation event, double padding) throws IOException {
            long first = Math.max(0, Math.round((event.onset() - padding) * rate));
            long end = Math.min(frames, Math.max(first + 1, Math.round((event.offset() + padding) * rate)));
            if (first >= end) {
                throw new UnreadableAudioException(
                        file.toString(),
                        "an event begins at " + event.onset() + " s, but it ends at " + (double) frames / rate + " s");
            }
            Files.createDirectories(target.getParent());
            if (pcm != null) {
                pcm.write(target, first, end);
            } else {
                float[] samples = decoded(first, end);
                Wav.write(target, samples, rate);
                end = first + samples.length;
            }
            return new double[] {(double) first / rate, (double) end / rate};
        }

        private float[] decoded(long first, long end) throws IOException {
            try (AudioStream stream = AudioFiles.open(file);
                    AudioStream part = Excerpt.of(stream, (double) first / rate, (double) end / rate)) {
                float[] samples = new float[Math.toIntExact(end - first)];
                int n = 0;
                while (n < samples.length) {
                    int got = part.read(samples, n, samples.length - n);
                    if (got < 0) {
                        break;
                    }
                    n += got;
                }
                if (n == 0) {
                    throw new UnreadableAudioException(file.toString(), "an event begins behind its end");
                }
                return Arrays.copyOf(samples, n);
            }
        }

        @Override
        public void close() throws IOException {
            if (pcm != null) {
                pcm.close();
            }
        }
    }
}
