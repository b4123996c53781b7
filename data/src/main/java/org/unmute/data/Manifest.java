package org.unmute.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Clips with their labels and splits, in the order of the label file. Immutable.
 *
 * @param clips no two with the same file
 * @param labels the classes; contains every clip's labels
 * @param stretches gives the labels of any stretch of a recording, if the labels are events in time; else null
 */
public record Manifest(List<LabelledClip> clips, LabelSet labels, Stretches stretches) {
    /** The labels of stretches of recordings. */
    @FunctionalInterface
    public interface Stretches {
        /**
         * The distinct labels of a stretch, sorted, and its unknown classes.
         *
         * @param file  a recording, by its name in the manifest
         * @param start in seconds
         * @param end   in seconds; infinite for the end of the recording
         */
        Stretch of(String file, double start, double end);
    }

    /**
     * The labels of a stretch of a recording.
     *
     * @param labels  the classes that are present
     * @param unknown the unknown classes, as in {@link LabelledClip#unknown}
     */
    public record Stretch(List<String> labels, List<String> unknown) {
        /** This stretch as a clip. */
        public LabelledClip clip(String file, String split) {
            return new LabelledClip(file, split, labels, unknown);
        }
    }

    /** Usual names of the file column. */
    public static final List<String> FILE_COLUMNS = List.of("file", "filename", "path", "fname");
    /** Usual names of the label column. */
    public static final List<String> LABEL_COLUMNS = List.of("labels", "label", "category", "class", "event_labels");
    /** Names of the file column in Hugging Face data sets, BirdSet's first. */
    private static final List<String> DATASET_FILES = List.of("filepath", "audio.path");
    /** Names of the label column in BirdSet: all labels of a clip, or the label of one event. */
    private static final List<String> DATASET_LABELS = List.of("ebird_code_multilabel", "ebird_code");
    /** Usual names of the split column. */
    public static final List<String> SPLIT_COLUMNS = List.of("split", "fold");
    /** Usual names of the column of {@link LabelledClip#group}. */
    private static final List<String> GROUP_COLUMNS = List.of("recording", "recording_id");

    public Manifest {
        clips = List.copyOf(clips);
    }

    /** Clips whose labels apply to the clip only, not to stretches of its recording. */
    public Manifest(List<LabelledClip> clips, LabelSet labels) {
        this(clips, labels, null);
    }

    /**
     * Reads a label file: a CSV ({@code .tsv}: tabs) with a header, or a Parquet file, in which labels may be a list.
     * If the columns {@code start} and {@code end} exist and a row fills them, the row labels that part of the file, in
     * seconds. A column {@code unknown} names the unknown classes, or has {@code *} for all classes that are not
     * labels.
     *
     * @param vocabulary the classes in order, or null for the sorted union of the labels in the file
     * @throws MalformedTableException with file and line: ragged row, missing column, unknown, empty or repeated label,
     *     no label in the whole file and no vocabulary, repeated clip, path that leaves the root, NUL, a row beyond 1
     *     MiB, not UTF-8
     */
    public static Manifest read(Path file, ManifestFormat format, LabelSet vocabulary) throws IOException {
        try (TextTable table = TextTable.open(file, format.headerRow())) {
            return new Rows(file, table, format, vocabulary).read(table);
        }
    }

    /**
     * The file column: the requested one, one with a usual name, or that of a known data set.
     *
     * @param named requested name, or null
     * @return its index; -1 if there is none
     * @throws MalformedTableException if no column has the requested name, or several have usual names
     */
    public static int fileColumn(TextTable table, String named) throws MalformedTableException {
        return column(table, named, FILE_COLUMNS, "--file-column", DATASET_FILES);
    }

    /** As {@link #fileColumn}, for the label column. */
    public static int labelColumn(TextTable table, String named) throws MalformedTableException {
        return column(table, named, LABEL_COLUMNS, "--label-column", DATASET_LABELS);
    }

    /** As {@link #fileColumn}, for the column of groups, which is never that of the file. */
    public static int groupColumn(TextTable table, String named, int file) throws MalformedTableException {
        int at = table.column(named, GROUP_COLUMNS, "--group-column");
        return named == null && at == file ? -1 : at;
    }

    private static int column(TextTable table, String named, List<String> usual, String option, List<String> others)
            throws MalformedTableException {
        int at = table.column(named, usual, option);
        for (int i = 0; at < 0 && i < others.size(); i++) {
            at = table.find(others.get(i));
        }
        return at;
    }

    /** Reads the rows of a label file. */
    private static final class Rows {
        private final Place whole;
        private final LabelSet vocabulary;
        private final int fileColumn;
        private final int labelColumn;
        private final int splitColumn;
        private final int startColumn;
        private final int endColumn;
        private final int unknownColumn;
        private final int groupColumn;
        private final boolean parts;
        private final String labelColumnName;
        private final String separator;
        private final Map<String, Long> lineOfClip = new HashMap<>();
        private final Set<String> seenLabels = new TreeSet<>();

