package org.unmute.events.detection;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.audio.playback.Mixdown;
import org.unmute.data.ClipId;
import org.unmute.data.CsvLine;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationFormat;
import org.unmute.data.field.FieldLog;
import org.unmute.files.FileFailure;
import org.unmute.files.PlainText;
import org.unmute.files.TemporaryFile;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.event.Event;

/**
 * The tables of a detection folder. Tables of all recordings are rewritten from the start each time, in the order of
 * the list. The table of a single recording is either complete or absent.
 */
final class EventTables implements AutoCloseable {
    /** File name of the events that are not listed, since a listener rejected them in an earlier review. */
    static final String REJECTED = "rejected.csv";

    private final Path folder;
    private final Path temporary;
    private final Set<OutputFormat> formats;
    private final TableNames names;
    private final List<String> classes;
    private final FieldLog places;
    /** Whether tables name the channel of each event. */
    private final boolean channels;
    /** Whether tables mark events that a listener confirmed. */
    private final boolean verdicts;

    private final Map<OutputFormat, Combined> combined = new EnumMap<>(OutputFormat.class);
    /** Null if not requested. */
    private ParquetEvents parquet;
    /** The table of rejected events; null without verdicts. */
    private Combined rejected;

    /** A table of all recordings, in which times continue after each file by its length. */
    private static final class Combined {
        private final Writer out;
        private final AnnotationFormat.Writer table;
        private Path file;
        private double seconds;
        private int rate;

        Combined(Path path, AnnotationFormat format, boolean channels, boolean verdicts) throws IOException {
            out = new TableFile(path);
            table = format.writer(out, true, channels, verdicts);
        }

        /** Advances to a file; consecutive parts of the same file count once. */
        void enter(Path next, double length, int sampleRate) throws IOException {
            if (!next.equals(file)) {
                table.recording(seconds, Math.max(1, rate), List.of());
                seconds = 0;
            }
            file = next;
            rate = sampleRate;
            seconds = Math.max(seconds, length);
        }
    }

