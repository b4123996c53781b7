package org.unmute.data.annotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.unmute.data.ClipId;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Place;
import org.unmute.files.PlainText;

/**
 * Reads annotations of other programs from one table or from a folder of tables, each of which is named after its
 * recording: {@code rec.Table.1.selections.txt} or {@code rec.selections.txt} of Raven, {@code rec.txt} of Audacity,
 * {@code rec.BirdNET.selection.table.txt} or {@code rec.BirdNET.results.csv}.
 */
final class AnnotationFolder {
    private static final Set<String> EXTENSIONS = Set.of("txt", "csv", "tsv");
    /** Suffixes that programs append to the name of a recording. */
    private static final Pattern ENDING = Pattern.compile("(?i)(\\.table\\.\\d+)?\\.selections\\.txt$"
            + "|\\.birdnet(\\.selection\\.table|\\.results)?\\.(txt|csv)$"
            + "|\\.(selection\\.table|labels|annotations|events|raven|audacity)\\.(txt|csv|tsv)$"
            + "|\\.(txt|csv|tsv)$");

    /**
     * The annotations that were found.
     *
     * @param what       description of the format
     * @param recordings all recordings that are named, sorted, including those without events
     * @param events     of these recordings
     * @param sparse     recordings that were annotated only at the marks and around them
     */
    record Found(
            String what, List<String> recordings, List<Annotation> events, Set<String> sparse, List<String> remarks) {}

    private final LabelFile.Options options;
    private final Set<String> kinds = new LinkedHashSet<>();
    private final Map<String, List<Annotation>> byRecording = new TreeMap<>();
    private final Map<String, List<String>> tablesOf = new LinkedHashMap<>();
    private final List<String> remarks = new ArrayList<>();
    private final Set<String> sparse = new LinkedHashSet<>();

    private AnnotationFolder(LabelFile.Options options) {
        this.options = options;
    }

    /** Reads one table, which names its recordings or is named after its only recording. */
    static Found single(Path table, LabelFile.Options options) throws IOException {
        AnnotationFolder all = new AnnotationFolder(options);
        all.add(table, AnnotationTable.recordingOf(table.getFileName()));
        return all.found("");
    }

    /**
     * Reads the tables in a folder and its subfolders.
     *
     * @throws MalformedTableException if one is malformed, or there are none
     */
    static Found read(Path folder, LabelFile.Options options) throws IOException {
        AnnotationFolder all = new AnnotationFolder(options);
        int tables = 0;
        for (Path file : AnnotationTable.filesIn(folder, EXTENSIONS)) {
            Path relative = folder.relativize(file);
            if (isOtherText(file)) {
                all.remarks.add(
                        "left out, because it is not a table of annotations: " + PlainText.of(relative.toString()));
                continue;
            }
            tables++;
            all.add(file, AnnotationTable.recordingOf(relative));
        }
        if (tables == 0) {
            throw new Place(folder, 0).wrong("no tables of annotations (.txt, .csv, .tsv) are in this folder or below");
        }
        return all.found(tables + " tables, ");
    }

    /** Whether a file in the folder is not a table of annotations, such as a note or another list. */
    private static boolean isOtherText(Path file) throws IOException {
        if (file.getFileName().toString().toLowerCase(Locale.ROOT).matches(".*(selections?|birdnet|table).*")) {
            return false;
        }
        try {
            return AnnotationTable.kind(file) == AnnotationTable.Kind.TABLE && !LabelTable.hasTimes(file);
        } catch (MalformedTableException e) {
            return true;
        }
    }

    /** The recording's name, from the name of its table without the suffixes that programs append. */
    static String recording(String table) {
        String stem = ENDING.matcher(table).replaceFirst("");
        // A table of one channel of a recording is named like the clip.
        return stem.isEmpty() ? table : ClipId.recording(stem);
    }

