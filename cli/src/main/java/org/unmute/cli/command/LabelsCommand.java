package org.unmute.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.audio.AudioFiles;
import org.unmute.cli.audio.LabelReport;
import org.unmute.cli.audio.RecordingFiles;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Failure;
import org.unmute.cli.console.Progress;
import org.unmute.cli.option.ClipOptions;
import org.unmute.cli.option.LabelColumns;
import org.unmute.cli.option.VerdictOptions;
import org.unmute.cli.review.VerdictReport;
import org.unmute.data.ClipDivision;
import org.unmute.data.ClipId;
import org.unmute.data.ClipList;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.annotation.ClipCutter;
import org.unmute.data.annotation.ClipPlan;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.annotation.TimeBlocks;
import org.unmute.data.annotation.TrainingTable;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.split.LabelAudit;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictLabels;
import org.unmute.options.StrictOption;
import org.unmute.probes.cache.AudioClip;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Turns annotations of recordings into labelled clips. */
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
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "LABELS",
            description =
                    "A table or a folder of tables, as --labels of 'unmute probe' takes them; not with --verdicts.")
    private Path source;

    @Option(
            names = "--audio",
            paramLabel = "PATH",
            description = "Folder of the recordings, or the one recording; needed but for --verdicts.")
    private Path audio;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Table of clips to write: file,start,end,labels,split, and unknown where some classes of a clip are"
                            + " not known; files are below the folder of --audio.")
    private Path out;

    @Mixin
    private LabelColumns columns;

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
    private StrictOption strict;

    @Option(
            names = "--strict-labels",
            description = "Stop with status 3, and write nothing, if the audit finds something else than clips without"
                    + " label.")
    private boolean strictLabels;

    private final Map<String, Path> paths = new TreeMap<>();
    private final Map<String, String> skipped = new TreeMap<>();
    private final List<String> remarks = new ArrayList<>();

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
        LabelFile labels =
                LabelFile.read(source, columns.options(vocabulary == null ? null : LabelSet.read(vocabulary)));
        if (!Files.isDirectory(source)) {
            record.input(source);
        }
        remarks.addAll(labels.remarks());
        boolean single = !Files.isDirectory(audio);
        Path root = recordings(single);
        ClipPlan plan = checked(LabelsCommand::wrong, () -> new ClipPlan(labels, paths.keySet()));
        describe(plan, single);
        ClipPlan.Clips made = make(labels, plan);
        if (made.manifest().clips().isEmpty()) {
            throw CommandException.input(
                    "no clip is left of " + plan.recordings().size() + " labelled recordings in " + audio + ": "
                            + (!skipped.isEmpty()
                                    ? skipped.values().iterator().next()
                                    : made.unknown() > 0
                                            ? "the labels say nothing of them: give --complete if all that is there"
                                                    + " is marked"
                                            : "see --negatives"));
        }
        Map<String, String> sounds = RecordingFiles.sounds(paths);
        TimeBlocks.Split split = checked(
                LabelsCommand::wrong,
                () -> clips.split(made.manifest(), source, columns.format(), plan, sounds, common.seed()));
        remarks.addAll(split.remarks());
        Manifest manifest = split.manifest();
        LabelAudit audit = LabelAudit.of(
                manifest,
                clip -> sounds.getOrDefault(recording(clip), recording(clip)),
                List.of("train"),
                clips.minPositives());
        boolean refused = strictLabels && !audit.isClean();
        LabelReport report = new LabelReport(source, labels, made, split, audit, remarks, skipped);
        ObjectNode document = report.document(plan);
        if (out != null && !refused) {
            try (OutputFolder output = claimFile(out)) {
                checked(LabelsCommand::wrong, () -> {
                    TrainingTable.write(out, manifest);
                    return out;
                });
                record.results(document).writeTo(recordBeside(out));
                output.finish();
            }
        }
        print(document, o -> report.print(o, refused ? null : out, root));
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
        LabelSet classes = vocabulary == null ? null : LabelSet.read(vocabulary);
        List<Verdict> all = verdicts.read();
        VerdictLabels labels =
                checked(LabelsCommand::wrong, () -> VerdictLabels.of(all, classes, verdicts.withSample()));
        VerdictReport report = new VerdictReport(labels);
        if (out != null && !labels.clips().isEmpty()) {
            try (OutputFolder output = claimFile(out)) {
                checked(LabelsCommand::wrong, () -> {
                    TrainingTable.write(out, labels.manifest("train"));
                    return out;
                });
                record.results(report.document()).writeTo(recordBeside(out));
                output.finish();
            }
        }
        print(report.document(), o -> report.print(o, out));
        return status;
    }

    private static String recording(LabelledClip clip) {
        return ClipId.recording(clip.file());
    }

    private static CommandException wrong(IllegalArgumentException e) {
        return CommandException.input(e.getMessage(), e);
    }

    /** Lists the recordings; returns the folder that ids are below. */
    private Path recordings(boolean single) throws IOException {
        if (single && !ClipList.isAudio(audio)) {
            throw CommandException.usage("--audio must be a folder or a sound file: " + audio);
        }
        ClipList list = ClipList.of(audio, null);
        remarks.addAll(list.others().links().lines());
        for (AudioClip clip : list.clips()) {
            paths.put(clip.id(), clip.path());
        }
        return single ? list.root() : audio;
    }

    private void describe(ClipPlan plan, boolean single) {
        if (plan.recordings().isEmpty()) {
            throw CommandException.input("none of the " + plan.missing().size() + " recordings that " + source
                    + " names is in " + audio + ": the labels have " + firstFive(plan.missing()) + "; there are "
                    + firstFive(plan.unnamed()));
        }
        if (plan.byEndOfPath()) {
            remarks.add("recordings were found by the ends of their paths");
        }
        if (!plan.missing().isEmpty() && !single) {
            remarks.add(plan.missing().size() + " recordings of the labels are not in " + audio + ": "
                    + firstFive(plan.missing()));
        }
        if (!plan.unnamed().isEmpty()) {
            remarks.add(plan.unnamed().size() + " recordings are not named by the labels and "
                    + (clips.includeUnnamed()
                            ? "count as such without events: "
                            : "left out (--include-unlabelled takes them as such without events): ")
                    + firstFive(plan.unnamed()));
            if (clips.includeUnnamed()) {
                plan.includeUnnamed();
            }
        }
    }

    private ClipPlan.Clips make(LabelFile labels, ClipPlan plan) throws IOException {
        ClipCutter cutter = clips.cutter(labels.form(), columns.rule());
        if (cutter == null) {
            return plan.rows(clips.negatives(), common.seed());
        }
        Map<String, Double> seconds = new LinkedHashMap<>();
        try (Progress progress =
                progress("reading lengths", "recordings", plan.recordings().size())) {
            for (String id : plan.recordings()) {
                try {
                    double length = ClipDivision.seconds(new AudioClip(id, paths.get(id)), AudioFiles::open);
                    if (length > 0) {
                        seconds.put(id, length);
                    } else {
                        skipped.put(id, "it has no samples");
                    }
                } catch (IOException | IllegalArgumentException e) {
                    if (strict.strict()) {
                        throw CommandException.input(Failure.of(e).message(), e);
                    }
                    skipped.put(id, Failure.of(e).message());
                }
                progress.advance(1);
            }
        }
        ClipPlan.Clips made =
                checked(LabelsCommand::wrong, () -> plan.cut(cutter, seconds, clips.negatives(), common.seed()));
        if (!made.beyond().isEmpty()) {
            int events = made.beyond().values().stream().mapToInt(n -> n).sum();
            remarks.add(events + " events begin after the end of their recording and were left out ("
                    + firstFive(List.copyOf(new TreeMap<>(made.beyond()).keySet()))
                    + "): if the times of a Raven table run on over the recordings, export its column 'File"
                    + " Offset (s)'");
        }
        return made;
    }
}
