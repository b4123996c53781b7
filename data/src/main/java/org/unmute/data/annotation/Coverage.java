package org.unmute.data.annotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.unmute.data.ClipId;
import org.unmute.data.FileMatch;
import org.unmute.data.LabelSet;
import org.unmute.data.MalformedTableException;
import org.unmute.data.ManifestFormat;
import org.unmute.data.TextTable;

/**
 * States which recordings were annotated completely and which sparsely. In a sparse recording, the annotator looked at
 * the marks and at a margin on both sides of each. Within these spans, classes without a mark are absent; elsewhere,
 * every class is unknown except those that are complete. Immutable.
 */
public final class Coverage {
    /** Every recording was annotated completely. */
    static final Coverage COMPLETE = new Coverage(0, Map.of());

    private final double margin;
    /** The complete classes of each sparse recording. */
    private final Map<String, Set<String>> completeOf;

    private Coverage(double margin, Map<String, Set<String>> completeOf) {
        this.margin = margin;
        this.completeOf = Map.copyOf(completeOf);
    }

    /** The tables that are taken as sparse. */
    public enum Tables {
        /** Selection tables of Raven and label tracks of Audacity, unless BirdNET wrote them. */
        USUAL,
        /** None. */
        COMPLETE,
        /** All that name events. */
        SPARSE
    }

    /**
     * The user's settings for tables of events.
     *
     * @param tables which tables are sparse
     * @param margin annotated margin on both sides of a mark, in seconds, at least 0
     * @param list   a table of the files, and of their classes, that are complete although the tables are sparse; null
     *     for none
     */
    public record Rule(Tables tables, double margin, Path list) {
        /**
         * The default margin in seconds: roughly the time that a screen shows on both sides of a mark while it is
         * drawn, and room for a clip of the usual length.
         */
        public static final double DEFAULT_MARGIN = 5;

        /** Usual tables, usual margin. */
        public static final Rule DEFAULT = new Rule(Tables.USUAL, DEFAULT_MARGIN, null);

        /** @throws IllegalArgumentException if the margin is negative or not finite */
        public Rule {
            if (!(margin >= 0 && margin < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("the margin around marks must be 0 seconds or more: " + margin);
            }
        }
    }

    /**
     * The coverage of recordings.
     *
     * @param sparse     recordings whose tables are sparse
     * @param recordings all recordings that the labels name
     * @param classes    all classes
     * @throws MalformedTableException if the list of complete classes names another recording or class
     */
    static Coverage of(Set<String> sparse, Collection<String> recordings, LabelSet classes, Rule rule)
            throws IOException {
        Map<String, Set<String>> completeOf = new HashMap<>();
        sparse.forEach(recording -> completeOf.put(recording, new LinkedHashSet<>()));
        if (rule.list != null) {
            read(rule.list, recordings, classes, completeOf);
        }
        completeOf.values().removeIf(complete -> complete.containsAll(classes.names()));
        return completeOf.isEmpty() ? COMPLETE : new Coverage(rule.margin, completeOf);
    }

    private static void read(
            Path list, Collection<String> recordings, LabelSet classes, Map<String, Set<String>> completeOf)
            throws IOException {
        try (TextTable table = TextTable.open(list, ManifestFormat.AUTO.headerRow())) {
            int file = LabelForm.any(table, HeadedTable.FILE);
            int label = LabelForm.any(table, HeadedTable.LABEL);
            if (file < 0 && label < 0) {
                throw table.header("no column file and no column class among " + table.columns()
                        + ": --complete=FILE names the files, the classes, or the classes of files of which every event"
                        + " is marked");
            }
            table.forEach(row -> {
                String name = file < 0 ? "" : row.fields().get(file).strip();
                String one = label < 0 ? "" : row.fields().get(label).strip();
                if (name.isEmpty() && one.isEmpty()) {
                    throw row.wrong("neither a file nor a class: give --complete without a list if everything is"
                            + " complete");
                }
                if (!one.isEmpty() && classes.indexOf(one) < 0) {
                    throw row.wrong("class " + MalformedTableException.quote(one) + " is none of the " + classes.size()
                            + " classes of the labels");
                }
                Collection<String> of = name.isEmpty() ? recordings : List.of(recording(row, name, recordings));
                Collection<String> complete = one.isEmpty() ? classes.names() : List.of(one);
                of.forEach(recording -> completeOf.computeIfPresent(recording, (r, all) -> {
                    all.addAll(complete);
                    return all;
                }));
            });
        }
    }

    /** The recording that a list entry refers to: by its path, with or without extension, or by the end of its path. */
    private static String recording(TextTable.Row row, String name, Collection<String> recordings)
            throws MalformedTableException {
        String id = row.place().checked(() -> AnnotationFolder.normal(name));
        if (recordings.contains(id)) {
            return id;
        }
        String stem = ClipId.withoutExtension(id);
        List<String> same = recordings.stream()
                .filter(r -> ClipId.withoutExtension(r).equals(stem))
                .toList();
        String found = same.size() == 1
                ? same.getFirst()
                : row.place()
                        .checked(() -> FileMatch.of(List.of(id), recordings).file(id));
        if (found == null) {
            throw row.wrong("recording " + MalformedTableException.quote(name) + " is none of the "
                    + recordings.size() + " recordings of the labels, such as "
                    + MalformedTableException.quote(recordings.iterator().next())
                    + ": write its path as the labels have it");
        }
        return found;
    }

    /** Whether every recording was annotated completely. */
    public boolean isComplete() {
        return completeOf.isEmpty();
    }

    /** The sparse recordings, by their names in the labels. */
    public Set<String> sparse() {
        return completeOf.keySet();
    }

    /**
     * Describes what counts as unknown.
     *
     * @param recordings number of all recordings
     * @return empty if nothing is unknown
     */
    Optional<String> remark(int recordings) {
        return completeOf.isEmpty()
                ? Optional.empty()
                : Optional.of("of " + completeOf.size() + " of " + recordings + " recordings only the marks and "
                        + ClipId.seconds(margin) + " s around each (--margin) are known: where nobody looked, no class"
                        + " is taken to be absent. --complete says that all that is there is marked");
    }

    /** Whether a recording is sparse, by its name in the labels. */
    boolean isSparse(String recording) {
        return completeOf.containsKey(recording);
    }

    /**
     * The annotated spans and marks of a sparse recording.
     *
     * @param marks   its events
     * @param classes all classes
     */
    SparseRecording recording(String recording, List<Annotation> marks, LabelSet classes, ShareRule rule) {
        return new SparseRecording(marks, margin, completeOf.get(recording), classes, rule);
    }
}