    /**
     * @param folder    folder of the tables
     * @param temporary path prefix of tables while they are being written, on the same file system
     * @param places    when and where recordings were made
     * @param verdicts  whether earlier verdicts decide which events are listed
     */
    EventTables(
            Path folder,
            Path temporary,
            Set<OutputFormat> formats,
            List<AudioClip> clips,
            List<String> classes,
            FieldLog places,
            boolean verdicts)
            throws IOException {
        this.verdicts = verdicts;
        this.folder = folder;
        this.temporary = temporary;
        this.formats = formats;
        this.classes = classes;
        this.places = places;
        channels = clips.stream().anyMatch(clip -> clip.channel() != Mixdown.MEAN);
        names = new TableNames(clips);
        try {
            if (verdicts) {
                rejected = new Combined(folder.resolve(REJECTED), AnnotationFormat.CSV, channels, true);
            } else {
                Files.deleteIfExists(folder.resolve(REJECTED));
            }
            for (OutputFormat format : formats) {
                if (format == OutputFormat.PARQUET) {
                    parquet = new ParquetEvents(folder.resolve(format.combined()), channels, verdicts);
                } else if (format.combined() != null && format.format() != null) {
                    Path file = folder.resolve(format.combined());
                    combined.put(format, new Combined(file, format.format(), channels, verdicts));
                }
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Deletes the tables of a recording whose events are to be found again. */
    void forget(AudioClip clip) throws IOException {
        for (OutputFormat format : OutputFormat.values()) {
            if (format.folder() != null) {
                Files.deleteIfExists(table(format, clip));
            }
        }
    }

    private Path table(OutputFormat format, AudioClip clip) {
        return folder.resolve(format.folder()).resolve(names.of(clip) + format.suffix());
    }

    /** Writes those tables of a recording that do not exist yet. */
    void single(AudioClip clip, ReadOutcome read, DecidedEvents events) throws IOException {
        for (OutputFormat format : formats) {
            if (format.folder() == null || Files.exists(table(format, clip))) {
                continue;
            }
            Path target = table(format, clip);
            Files.createDirectories(target.getParent());
            try (TemporaryFile file = TemporaryFile.create(temporary)) {
                Writer out = TableFile.text(file.channel());
                write(
                        format,
                        format.format().writer(out, false, channels, verdicts),
                        clip,
                        read,
                        events,
                        event -> verdict(events, event));
                out.flush();
                file.replace(target);
            } catch (IOException e) {
                throw FileFailure.named(target, e);
            }
        }
    }

    /** Adds a recording to the tables of all recordings. */
    void add(AudioClip clip, ReadOutcome read, DecidedEvents events) throws IOException {
        for (Map.Entry<OutputFormat, Combined> entry : combined.entrySet()) {
            Combined all = entry.getValue();
            all.enter(clip.path(), read.fileSeconds(), read.sampleRate());
            write(entry.getKey(), all.table, clip, read, events, event -> verdict(events, event));
            all.out.flush();
        }
        if (rejected != null) {
            write(OutputFormat.CSV, rejected.table, clip, read, events::rejected, _ -> "rejected");
            rejected.out.flush();
        }
        if (parquet != null) {
            String file = fileId(clip);
            events.forEach(
                    event -> parquet.add(annotation(file, clip, event), places.of(clip), verdict(events, event)));
        }
    }

    /** Finishes the tables that are only complete with the last recording. */
    void finish() throws IOException {
        if (parquet != null) {
            parquet.finish();
        }
    }

    /**
     * Reserves the time of a recording without events in the tables of all recordings, since a viewer that opens all of
     * them shows it too.
     */
    void leave(AudioClip clip, ReadOutcome read) throws IOException {
        for (Combined all : combined.values()) {
            all.enter(clip.path(), read.fileSeconds(), read.sampleRate());
        }
    }

    private void write(
            OutputFormat format,
            AnnotationFormat.Writer table,
            AudioClip clip,
            ReadOutcome read,
            EventJournal.Source events,
            Function<Event, String> verdict)
            throws IOException {
        String file =
                format.namesPaths() ? clip.path().toAbsolutePath().normalize().toString() : fileId(clip);
        TimeAndPlace where = places.of(clip);
        events.forEach(
                event -> table.event(read.sampleRate(), annotation(file, clip, event), where, verdict.apply(event)));
    }

    private static String verdict(DecidedEvents events, Event event) {
        return events.isConfirmed(event) ? "confirmed" : "";
    }

    /** The id of the file that a clip is, or is a part or a channel of; times count from the start of the file. */
    private static String fileId(AudioClip clip) {
        return clip.whole() && clip.channel() == Mixdown.MEAN ? clip.id() : ClipId.recording(clip.id());
    }

    private Annotation annotation(String file, AudioClip clip, Event event) {
        return new Annotation(
                file,
                event.onset(),
                event.offset(),
                classes.get(event.label()),
                event.band().low(),
                event.band().high(),
                event.score(),
                Math.max(1, clip.channel()));
    }

    @Override
    public void close() throws IOException {
        IOException first = null;
        if (parquet != null) {
            try {
                parquet.close();
            } catch (IOException e) {
                first = e;
            }
        }
        List<Combined> open = new ArrayList<>(combined.values());
        if (rejected != null) {
            open.add(rejected);
        }
        for (Combined all : open) {
            try {
                all.out.close();
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Table of recordings that were not read to their end: {@code file,seconds_read,reason}. */
    static final class Skipped implements AutoCloseable {
        private final TableFile out;

        Skipped(Path folder) throws IOException {
            out = new TableFile(folder.resolve("skipped.csv"));
            try {
                row("file", "seconds_read", "reason");
            } catch (IOException e) {
                out.close();
                throw e;
            }
        }

        void add(String file, double read, String reason) throws IOException {
            row(PlainText.of(file), String.format(Locale.ROOT, "%.3f", read), PlainText.of(reason));
        }

        private void row(String... cells) throws IOException {
            out.write(CsvLine.of((Object[]) cells));
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