    private void add(Path file, String own) throws IOException {
        AnnotationTable table = AnnotationTable.read(file, options.columns().labelColumn());
        kinds.add(name(table.kind()));
        boolean named = table.files().stream().anyMatch(f -> !isOwn(f, own));
        Map<String, String> ids = new LinkedHashMap<>();
        for (String recording : table.files()) {
            String id = named ? new Place(file, 0).checked(() -> normal(recording)) : own;
            ids.put(recording, id);
            byRecording.computeIfAbsent(id, r -> new ArrayList<>());
        }
        if (table.files().isEmpty()) {
            byRecording.computeIfAbsent(own, r -> new ArrayList<>());
        }
        for (Annotation event : table.annotations()) {
            String id = ids.getOrDefault(event.file(), own);
            List<Annotation> events = byRecording.get(id);
            events.add(event.in(id));
        }
        boolean marksOnly = isSparse(file, table.kind());
        for (String id : ids.isEmpty() ? Set.of(own) : new LinkedHashSet<>(ids.values())) {
            if (marksOnly) {
                sparse.add(id);
            }
            tablesOf.computeIfAbsent(id, r -> new ArrayList<>())
                    .add(file.getFileName().toString());
        }
    }

    private boolean isSparse(Path file, AnnotationTable.Kind kind) throws IOException {
        return switch (options.coverage().tables()) {
            case COMPLETE -> false;
            case SPARSE -> true;
            case USUAL ->
                (kind == AnnotationTable.Kind.LABELS || kind == AnnotationTable.Kind.RAVEN) && !byBirdNet(file);
        };
    }

    /** Whether BirdNET, which searches whole recordings, wrote the table. */
    private static boolean byBirdNet(Path file) throws IOException {
        List<String> header = AnnotationTable.firstRow(file);
        return file.getFileName().toString().toLowerCase(Locale.ROOT).contains("birdnet")
                || header != null && header.containsAll(List.of("Species Code", "Common Name", "Confidence"));
    }

    /** Whether the recording named in a table is the one that the table is named after. */
    private static boolean isOwn(String recording, String own) {
        String name = recording.replace('\\', '/');
        String last = name.substring(name.lastIndexOf('/') + 1);
        String stem = own.substring(own.lastIndexOf('/') + 1);
        return last.equals(stem) || ClipId.withoutExtension(last).equals(stem);
    }

    /**
     * A path as an id; an absolute path keeps its leading '/'. Paths may come from other computers.
     *
     * @throws IllegalArgumentException if it does not name a file, or leaves the folder
     */
    static String normal(String path) {
        String text = path.replace('\\', '/').replaceFirst("^[A-Za-z]:/", "/");
        return (text.startsWith("/") ? "/" : "") + ClipId.of(text.replaceFirst("^/+", ""));
    }

    private Found found(String tables) {
        List<Annotation> events = new ArrayList<>();
        byRecording.forEach((recording, all) -> {
            // Two versions of a table may contain the same selection.
            Set<Annotation> distinct = new LinkedHashSet<>(all);
            events.addAll(distinct);
            if (tablesOf.getOrDefault(recording, List.of()).size() > 1) {
                remarks.add("annotations of " + PlainText.of(recording) + " were joined from "
                        + PlainText.of(String.join(", ", tablesOf.get(recording)))
                        + (distinct.size() < all.size()
                                ? "; " + (all.size() - distinct.size()) + " were the same"
                                : ""));
            }
        });
        return new Found(
                tables + String.join(" and ", kinds),
                List.copyOf(byRecording.keySet()),
                events,
                sparse,
                List.copyOf(remarks));
    }

    private static String name(AnnotationTable.Kind kind) {
        return switch (kind) {
            case RAVEN -> "Raven selection table";
            case BIRDNET_CSV -> "BirdNET results";
            case LABELS -> "labels with start and end, as Audacity writes them";
            case FILE_LABELS -> "labels with file, start and end";
            case SCORED_LABELS -> "labels with start, end and confidence";
            case DESED -> "DESED strong labels";
            case TABLE -> "table of start, end and label";
        };
    }
}