        Rows(Path file, TextTable table, ManifestFormat format, LabelSet vocabulary) throws MalformedTableException {
            whole = new Place(file, 0);
            this.vocabulary = vocabulary;
            fileColumn = required(table, fileColumn(table, format.fileColumn()), FILE_COLUMNS, "--file-column");
            labelColumn = required(table, labelColumn(table, format.labelColumn()), LABEL_COLUMNS, "--label-column");
            splitColumn = table.column(format.splitColumn(), SPLIT_COLUMNS, "--split-column");
            startColumn = table.find("start");
            endColumn = table.find("end");
            unknownColumn = table.find(LabelledClip.UNKNOWN_COLUMN);
            groupColumn = groupColumn(table, format.groupColumn(), fileColumn);
            parts = startColumn >= 0 && endColumn >= 0;
            labelColumnName = table.columnName(labelColumn);
            // FSD50K's and DESED's lists separate labels by commas.
            boolean commas = labelColumnName.equals("event_labels") || table.find("mids") >= 0;
            boolean several = labelColumnName.equals("labels") || labelColumnName.equals("event_labels");
            String usual = !several ? "" : commas ? "," : ";";
            separator = format.labelSeparator() != null ? format.labelSeparator() : usual;
        }

        private static int required(TextTable table, int column, List<String> usual, String option)
                throws MalformedTableException {
            if (column < 0) {
                throw table.header("no column " + String.join(", ", usual) + " among " + table.columns()
                        + ": name it with " + option);
            }
            return column;
        }

        Manifest read(TextTable table) throws IOException {
            List<LabelledClip> clips = new ArrayList<>();
            table.forEach(row -> {
                List<String> labels = names(row, labelColumn);
                clips.add(new LabelledClip(
                        clipId(row),
                        splitColumn < 0 ? "" : row.fields().get(splitColumn).strip(),
                        labels,
                        unknown(row, labels),
                        groupColumn < 0 ? "" : row.fields().get(groupColumn).strip()));
            });
            if (clips.isEmpty()) {
                throw whole.wrong("no clips below the header");
            }
            if (vocabulary == null && seenLabels.isEmpty()) {
                throw whole.wrong("no clip has a label in column " + labelColumnName
                        + ", so there are no classes: name the column with --label-column, or give the classes"
                        + " with --vocabulary");
            }
            return new Manifest(clips, vocabulary == null ? LabelSet.union(seenLabels) : vocabulary);
        }

        private String clipId(TextTable.Row row) throws MalformedTableException {
            String start = parts ? row.number(startColumn) : "";
            String end = parts ? row.number(endColumn) : "";
            String id =
                    row.place().checked(() -> ClipId.part(ClipId.of(row.fields().get(fileColumn)), start, end));
            row.place().requireNew("clip", id, lineOfClip);
            return id;
        }

        private List<String> unknown(TextTable.Row row, List<String> labels) throws IOException {
            if (unknownColumn < 0) {
                return List.of();
            }
            List<String> unknown = othersOf(row, unknownColumn) ? LabelledClip.OTHERS : names(row, unknownColumn);
            requireUnknown(row, labels, unknown);
            return unknown;
        }

        private List<String> names(TextTable.Row row, int column) throws IOException {
            String text = row.fields().get(column);
            if (text.isBlank()) {
                return List.of();
            }
            List<String> parts = row.list(column);
            if (parts == null) {
                String between = column == unknownColumn && separator.isEmpty() ? ";" : separator;
                parts = between.isEmpty() ? List.of(text) : List.of(text.split(Pattern.quote(between), -1));
            }
            Set<String> labels = new LinkedHashSet<>();
            for (String part : parts) {
                String label = part.strip();
                if (label.isEmpty()) {
                    throw row.wrong("an empty label in " + MalformedTableException.quote(text));
                }
                if (vocabulary != null && vocabulary.indexOf(label) < 0) {
                    throw row.wrong("unknown label " + MalformedTableException.quote(label) + ": it is none of the "
                            + vocabulary.size() + " classes of the vocabulary");
                }
                if (!labels.add(label)) {
                    throw row.wrong("label " + MalformedTableException.quote(label) + " is there twice");
                }
            }
            seenLabels.addAll(labels);
            return List.copyOf(labels);
        }
    }

    /** Whether a cell states that every class that is not a label is unknown. */
    public static boolean othersOf(TextTable.Row row, int column) {
        return row.fields().get(column).strip().equals(LabelledClip.OTHERS.getFirst());
    }

    /**
     * Requires class names in the column of unknown classes.
     *
     * @throws MalformedTableException if one is also a label, or is a count instead of a name
     */
    public static void requireUnknown(TextTable.Row row, List<String> labels, List<String> unknown)
            throws MalformedTableException {
        for (String label : unknown) {
            if (labels.contains(label)) {
                throw row.wrong("label " + MalformedTableException.quote(label) + " is present, and not known (column "
                        + LabelledClip.UNKNOWN_COLUMN + "): remove it from one of both");
            }
            if (label.matches("(?i)[0-9]+|true|false")) {
                throw row.wrong("column " + LabelledClip.UNKNOWN_COLUMN + " has " + MalformedTableException.quote(label)
                        + ", where it names the classes of which nothing is known, or has * for all that are not"
                        + " labels: give the column another name if it means something else");
            }
        }
    }

