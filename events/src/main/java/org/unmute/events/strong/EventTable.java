package org.unmute.events.strong;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.unmute.data.LineReader;
import org.unmute.data.MalformedTableException;
import org.unmute.data.TextTable;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.data.json.JsonFields;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.OutputFormat;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.metrics.event.SoundEvent;

/**
 * Events in recordings, from a table or a folder of tables.
 *
 * @param source     origin of the events, for messages
 * @param recordings names of recordings, including those without events, in order
 * @param events     each refers to one of the recordings; labels may be empty
 */
public record EventTable(String source, List<String> recordings, List<Annotation> events) {
    private static final Set<String> EXTENSIONS = Set.of("txt", "tsv", "csv", "jsonl");

    public EventTable {
        recordings = List.copyOf(recordings);
        events = List.copyOf(events);
    }

    /**
     * Reads a file in any format of {@link AnnotationTable}, or JSON lines with {@code file, start, end, label} and
     * optionally {@code score, low, high} ({@code .jsonl}); or all such files in a folder and its subfolders. In a
     * folder of {@code unmute detect} the table of all recordings is read, and a folder that holds only Parquet files
     * is one table. If a file names no recording, as those of Audacity and Raven for a single recording, its events
     * belong to the recording with the file's own name: {@code dawn.txt} and {@code dawn.Table.1.selections.txt} to
     * {@code dawn}, in a subfolder to {@code folder/dawn}.
     *
     * @param labelColumn name of the label column in a table with a header; null for the usual names
     * @throws MalformedTableException if a file has an unsupported format, or a row is wrong; names the line
     * @throws InputException          if a line of JSON is wrong; names the line
     * @throws IOException             if a file cannot be read, or a folder holds no table
     */
    public static EventTable read(Path source, String labelColumn) throws IOException {
        if (!RegularFile.exists(source)) {
            throw new NoSuchFileException(source.toString(), null, "neither a table of events nor a folder of tables");
        }
        Set<String> recordings = new LinkedHashSet<>();
        List<Annotation> events = new ArrayList<>();
        boolean parts = TextTable.isInParts(source);
        Path tables = RegularFile.isFolder(source) && !parts ? ofDetections(source) : source;
        boolean several = RegularFile.isFolder(tables) && !parts;
        for (Path file : several ? listed(tables) : List.of(tables)) {
            if (file.toString().toLowerCase(Locale.ROOT).endsWith(".jsonl")) {
                jsonLines(file, recordings, events);
                continue;
            }
            String own = AnnotationTable.recordingOf(several ? tables.relativize(file) : file.getFileName());
            AnnotationTable table = AnnotationTable.read(file, labelColumn);
            recordings.addAll(table.files().stream().filter(f -> !f.isEmpty()).toList());
            // A table with a header may have a column of recordings but no rows.
            boolean single = table.kind() == AnnotationTable.Kind.RAVEN
                    || table.kind() == AnnotationTable.Kind.LABELS
                    || table.kind() == AnnotationTable.Kind.SCORED_LABELS;
            if (table.files().isEmpty() && single) {
                recordings.add(own);
            }
            for (Annotation a : table.annotations()) {
                String name = a.file().isEmpty() ? own : a.file();
                recordings.add(name);
                events.add(with(a, name, a.label()));
            }
        }
        return new EventTable(source.toString(), List.copyOf(recordings), events);
    }

    /** Events without scores. */
    public static EventTable of(String source, List<String> recordings, List<SoundEvent> events) {
        return new EventTable(
                source,
                recordings,
                events.stream()
                        .map(e -> new Annotation(e.file(), e.onset(), e.offset(), e.label()))
                        .toList());
    }

    /**
     * Selects one of the tables in a folder of {@code unmute detect}, which hold the same events in several formats;
     * returns other folders unchanged.
     */
    private static Path ofDetections(Path folder) throws IOException {
        if (!DetectionFolder.isOne(folder)) {
            return folder;
        }
        for (OutputFormat format : OutputFormat.values()) {
            boolean table = format.combined() != null && format != OutputFormat.CAMTRAPDP;
            if (table && RegularFile.isFile(folder.resolve(format.combined()))) {
                return folder.resolve(format.combined());
            }
        }
        Path tracks = folder.resolve(OutputFormat.AUDACITY.folder());
        return RegularFile.isFolder(tracks) ? tracks : folder;
    }

    private static List<Path> listed(Path folder) throws IOException {
        List<Path> tables = AnnotationTable.filesIn(folder, EXTENSIONS).stream()
                .filter(file -> !file.endsWith(VerdictJournal.FILE))
                .toList();
        if (tables.isEmpty()) {
            throw new InputException(
                    "no tables of events in " + folder + " or below: looked for .txt, .tsv, .csv and .jsonl");
        }
        return tables;
    }

    private static void jsonLines(Path file, Set<String> recordings, List<Annotation> events) throws IOException {
        try (LineReader lines = LineReader.open(file)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                JsonFields fields = JsonFields.parse(file, lines.place().line(), line, "");
                String name = fields.text("file");
                double score = number(fields, "score");
                double low = number(fields, "low");
                double high = number(fields, "high");
                double start = fields.number("start");
                double end = fields.number("end");
                String label = fields.text("label");
                recordings.add(name);
                events.add(lines.place().checked(() -> new Annotation(name, start, end, label, low, high, score, 1)));
            }
        }
    }

    private static double number(JsonFields fields, String key) throws IOException {
        return fields.has(key) ? fields.number(key) : Double.NaN;
    }

    /** The same events with labels replaced; labels that are not in the map stay. */
    public EventTable renamed(Map<String, String> labels) {
        UnaryOperator<String> to = label -> labels.getOrDefault(label, label);
        return new EventTable(
                source,
                recordings,
                events.stream().map(e -> with(e, e.file(), to.apply(e.label()))).toList());
    }

    private static Annotation with(Annotation a, String file, String label) {
        return new Annotation(file, a.onset(), a.offset(), label, a.low(), a.high(), a.score(), a.channel());
    }
}
