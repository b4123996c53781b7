package org.unmute.experiments.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
 */
public record Manifest(List<LabelledClip> clips, LabelSet labels) {
    private static final List<String> FILE_COLUMNS = List.of("file", "filename", "path", "fname");
    private static final List<String> LABEL_COLUMNS = List.of("labels", "label", "category", "class");
    private static final List<String> SPLIT_COLUMNS = List.of("split", "fold");

    public Manifest {
        clips = List.copyOf(clips);
    }

    /**
     * Reads a label file: a CSV ({@code .tsv}: tabs) with a header. If there are columns {@code start} and {@code end}
     * and a row has seconds in them, the row labels that part of the file.
     *
     * @param vocabulary the classes in order, or null for the sorted union of the labels in the file
     * @throws MalformedTableException naming file and line: ragged row, missing column, unknown, empty or repeated
     *     label, no label in the whole file and no vocabulary, repeated clip, path that leaves the root, NUL, a row
     *     beyond 1 MiB, not UTF-8
     */
    public static Manifest read(Path file, ManifestFormat format, LabelSet vocabulary) throws IOException {
        try (CsvTable table = CsvTable.open(file)) {
            return new Rows(file, table, format, vocabulary).read(table);
        }
    }

    /** Reads the rows of a label file. */
    private static final class Rows {
        private final Place whole;
        private final LabelSet vocabulary;
        private final int fileColumn;
        private final int labelColumn;
        private final int splitColumn;
        private final boolean parts;
        private final String labelColumnName;
        private final String separator;
        private final Map<String, Long> lineOfClip = new HashMap<>();
        private final Set<String> seenLabels = new TreeSet<>();

        Rows(Path file, CsvTable table, ManifestFormat format, LabelSet vocabulary) throws MalformedTableException {
            whole = new Place(file, 0);
            this.vocabulary = vocabulary;
            fileColumn = required(table, format.fileColumn(), FILE_COLUMNS, "--file-column");
            labelColumn = required(table, format.labelColumn(), LABEL_COLUMNS, "--label-column");
            splitColumn = table.column(format.splitColumn(), SPLIT_COLUMNS, "--split-column");
            parts = table.find("start") >= 0 && table.find("end") >= 0;
            labelColumnName = table.columnName(labelColumn);
            String usual = !labelColumnName.equals("labels") ? "" : table.find("mids") >= 0 ? "," : ";";
            separator = format.labelSeparator() != null ? format.labelSeparator() : usual;
        }

        private static int required(CsvTable table, String named, List<String> usual, String option)
                throws MalformedTableException {
            int column = table.column(named, usual, option);
            if (column < 0) {
                throw table.header("no column " + String.join(", ", usual) + " among " + table.columns()
                        + ": name it with " + option);
            }
            return column;
        }

        Manifest read(CsvTable table) throws IOException {
            List<LabelledClip> clips = new ArrayList<>();
            table.forEach(row -> clips.add(new LabelledClip(
                    clipId(row),
                    splitColumn < 0 ? "" : row.fields().get(splitColumn).strip(),
                    labels(row))));
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

        private String clipId(CsvTable.Row row) throws MalformedTableException {
            String start = parts ? row.text("start") : "";
            String end = parts ? row.text("end") : "";
            String id = row.place()
                    .checked(() ->
                            ClipId.part(ClipId.of(row.fields().get(fileColumn).strip()), start, end));
            row.place().requireNew("clip", id, lineOfClip);
            return id;
        }

        private List<String> labels(CsvTable.Row row) throws MalformedTableException {
            String text = row.fields().get(labelColumn);
            if (text.isBlank()) {
                return List.of();
            }
            String[] parts = separator.isEmpty() ? new String[] {text} : text.split(Pattern.quote(separator), -1);
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
                clips.stream().filter(c -> wanted.contains(c.split())).toList(), labels);
    }

    /** Whether there are clips and every one has exactly one label. */
    public boolean isSingleLabel() {
        return !clips.isEmpty() && clips.stream().allMatch(c -> c.labels().size() == 1);
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
     * {@code [clips]}: the class of each clip.
     *
     * @throws IllegalArgumentException for a clip with no label or several
     */
    public int[] classIndices() {
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
     * @param manifest the clips found, by the ids of the cache or folder
     * @param missing files of the label file that were not found
     */
    public record Matched(Manifest manifest, List<String> missing) {
        public Matched {
            missing = List.copyOf(missing);
        }
    }

    /**
     * Matches the manifest's files to clip ids: the same id or, failing that, the only id that is equal without its
     * extension (label files such as FSD50K's omit {@code .wav}).
     *
     * @throws IllegalArgumentException if several ids differ from a file only by their extension, or two files match
     *     one clip
     */
    public Matched matchedTo(Collection<String> clipIds) {
        Set<String> ids = new HashSet<>(clipIds);
        Map<String, List<String>> byStem = new HashMap<>();
        for (String id : ids) {
            byStem.computeIfAbsent(ClipId.withoutExtension(id), s -> new ArrayList<>())
                    .add(id);
        }
        List<LabelledClip> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        Map<String, String> fileOfId = new HashMap<>();
        for (LabelledClip clip : clips) {
            List<String> candidates =
                    ids.contains(clip.file()) ? List.of(clip.file()) : byStem.getOrDefault(clip.file(), List.of());
            if (candidates.size() > 1) {
                throw new IllegalArgumentException(
                        "manifest: file " + MalformedTableException.quote(clip.file()) + " could be any of "
                                + candidates.stream().sorted().toList() + ": write the extension into the label file");
            }
            String other = candidates.isEmpty() ? null : fileOfId.putIfAbsent(candidates.getFirst(), clip.file());
            if (other != null) {
                throw new IllegalArgumentException("manifest: files " + MalformedTableException.quote(other) + " and "
                        + MalformedTableException.quote(clip.file()) + " are both clip "
                        + MalformedTableException.quote(candidates.getFirst())
                        + ": remove one of them from the label file");
            }
            if (candidates.isEmpty()) {
                missing.add(clip.file());
            } else {
                found.add(new LabelledClip(candidates.getFirst(), clip.split(), clip.labels()));
            }
        }
        return new Matched(new Manifest(found, labels), missing);
    }
}
