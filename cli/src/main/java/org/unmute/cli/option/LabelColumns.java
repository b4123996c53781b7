package org.unmute.cli.option;

import java.util.List;
import java.util.Locale;
import org.unmute.cli.console.CommandException;
import org.unmute.data.LabelSet;
import org.unmute.data.ManifestFormat;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.annotation.ShareRule;
import org.unmute.options.HelpTopic;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options for reading label files whose format is not recognized automatically. */
@HelpTopic("Labels")
public final class LabelColumns {
    /** Formats of label files, by the names that users give. */
    public enum Form {
        auto,
        clips,
        matrix,
        events;

        private LabelFile.Form form() {
            return this == auto ? null : LabelFile.Form.valueOf(name().toUpperCase(Locale.ROOT));
        }
    }

    /** Names of {@link ShareRule.Of}. */
    public enum ShareOf {
        event,
        clip,
        either
    }

    @Option(
            names = "--label-format",
            paramLabel = "FORM",
            defaultValue = "auto",
            description =
                    "What a row of the labels is: clips (a clip with its labels in one column), matrix (a clip with"
                            + " a column of 0 and 1 for each class), events (an event with start and end) or auto"
                            + " (recognized; default: ${DEFAULT-VALUE}).")
    private Form form;

    @Option(
            names = "--file-column",
            paramLabel = "NAME",
            description = "Column of the file (default: file, filename, path or fname).")
    private String fileColumn;

    @Option(
            names = "--label-column",
            paramLabel = "NAME",
            description =
                    "Column of the labels (default: labels, label, category, class or event_labels; of events also"
                            + " annotation, species and others).")
    private String labelColumn;

    @Option(
            names = "--split-column",
            paramLabel = "NAME",
            description = "Column of the split (default: split or fold).")
    private String splitColumn;

    @Option(
            names = "--group-column",
            paramLabel = "NAME",
            description = "Column of the recording, site or animal that a clip is of: its clips are left out together"
                    + " (default: recording or recording_id, else the file).")
    private String groupColumn;

    @Option(
            names = "--ignore-columns",
            paramLabel = "NAME",
            split = ",",
            description = "Columns that are no classes, in a table with a column of 0 and 1 for each class.")
    private List<String> ignored = List.of();

    @Option(
            names = "--class-columns",
            paramLabel = "NAME",
            split = ",",
            description = "Columns that are classes, though a name such as Empty or noise may say that none is there.")
    private List<String> declared = List.of();

    @Option(
            names = "--nothing-columns",
            paramLabel = "NAME",
            split = ",",
            description = "Columns whose 1 says that none of the classes is there.")
    private List<String> nothing = List.of();

    @Option(
            names = "--header-row",
            paramLabel = "N",
            description = "Line that names the columns; what is above it, such as a title, is not read (default: 1).")
    private Integer headerRow;

    @Option(
            names = "--no-header",
            description = "No line names the columns: they are called 1, 2, …, and the first is the file, unless"
                    + " --file-column says otherwise.")
    private boolean noHeader;

    @Option(names = "--separator", paramLabel = "TEXT", description = "Separator of the labels of a clip.")
    private String separator;

    @Option(
            names = "--min-share",
            paramLabel = "SHARE",
            defaultValue = "0.25",
            description =
                    "A clip has the label of an event of which this share lies in it (default: ${DEFAULT-VALUE}).")
    private double minShare;

    @Option(
            names = "--share-of",
            paramLabel = "WHAT",
            defaultValue = "either",
            description =
                    "What --min-share is of: event (its length), clip (the event covers this share of the clip) or"
                            + " either (default: ${DEFAULT-VALUE}).")
    private ShareOf shareOf;

    @Mixin
    private CoverageOptions coverage;

    /** Whether any option was given that applies only to label files. */
    boolean given() {
        return coverage.given()
                || form != Form.auto
                || fileColumn != null
                || labelColumn != null
                || splitColumn != null
                || groupColumn != null
                || separator != null
                || noHeader
                || headerRow != null
                || !declared.isEmpty()
                || !nothing.isEmpty()
                || !ignored.isEmpty();
    }

    /** The column that names the file; null for the usual names. */
    public String fileColumn() {
        return fileColumn;
    }

    /** The column of the labels; null for the usual names. */
    String labelColumn() {
        return labelColumn;
    }

    /** The overlap at which an event becomes a label of a clip. */
    public ShareRule rule() {
        try {
            return new ShareRule(minShare, ShareRule.Of.valueOf(shareOf.name().toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage() + " (--min-share)", e);
        }
    }

    /** The columns of the label file, and the row that names them. */
    public ManifestFormat format() {
        if (noHeader && headerRow != null) {
            throw CommandException.usage(
                    "--no-header says that no line names the columns, --header-row which one does");
        }
        if (headerRow != null && headerRow < 1) {
            throw CommandException.usage("--header-row is the number of a line, from 1: " + headerRow);
        }
        int row = noHeader ? ManifestFormat.NO_HEADER : headerRow == null ? 1 : headerRow;
        return new ManifestFormat(fileColumn, labelColumn, splitColumn, groupColumn, separator, row);
    }

    /**
     * How to read a label file.
     *
     * @param vocabulary the classes; null to take them from the file
     */
    public LabelFile.Options options(LabelSet vocabulary) {
        return new LabelFile.Options(
                form.form(), format(), ignored, declared, nothing, vocabulary, rule(), coverage.rule());
    }
}
