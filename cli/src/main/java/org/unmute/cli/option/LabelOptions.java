package org.unmute.cli.option;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.unmute.cli.console.CommandException;
import org.unmute.data.LabelSet;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.Part;
import org.unmute.data.Task;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.RunRecord;
import org.unmute.events.strong.EventTable;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.options.HelpTopic;
import org.unmute.options.InputPath;
import org.unmute.probes.cache.AudioClip;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that select a label file or a data set, and how it is read. */
@HelpTopic("Labels")
public final class LabelOptions {
    private static final Set<String> VALIDATION_NAMES = Set.of("validation", "valid", "val", "dev");

    @InputPath
    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description =
                    "Labels, recognized by their content: a CSV or Parquet table with a header (file, labels, usually"
                            + " split; start and end, in seconds, for parts of files; or a column of 0 and 1 for each"
                            + " class; or one row for each event), a Raven, BirdNET, Audacity or DESED table, or a"
                            + " folder of such tables named after their recordings. See docs/labels.md.")
    private Path labels;

    @Mixin
    private DatasetOptions dataset;

    @InputPath
    @Option(names = "--root", paramLabel = "DIR", description = "Folder of the data set, with --dataset.")
    private Path root;

    @Mixin
    private LabelColumns columns;

    @InputPath
    @Option(
            names = "--vocabulary",
            paramLabel = "FILE",
            description = "Class names in order, one per line or as CSV (default: all labels of the file, sorted).")
    private Path vocabulary;

    /** Whether the user was told what the label file is. */
    private boolean told;

    /** Whether a label file or a data set was given. */
    public boolean given() {
        return labels != null || dataset.given();
    }

    /** The named column of the labels; null for the usual ones. */
    public String labelColumn() {
        return columns.labelColumn();
    }

    /** The source of the labels, for messages. */
    public String source() {
        return dataset.given() ? "data set " + dataset.name() : String.valueOf(labels);
    }

    /** Whether the labels are those of a file, not of a data set. */
    public boolean isFile() {
        return !dataset.given();
    }

    /**
     * The command that searches for the marks of a table; empty if the labels are not clips that {@code unmute labels}
     * cut around the marks of one table, or if their record cannot be read: only this advice needs it.
     */
    public Optional<String> search() {
        if (labels == null) {
            return Optional.empty();
        }
        JsonNode made;
        try {
            Path record = labels.resolveSibling(labels.getFileName() + "." + RunRecord.FILE);
            if (!RegularFile.exists(record)) {
                return Optional.empty();
            }
            made = Json.read(record);
        } catch (IOException | InputException _) {
            return Optional.empty();
        }
        List<String> words = new ArrayList<>();
        made.path("command").forEach(word -> words.add(word.asText()));
        int audio = words.indexOf("--audio");
        boolean marks = audio > 0
                && audio + 1 < words.size()
                && !words.contains("--complete")
                && !made.path("inputs").isEmpty()
                && made.at("/results/form").asText().equals("events");
        return !marks
                ? Optional.empty()
                : Optional.of(
                        "unmute find " + made.at("/results/labels").asText() + " --audio " + words.get(audio + 1));
    }

    /** Whether clips of the data set have one class or several; null for a label file, which does not state it. */
    public Task task() {
        return dataset.given() ? dataset.dataset().info().task() : null;
    }

    /**
     * Reads the rows of some splits.
     *
     * @param classes the classes of a probe or a table of scores, which the labels must have; null for those of the
     *     label file
     * @param splits names of splits, or {@code all} for every row; ignored if the label file has no split column
     * @param record receives a description of what was read
     * @param err receives warnings about missing clips; null for none
     */
    public Manifest read(List<String> classes, List<String> splits, RunRecord record, PrintWriter err)
            throws IOException {
        if (dataset.given() == (labels != null)) {
            throw CommandException.usage("give either --labels FILE or --dataset NAME with --root DIR");
        }
        if (dataset.given()) {
            return ofDataset(classes, splits, record, err);
        }
        if (!Files.isDirectory(labels)) {
            record.input(labels);
        }
        LabelSet fixed = classes == null ? null : LabelSet.of(classes);
        LabelSet named = vocabulary == null ? null : LabelSet.read(vocabulary);
        if (fixed != null && named != null && !named.equals(fixed)) {
            throw CommandException.input(vocabulary + " has other classes than the scores: " + named.size()
                    + " against " + classes.size() + ", or another order");
        }
        LabelFile file = LabelFile.read(labels, columns.options(fixed != null ? fixed : named));
        if (err != null && !told) {
            told = true;
            err.println(labels + ": " + file.recognized());
            file.remarks().forEach(remark -> err.println(labels + ": " + remark));
            err.flush();
        }
        return splits.equals(List.of("all")) ? file.manifest() : in(file.manifest(), splits);
    }

    /**
     * The split that is for validation by its name: validation, valid, val or dev, in any case.
     *
     * @param classes the classes
     * @param others splits with another purpose
     * @return null if there is none
     */
    public String validationSplit(List<String> classes, List<String> others, RunRecord record) throws IOException {
        if (others.contains("all")) {
            return null;
        }
        List<String> all = dataset.given()
                ? dataset.dataset().parts(root).stream().map(Part::label).toList()
                : read(classes, List.of("all"), record, null).splits();
        return all.stream()
                .filter(s -> VALIDATION_NAMES.contains(s.toLowerCase(Locale.ROOT)) && !others.contains(s))
                .findFirst()
                .orElse(null);
    }

    /**
     * Requires that the labels know splits: without them, every split would be all clips.
     *
     * @param option the option that names one, for the message
     */
    public void requireSplits(String option, List<String> classes, RunRecord record) throws IOException {
        if (!dataset.given()
                && read(classes, List.of("all"), record, null).splits().equals(List.of(""))) {
            throw CommandException.input(labels + " has no split column, so " + option
                    + " cannot choose clips: add one, name it with --split-column, or leave " + option + " out");
        }
    }

    /**
     * Clips with labels that may have times.
     *
     * @param events of the clips; null if only the clips' labels are known
     * @param clips  where the recordings are; empty if this is not known
     */
    public record Strong(Manifest labels, EventTable events, List<AudioClip> clips) {
        public Strong {
            clips = List.copyOf(clips);
        }
    }

    /** {@link #read} with the times of events, where the data set has them. */
    public Strong readStrong(List<String> classes, List<String> splits, RunRecord record, PrintWriter err)
            throws IOException {
        if (!dataset.given() || labels != null) {
            return new Strong(read(classes, splits, record, err), null, List.of());
        }
        requireOptionsOfDataset();
        Strong read = dataset.readStrong(root, splits, record, err);
        requireClasses(classes, read.labels());
        return read;
    }

    /**
     * The tables that say when classes sound: those given, or the labels themselves.
     *
     * @param frames names the tables
     * @param classes those of the labels, which the events must have
     * @param splits that are used
     * @param tell receives what the tables are
     * @throws CommandException if a table, or the labels, has no times
     */
    public List<LabelFile> timed(
            FrameOptions frames, LabelSet classes, List<String> splits, RunRecord record, Consumer<String> tell)
            throws IOException {
        List<LabelFile> tables = new ArrayList<>();
        LabelFile.Options own = columns.options(classes);
        if (frames.tables().isEmpty() && dataset.given()) {
            tables.add(dataset.timed(root, splits, record));
        } else if (frames.tables().isEmpty()) {
            tables.add(timed(labels, own, frames));
        }
        LabelFile.Options usual = new LabelFile.Options(
                        LabelFile.Form.EVENTS, ManifestFormat.AUTO, List.of(), classes, own.rule())
                .with(own.coverage());
        for (Path table : frames.tables()) {
            LabelFile read = timed(table, usual, frames);
            if (RegularFile.isFile(table)) {
                record.input(table);
            }
            tell.accept(table + ": " + read.recognized());
            read.remarks().forEach(remark -> tell.accept(table + ": " + remark));
            tables.add(read);
        }
        if (tables.stream().allMatch(table -> table.events().isEmpty())) {
            String option = frames.option();
            throw CommandException.input(option + ": " + source() + " has no labels with times: give tables of events,"
                    + " " + option + " TABLE, or leave " + option + " out");
        }
        return tables;
    }

    private static LabelFile timed(Path table, LabelFile.Options options, FrameOptions frames) throws IOException {
        LabelFile read = LabelFile.read(table, options);
        if (read.form() != LabelFile.Form.EVENTS) {
            throw CommandException.input(
                    frames.option() + ": " + table + " has a row for each clip, not for each event (start, end"
                            + " and label): give tables of events, " + frames.option() + " TABLE");
        }
        return read;
    }

    private Manifest ofDataset(List<String> classes, List<String> splits, RunRecord record, PrintWriter err)
            throws IOException {
        requireOptionsOfDataset();
        Manifest all = dataset.read(root, splits, record, err).labels();
        requireClasses(classes, all);
        return all;
    }

    private void requireOptionsOfDataset() {
        if (vocabulary != null || columns.given()) {
            throw CommandException.usage("--vocabulary, --label-format, --separator, --complete, --sparse, --margin"
                    + " and the column options are for --labels, not for --dataset");
        }
    }

    private void requireClasses(List<String> classes, Manifest all) {
        List<String> names = all.labels().names();
        if (classes != null && !names.equals(classes)) {
            throw CommandException.input("data set " + dataset.name() + " has other classes than the scores: "
                    + names.size() + " against " + classes.size() + ", or another order");
        }
    }

    /** The rows of the given splits; all rows if the file has no split column. */
    private static Manifest in(Manifest manifest, List<String> splits) {
        try {
            return manifest.splits().equals(List.of("")) ? manifest : manifest.inSplits(splits);
        } catch (IllegalArgumentException e) {
            throw CommandException.input(e.getMessage() + ": choose with --split", e);
        }
    }

    /** The rows whose files are among the ids. */
    public static Manifest.Matched matched(Manifest manifest, Collection<String> ids) {
        try {
            return manifest.matchedTo(ids);
        } catch (IllegalArgumentException e) {
            throw CommandException.input(e.getMessage(), e);
        }
    }

    /** A description of splits, as a probe with learned thresholds has it. */
    public static String inWords(List<String> splits) {
        return "split "
                + String.join(
                        ", ",
                        splits.stream().map(MalformedTableException::quote).toList());
    }
}