    /** The distinct splits, in the order of their first clip. */
    public List<String> splits() {
        return clips.stream().map(LabelledClip::split).distinct().toList();
    }

    /**
     * The clips of some splits, with the same classes.
     *
     * @throws IllegalArgumentException if one of them has no clip
     */
    public Manifest inSplits(Collection<String> wanted) {
        Set<String> unknown = new LinkedHashSet<>(wanted);
        unknown.removeAll(new HashSet<>(splits()));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("manifest: no clips in split " + unknown + ": there are " + splits());
        }
        return new Manifest(
                clips.stream().filter(c -> wanted.contains(c.split())).toList(), labels, stretches);
    }

    /** Whether there is at least one clip, and each has exactly one label and no unknown class. */
    public boolean isSingleLabel() {
        return !clips.isEmpty()
                && isKnown()
                && clips.stream().allMatch(c -> c.labels().size() == 1);
    }

    /** Whether no clip has an unknown class. */
    public boolean isKnown() {
        return clips.stream().allMatch(LabelledClip::isKnown);
    }

    /**
     * Requires that no class is unknown, for operations that would count an unknown class as absent.
     *
     * @param operation the operation that requires it, for the message
     * @throws IllegalArgumentException if a clip has an unknown class
     */
    public void requireKnown(String operation) {
        List<LabelledClip> open = clips.stream().filter(c -> !c.isKnown()).toList();
        if (!open.isEmpty()) {
            throw new IllegalArgumentException(operation + ": of " + open.size() + " of " + clips.size()
                    + " clips some classes are not known, the first "
                    + MalformedTableException.quote(open.getFirst().file())
                    + ", and would count as absent: give labels of which everything is known (--complete, if all that"
                    + " is there was marked), or clips that lie in what is");
        }
    }

    /** {@code [clips, classes]}: false for an unknown class; null if no class is unknown. */
    public boolean[][] known() {
        if (isKnown()) {
            return null;
        }
        boolean[][] known = new boolean[clips.size()][labels.size()];
        for (int i = 0; i < known.length; i++) {
            LabelledClip clip = clips.get(i);
            boolean others = clip.unknown().equals(LabelledClip.OTHERS);
            Arrays.fill(known[i], !others);
            for (String label : others ? clip.labels() : clip.unknown()) {
                known[i][labels.indexOf(label)] = others;
            }
        }
        return known;
    }

    /** {@code [clips, classes]}: whether the clip has the label. */
    public boolean[][] multiHot() {
        boolean[][] hot = new boolean[clips.size()][labels.size()];
        for (int i = 0; i < hot.length; i++) {
            for (String label : clips.get(i).labels()) {
                hot[i][labels.indexOf(label)] = true;
            }
        }
        return hot;
    }

    /**
     * {@code [clips, classes]}, row-major training targets: 1 for a label, 0 for an absent class, NaN for an unknown
     * one.
     */
    public float[] targets() {
        float[] targets = new float[Math.multiplyExact(clips.size(), labels.size())];
        boolean[][] known = known();
        for (int i = 0; known != null && i < targets.length; i++) {
            targets[i] = known[i / labels.size()][i % labels.size()] ? 0 : Float.NaN;
        }
        for (int i = 0; i < clips.size(); i++) {
            for (String label : clips.get(i).labels()) {
                targets[i * labels.size() + labels.indexOf(label)] = 1;
            }
        }
        return targets;
    }

    /**
     * {@code [clips]}: the class of each clip.
     *
     * @throws IllegalArgumentException if a clip has no label, several, or an unknown class
     */
    public int[] classIndices() {
        requireKnown("manifest: one class for each clip");
        int[] indices = new int[clips.size()];
        for (int i = 0; i < indices.length; i++) {
            LabelledClip clip = clips.get(i);
            if (clip.labels().size() != 1) {
                throw new IllegalArgumentException("manifest: clip " + MalformedTableException.quote(clip.file())
                        + " has " + clip.labels().size() + " labels " + clip.labels()
                        + ", one is needed: treat the set as multi-label");
            }
            indices[i] = labels.indexOf(clip.labels().getFirst());
        }
        return indices;
    }

    /**
     * A manifest matched to existing clips.
     *
     * @param manifest the clips found, with the ids of the cache or folder
     * @param missing files of the label file that were not found
     * @param remark how clips were found other than by the same path, and which were left out; may be empty
     */
    public record Matched(Manifest manifest, List<String> missing, String remark) {
        public Matched {
            missing = List.copyOf(missing);
        }
    }

    /**
     * Matches the manifest's files to clip ids, as described in {@link FileMatch}. If the labels are events that do not
     * coincide with clips, each clip of a recording gets the labels of the events in it.
     *
     * @throws IllegalArgumentException if a file could be any of several ids, or two files match one clip
     */
    public Matched matchedTo(Collection<String> clipIds) {
        return new ClipMatch(this, clipIds).matched();
    }
}
