package org.unmute.cli.label;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.audio.AudioFiles;
import org.unmute.cli.audio.RecordingFiles;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.console.Failure;
import org.unmute.cli.console.Progress;
import org.unmute.cli.option.ClipOptions;
import org.unmute.cli.option.LabelColumns;
import org.unmute.data.ClipDivision;
import org.unmute.data.ClipId;
import org.unmute.data.ClipList;
import org.unmute.data.LabelledClip;
import org.unmute.data.annotation.ClipCutter;
import org.unmute.data.annotation.ClipPlan;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.annotation.TimeBlocks;
import org.unmute.data.split.LabelAudit;
import org.unmute.probes.cache.AudioClip;

/** Recordings with annotations, which become labelled clips. */
public final class AnnotatedRecordings {
    private final Path source;
    private final Path audio;
    private final boolean single;
    private final LabelFile labels;
    private final ClipList list;
    private final CommandRun run;
    private final Map<String, Path> paths = new TreeMap<>();
    private final Map<String, String> skipped = new TreeMap<>();
    private final List<String> remarks = new ArrayList<>();

    /**
     * Lists the recordings.
     *
     * @param source file or folder of the annotations
     * @param audio  folder of the recordings, or the one recording
     * @param labels the annotations
     * @throws CommandException if {@code audio} is neither
     * @throws IOException if the recordings cannot be listed
     */
    public AnnotatedRecordings(Path source, Path audio, LabelFile labels, CommandRun run) throws IOException {
        this.source = source;
        this.audio = audio;
        this.labels = labels;
        this.run = run;
        remarks.addAll(labels.remarks());
        single = !Files.isDirectory(audio);
        if (single && !ClipList.isAudio(audio)) {
            throw CommandException.usage("--audio must be a folder or a sound file: " + audio);
        }
        list = ClipList.of(audio, null);
        remarks.addAll(list.others().links().lines());
        for (AudioClip clip : list.clips()) {
            paths.put(clip.id(), clip.path());
        }
    }

    /** The folder that ids are below. */
    public Path root() {
        return single ? list.root() : audio;
    }

    /**
     * Cuts, divides into splits and audits the clips.
     *
     * @param columns that the annotations were read with
     * @param strict  whether a recording that cannot be used is an error
     * @param seed    of the splits
     * @throws CommandException if no clip is left, or annotations and options do not fit together
     * @throws IOException if a recording cannot be read
     */
    public LabelReport cut(ClipOptions clips, LabelColumns columns, boolean strict, long seed) throws IOException {
        try {
            ClipPlan plan = new ClipPlan(labels, paths.keySet());
            describe(plan, clips);
            ClipPlan.Clips made = make(plan, clips, columns, strict, seed);
            requireSome(plan, made);
            Map<String, String> sounds = RecordingFiles.sounds(paths);
            TimeBlocks.Split split = clips.split(made.manifest(), source, columns.format(), plan, sounds, seed);
            remarks.addAll(split.remarks());
            LabelAudit audit = LabelAudit.of(
                    split.manifest(),
                    clip -> sounds.getOrDefault(recording(clip), recording(clip)),
                    List.of("train"),
                    clips.minPositives());
            return new LabelReport(source, labels, plan, made, split, audit, remarks, skipped);
        } catch (IllegalArgumentException e) {
            throw CommandException.input(e.getMessage(), e);
        }
    }

    private static String recording(LabelledClip clip) {
        return ClipId.recording(clip.file());
    }

    private void requireSome(ClipPlan plan, ClipPlan.Clips made) {
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
    }

    private void describe(ClipPlan plan, ClipOptions clips) {
        if (plan.recordings().isEmpty()) {
            throw CommandException.input("none of the " + plan.missing().size() + " recordings that " + source
                    + " names is in " + audio + ": the labels have " + ConsoleTable.firstFive(plan.missing())
                    + "; there are "
                    + ConsoleTable.firstFive(plan.unnamed()));
        }
        if (plan.byEndOfPath()) {
            remarks.add("recordings were found by the ends of their paths");
        }
        if (!plan.missing().isEmpty() && !single) {
            remarks.add(plan.missing().size() + " recordings of the labels are not in " + audio + ": "
                    + ConsoleTable.firstFive(plan.missing()));
        }
        if (!plan.unnamed().isEmpty()) {
            remarks.add(plan.unnamed().size() + " recordings are not named by the labels and "
                    + (clips.includeUnnamed()
                            ? "count as such without events: "
                            : "left out (--include-unlabelled takes them as such without events): ")
                    + ConsoleTable.firstFive(plan.unnamed()));
            if (clips.includeUnnamed()) {
                plan.includeUnnamed();
            }
        }
    }

    private ClipPlan.Clips make(ClipPlan plan, ClipOptions clips, LabelColumns columns, boolean strict, long seed)
            throws IOException {
        ClipCutter cutter = clips.cutter(labels.form(), columns.rule());
        if (cutter == null) {
            return plan.rows(clips.negatives(), seed);
        }
        Map<String, Double> seconds = new LinkedHashMap<>();
        try (Progress progress =
                run.progress("reading lengths", "recordings", plan.recordings().size())) {
            for (String id : plan.recordings()) {
                try {
                    double length = ClipDivision.seconds(new AudioClip(id, paths.get(id)), AudioFiles::open);
                    if (length > 0) {
                        seconds.put(id, length);
                    } else {
                        skipped.put(id, "it has no samples");
                    }
                } catch (IOException | IllegalArgumentException e) {
                    if (strict) {
                        throw CommandException.input(Failure.of(e).message(), e);
                    }
                    skipped.put(id, Failure.of(e).message());
                }
                progress.advance(1);
            }
        }
        ClipPlan.Clips made = plan.cut(cutter, seconds, clips.negatives(), seed);
        if (!made.beyond().isEmpty()) {
            int events = made.beyond().values().stream().mapToInt(n -> n).sum();
            remarks.add(events + " events begin after the end of their recording and were left out ("
                    + ConsoleTable.firstFive(List.copyOf(new TreeMap<>(made.beyond()).keySet()))
                    + "): if the times of a Raven table run on over the recordings, export its column 'File"
                    + " Offset (s)'");
        }
        return made;
    }
}
