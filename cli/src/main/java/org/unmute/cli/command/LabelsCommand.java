package org.unmute.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.label.AnnotatedRecordings;
import org.unmute.cli.label.ClipTable;
import org.unmute.cli.label.LabelReport;
import org.unmute.cli.option.ClipOptions;
import org.unmute.cli.option.LabelColumns;
import org.unmute.cli.option.OverwriteOption;
import org.unmute.cli.option.VerdictOptions;
import org.unmute.cli.review.VerdictReport;
import org.unmute.data.LabelSet;
import org.unmute.data.Manifest;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictLabels;
import org.unmute.options.InputPath;
import org.unmute.options.MainOptions;
import org.unmute.options.OutputPath;
import org.unmute.options.StrictOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Turns annotations of recordings into labelled clips. */
@MainOptions("--audio --out --clip --overlap --split --group-by --negatives --include-unlabelled"
        + " --complete --label-column --min-positives --verdicts --strict-labels --force")
@Command(
        name = "labels",
        description = {
            "Turns annotations of recordings into a table of labelled clips that embed, probe and eval take: cuts long"
                    + " recordings, splits by recording or site, and says what is likely to be wrong with the labels.",
            "No sound is copied. Without --out, only the audit is printed.",
            "With --verdicts, the labels are the verdicts of 'unmute review'."
        },
        footer = {
            "",
            "Example: Raven tables beside long recordings, and what comes next:",
            "  unmute labels recordings/ --audio recordings/ --split train=0.7,validation=0.15,test=0.15 \\",
            "      --out clips.csv",
            "  unmute embed --encoder eat.safetensors --audio clips.csv --root recordings/ --out cache/",
            "  unmute probe --probe protobin --cache cache/ --labels clips.csv --out run/",
            "  unmute eval --probe run/ --cache cache/ --labels clips.csv",
            "",
            "Example: a few boxes of Raven in one recording; then the same two commands, and 'unmute detect':",
            "  unmute labels dawn.Table.1.selections.txt --audio dawn.wav --out clips.csv \\",
            "      --split train=0.6,validation=0.2,test=0.2 --group-by block"
        })
final class LabelsCommand extends UnmuteCommand {
    @InputPath
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "LABELS",
            description =
                    "A table or a folder of tables, as --labels of 'unmute probe' takes them; not with --verdicts.")
    private Path source;

    @InputPath
    @Option(
            names = "--audio",
            paramLabel = "PATH",
            description = "Folder of the recordings, or the one recording; needed but for --verdicts.")
    private Path audio;

    @OutputPath(OutputPath.Kind.FILE)
    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Table of clips to write: file,start,end,labels,split, and unknown where some classes of a clip are"
                            + " not known; files are below the folder of --audio.")
    private Path out;

    @Mixin
    private LabelColumns columns;

    @InputPath
    @Option(
            names = "--vocabulary",
            paramLabel = "FILE",
            description = "Class names in order, one per line or as CSV (default: all labels, sorted).")
    private Path vocabulary;

    @Mixin
    private ClipOptions clips;

    @Mixin
    private VerdictOptions verdicts;

    @Mixin
    private OverwriteOption overwrite;

    @Mixin
    private StrictOption strict;

    @Option(
            names = "--strict-labels",
            description = "Stop with status 3, and write nothing, if the audit finds something else than clips without"
                    + " label.")
    private boolean strictLabels;

    @Override
    public Integer call() throws IOException {
        begin();
        record.seed(common.seed());
        if (verdicts.given()) {
            return ofVerdicts();
        }
        if (source == null || audio == null) {
            throw CommandException.usage("give LABELS and --audio PATH, or --verdicts FOLDER");
        }
        LabelFile labels = LabelFile.read(source, columns.options(classes()));
        if (!Files.isDirectory(source)) {
            record.input(source);
        }
        AnnotatedRecordings recordings = new AnnotatedRecordings(source, audio, labels, this);
        LabelReport report = recordings.cut(clips, columns, strict.strict(), common.seed());
        boolean refused = strictLabels && !report.audit().isClean();
        ObjectNode document = report.document();
        if (out != null && !refused) {
            new ClipTable(out).write(report.split().manifest(), document, this);
        }
        print(document, o -> report.print(o, refused ? null : out, recordings.root()));
        if (refused) {
            throw CommandException.input("the audit found something, and --strict-labels was given"
                    + (out == null ? "" : ": " + out + " was not written"));
        }
        return status;
    }

    private Integer ofVerdicts() throws IOException {
        if (source != null || audio != null) {
            throw CommandException.usage("--verdicts FOLDER takes the place of LABELS and --audio: leave these out");
        }
        LabelSet classes = classes();
        List<Verdict> all = verdicts.read();
        VerdictLabels labels = checked(ClipTable::wrong, () -> VerdictLabels.of(all, classes, verdicts.withSample()));
        VerdictReport report = new VerdictReport(labels);
        if (out != null && !labels.clips().isEmpty()) {
            Manifest manifest = checked(ClipTable::wrong, () -> labels.manifest("train"));
            new ClipTable(out).write(manifest, report.document(), this);
        }
        print(report.document(), o -> report.print(o, out));
        return status;
    }

    private LabelSet classes() throws IOException {
        return vocabulary == null ? null : LabelSet.read(vocabulary);
    }
}
