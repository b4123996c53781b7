package org.unmute.data.annotation;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.unmute.data.ClipId;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.Place;
import org.unmute.data.TextTable;
import org.unmute.files.PlainText;
import org.unmute.files.RegularFile;

/**
 * The labels of a file or folder in any supported form, which is recognized by the content.
 *
 * @param form       the meaning of a row
 * @param manifest   the clips: for {@link Form#EVENTS} in a table, one for each stretch that a row names; for
 *     annotations of other programs, one for each recording
 * @param events     the same labels as events; recordings are named as in the manifest
 * @param coverage   which recordings are sparse
 * @param recognized description of what was read
 * @param remarks    remarks for the user about the files
 */
public record LabelFile(
        Form form,
        Manifest manifest,
        List<Annotation> events,
        Coverage coverage,
        String recognized,
        List<String> remarks) {
    /** Forms of label files. */
    public enum Form {
        /** One row for each clip, with its labels in one column. */
        CLIPS,
        /** One row for each clip, with a column of zeros and ones for each class. */
        MATRIX,
        /** One row for each event of a recording. */
        EVENTS
    }

    /**
     * Options for reading a label file.
     *
     * @param form       null to recognize it
     * @param columns    names of columns; null for the usual ones
     * @param ignored    columns of a matrix that are not classes
     * @param declared   columns of a matrix that are classes although their names suggest the absence of any class
     * @param nothing    columns of a matrix that mark the absence of all classes
     * @param vocabulary the classes in order; null for all labels of the file, sorted
     * @param rule       decides when an event is a label of a clip
     * @param coverage   which tables of events are sparse
     */
    public record Options(
            Form form,
            ManifestFormat columns,
            List<String> ignored,
            List<String> declared,
            List<String> nothing,
            LabelSet vocabulary,
            ShareRule rule,
            Coverage.Rule coverage) {
        /** Everything is recognized. */
        public static final Options AUTO = new Options(null, ManifestFormat.AUTO, List.of(), null, ShareRule.DEFAULT);

        public Options {
            ignored = List.copyOf(ignored);
            declared = List.copyOf(declared);
            nothing = List.copyOf(nothing);
        }

        /** Asks about columns whose names suggest the absence of any class. */
        public Options(Form form, ManifestFormat columns, List<String> ignored, LabelSet vocabulary, ShareRule rule) {
            this(form, columns, ignored, List.of(), List.of(), vocabulary, rule, Coverage.Rule.DEFAULT);
        }

        /** The same options with other settings for tables of events. */
        public Options with(Coverage.Rule other) {
            return new Options(form, columns, ignored, declared, nothing, vocabulary, rule, other);
        }
    }

    public LabelFile {
        events = List.copyOf(events);
        remarks = List.copyOf(remarks);
    }

    /**
     * Events of recordings of which everything is known.
     *
     * @param recordings all that were annotated, also those without events
     * @param recognized in words, where they are from
     */
    public static LabelFile ofEvents(Manifest recordings, List<Annotation> events, String recognized) {
        return new LabelFile(Form.EVENTS, recordings, events, Coverage.COMPLETE, recognized, List.of());
    }

    /**
     * Reads labels.
     *
     * @param source a table, or a folder of tables named after recordings, as Raven and Audacity write them, or a
     *     folder with the Parquet files of one table
     * @throws MalformedTableException if the form of a table is not supported or is ambiguous, or a row is wrong
     * @throws IOException             if a file cannot be read
     */
    public static LabelFile read(Path source, Options options) throws IOException {
        boolean parts = TextTable.isInParts(source);
        if (RegularFile.isFolder(source) && !parts) {
            return annotations(AnnotationFolder.read(source, options), source, options);
        }
        if (!parts && !RegularFile.isFile(source)) {
            throw new NoSuchFileException(source.toString(), null, "no file or folder with labels");
        }
        boolean events = options.form() == null || options.form() == Form.EVENTS;
        boolean first = options.columns().headerRow() == 1;
        AnnotationTable.Kind kind =
                parts || !events || !first ? AnnotationTable.Kind.TABLE : AnnotationTable.kind(source);
        if (kind != AnnotationTable.Kind.TABLE) {
            AnnotationFolder.Found found = AnnotationFolder.single(source, options);
            if (kind == AnnotationTable.Kind.FILE_LABELS && options.form() == null) {
                requireEvents(found, source);
            }
            return annotations(found, source, options);
        }
        LabelTable table = LabelTable.open(source, options);
        LabelFile read = switch (table.layout().form()) {
            case CLIPS ->
                table.layout().hasEventRows()
                        ? table.events()
                        : clips(source, options, table.layout().format());
            case MATRIX -> table.matrix();
            case EVENTS -> table.events();
        };
        requireEvents(read, options.coverage(), source);
        return read.remarking(table.layout().leftOut());
    }

    /** Rejects settings for sparse tables if rows are clips. */
    private static void requireEvents(LabelFile read, Coverage.Rule rule, Path source) throws MalformedTableException {
        if (read.form != Form.EVENTS && (rule.tables() == Coverage.Tables.SPARSE || rule.list() != null)) {
            throw new Place(source, 0)
                    .wrong("its rows are clips, whose classes a column " + LabelledClip.UNKNOWN_COLUMN
                            + " may say not to be known: --sparse and --complete=FILE are for rows of events");
        }
    }

    /**
     * Rejects a row such as "a.wav 0 1 1": it could be an event from 0 to 1 s with the label "1", but that is hardly
     * intended.
     */
    private static void requireEvents(AnnotationFolder.Found found, Path source) throws MalformedTableException {
        List<Annotation> events = found.events();
        if (!events.isEmpty() && events.stream().allMatch(e -> e.label().matches("[01]"))) {
            throw new Place(source, 1)
                    .wrong("could be events (file, start, end and label, which is always 0 or 1), or a table with a"
                            + " column of 0 and 1 for each class and no header: choose with --label-format events, or"
                            + " with --no-header");
        }
    }

    /** Adds remarks on columns that were not read and on labels that may not be classes. */
    private LabelFile remarking(List<String> leftOut) {
        List<String> all = new ArrayList<>(remarks);
        List<String> unclear = form == Form.MATRIX
                ? List.of()
                : manifest.labels().names().stream()
                        .filter(LabelTable::saysNothing)
                        .map(MalformedTableException::quote)
                        .toList();
        if (!unclear.isEmpty()) {
            all.add("the label " + String.join(", ", unclear) + " counts as a class of its own: where it says that no"
                    + " class is there, leave the cell empty instead");
        }
        if (leftOut.isEmpty()) {
            return new LabelFile(form, manifest, events, coverage, recognized, all);
        }
        all.add("columns that are not read: "
                + leftOut.stream().map(PlainText::of).collect(Collectors.joining(", "))
                + ". Recordings must be files: sound in a Parquet file is not read");
        return new LabelFile(form, manifest, events, coverage, recognized, all);
    }

    private static LabelFile clips(Path source, Options options, ManifestFormat columns) throws IOException {
        Manifest manifest = Manifest.read(source, columns, options.vocabulary());
        String recognized = "one row for each clip: " + LabelTable.counted(manifest);
        return new LabelFile(Form.CLIPS, manifest, events(manifest), Coverage.COMPLETE, recognized, List.of());
    }

    /** The labels of clips as events, which cover part of a recording or all of it. */
    static List<Annotation> events(Manifest manifest) {
        List<Annotation> events = new ArrayList<>();
        for (LabelledClip clip : manifest.clips()) {
            ClipId.Part part = ClipId.part(clip.file()).orElse(null);
            for (String label : clip.labels()) {
                events.add(
                        part == null
                                ? Annotation.whole(clip.file(), label)
                                : new Annotation(part.file(), part.start(), part.end(), label));
            }
        }
        return events;
    }

    /** Reads the annotations of other programs. */
    private static LabelFile annotations(AnnotationFolder.Found found, Path source, Options options)
            throws IOException {
        Map<String, Set<String>> labels = new LinkedHashMap<>();
        found.recordings().forEach(recording -> labels.put(recording, new LinkedHashSet<>()));
        Set<String> classes = new LinkedHashSet<>();
        int unnamed = 0;
        for (Annotation event : found.events()) {
            if (event.label().isEmpty()) {
                unnamed++;
            } else {
                requireKnown(new Place(source, 0), event.label(), options.vocabulary());
                labels.get(event.file()).add(event.label());
                classes.add(event.label());
            }
        }
        if (classes.isEmpty() && options.vocabulary() == null) {
            throw new Place(source, 0)
                    .wrong("none of its " + found.events().size() + " annotations has a label, so there are no classes:"
                            + " name the column with --label-column, or give the classes with --vocabulary");
        }
        List<String> remarks = new ArrayList<>(found.remarks());
        if (unnamed > 0) {
            remarks.add(unnamed + " annotations have no label: a clip with nothing but such is neither an example of a"
                    + " class nor one without");
        }
        LabelSet set = options.vocabulary() != null ? options.vocabulary() : LabelSet.union(classes);
        Coverage coverage = Coverage.of(found.sparse(), found.recordings(), set, options.coverage());
        EventLabels stretches = new EventLabels(found.events(), options.rule(), coverage, set);
        List<LabelledClip> clips = new ArrayList<>();
        labels.forEach((recording, all) -> clips.add(new LabelledClip(
                recording,
                "",
                List.copyOf(all),
                stretches.of(recording, 0, Double.POSITIVE_INFINITY).unknown())));
        coverage.remark(clips.size()).ifPresent(remarks::add);
        String recognized = found.what() + ": " + found.events().size() + " annotations of " + clips.size()
                + " recordings, " + set.size() + " classes";
        return new LabelFile(
                Form.EVENTS, new Manifest(clips, set, stretches), found.events(), coverage, recognized, remarks);
    }

    static void requireKnown(Place place, String label, LabelSet vocabulary) throws MalformedTableException {
        if (vocabulary != null && vocabulary.indexOf(label) < 0) {
            throw place.wrong("unknown label " + MalformedTableException.quote(label) + ": it is none of the "
                    + vocabulary.size() + " classes of the vocabulary");
        }
    }
}
