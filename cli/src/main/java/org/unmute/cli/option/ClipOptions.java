package org.unmute.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.cli.console.CommandException;
import org.unmute.data.ClipId;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.TextTable;
import org.unmute.data.annotation.ClipCutter;
import org.unmute.data.annotation.ClipPlan;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.annotation.RecordingGroups;
import org.unmute.data.annotation.ShareRule;
import org.unmute.data.annotation.TimeBlocks;
import org.unmute.data.split.GroupedSplit;
import org.unmute.options.HelpTopic;
import picocli.CommandLine.Option;

/** Options that determine how annotated recordings become clips, and how clips are split. */
@HelpTopic("Labels")
public final class ClipOptions {
    private static final double DEFAULT_SECONDS = 5;
    private static final double DEFAULT_BLOCK = 60;
    /** As long as a typical clip, so that no echo or following syllable of a sound falls into another split. */
    private static final double DEFAULT_GUARD = 5;

    private static final String BLOCK = "block";

    @Option(
            names = "--clip",
            paramLabel = "SECONDS",
            description =
                    "Length of the clips that recordings are cut into, or 'rows' to keep the rows of the labels as"
                            + " clips (default: 5 for annotations of events, rows for tables of clips).")
    private String clip;

    @Option(
            names = "--overlap",
            paramLabel = "SECONDS",
            description = "Overlap of neighbouring clips (default: ${DEFAULT-VALUE}).")
    private double overlap;

    @Option(
            names = "--negatives",
            paramLabel = "SHARE",
            description = "Share of the clips without an event that are kept, 0 to 1 (default: ${DEFAULT-VALUE}, all).")
    private double negatives = 1;

    @Option(
            names = "--include-unlabelled",
            description = "Take recordings that the labels do not name as such without events; otherwise they are left"
                    + " out.")
    private boolean includeUnnamed;

    @Option(
            names = "--split",
            paramLabel = "NAME=SHARE",
            split = ",",
            description = "New splits and their shares of the clips, as train=0.7,validation=0.15,test=0.15 (default:"
                    + " the splits of the labels, if they have any).")
    private Map<String, Double> shares = new LinkedHashMap<>();

    @Option(
            names = "--group-by",
            paramLabel = "WHAT",
            defaultValue = "recording",
            description = "What lies in one split with --split: recording, folder, block (of time, which divides"
                    + " recordings), or a column of the labels, such as a site (default: ${DEFAULT-VALUE}). Equal"
                    + " recordings always do.")
    private String groupBy;

    @Option(
            names = "--block",
            paramLabel = "SECONDS",
            description = "Length of the blocks of --group-by block (default: 60). No boundary cuts a mark, so that"
                    + " blocks may be longer; they are shorter where a class would lie in too few.")
    private Double block;

    @Option(
            names = "--guard",
            paramLabel = "SECONDS",
            description = "Clips of two splits of --group-by block are at least this far apart; clips between are left"
                    + " out (default: 5).")
    private Double guard;

    @Option(
            names = "--min-positives",
            paramLabel = "N",
            description = "The audit names classes with fewer clips to train on (default: ${DEFAULT-VALUE}).")
    private int minPositives = 10;

    /** Minimum number of clips that a class should have in training. */
    public int minPositives() {
        return minPositives;
    }

    /** Whether recordings without labels count as recordings without events. */
    public boolean includeUnnamed() {
        return includeUnnamed;
    }

    /** Share of the clips without events that are kept. */
    public double negatives() {
        if (!(negatives >= 0 && negatives <= 1)) {
            throw CommandException.usage("--negatives is a share, 0 to 1: " + negatives);
        }
        return negatives;
    }

    /** How recordings are cut into clips; null if each row of the labels is a clip. */
    public ClipCutter cutter(LabelFile.Form form, ShareRule rule) {
        boolean rows = clip == null ? form != LabelFile.Form.EVENTS : clip.equals("rows");
        if (rows) {
            if (overlap != 0) {
                throw CommandException.usage("--overlap is for recordings that are cut: give --clip SECONDS");
            }
            return null;
        }
        try {
            return new ClipCutter(clip == null ? DEFAULT_SECONDS : Double.parseDouble(clip), overlap, rule);
        } catch (NumberFormatException e) {
            throw CommandException.usage("--clip is a number of seconds, or rows: '" + clip + "'", e);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage() + " (--clip, --overlap)", e);
        }
    }

    /** The length of blocks of time and the guard between them; null if recordings are not divided into blocks. */
    private TimeBlocks.Rule blocks(Manifest manifest) {
        if (!groupBy.equals(BLOCK)) {
            if (block != null || guard != null) {
                throw CommandException.usage("--block and --guard are for blocks of time: give --group-by block");
            }
            return null;
        }
        try {
            TimeBlocks.Rule rule =
                    new TimeBlocks.Rule(block == null ? DEFAULT_BLOCK : block, guard == null ? DEFAULT_GUARD : guard);
            double longest = manifest.clips().stream()
                    .flatMap(clip -> ClipId.part(clip.file()).stream())
                    .mapToDouble(part -> part.end() - part.start())
                    .max()
                    .orElse(0);
            if (rule.block() < longest + rule.guard()) {
                throw CommandException.usage("a block of " + ClipId.seconds(rule.block()) + " s has no room for a clip"
                        + " of " + ClipId.seconds(longest) + " s and a guard of " + ClipId.seconds(rule.guard())
                        + " s (--block, --guard)");
            }
            return rule;
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage() + " (--block, --guard)", e);
        }
    }

    /**
     * Assigns the clips to new splits; leaves them unchanged if none were requested.
     *
     * @param labels the label file, which has the column to group by
     * @param format the columns of the label file
     * @param sounds for each recording, the first one with the same bytes
     * @return the clips with their splits, and the blocks of time if recordings were divided into blocks
     * @throws IllegalArgumentException if there are fewer groups than splits, or a recording has no value in the column
     */
    public TimeBlocks.Split split(
            Manifest manifest, Path labels, ManifestFormat format, ClipPlan plan, Map<String, String> sounds, long seed)
            throws IOException {
        TimeBlocks.Rule rule = blocks(manifest);
        if (shares.isEmpty()) {
            if (!groupBy.equals("recording")) {
                throw CommandException.usage("--group-by is for new splits: give --split, as train=0.8,test=0.2");
            }
            return undivided(manifest);
        }
        if (rule != null) {
            return TimeBlocks.of(manifest, plan, sounds, shares, rule, seed);
        }
        List<String> recordings = new ArrayList<>();
        List<List<String>> of = new ArrayList<>();
        for (LabelledClip one : manifest.clips()) {
            recordings.add(ClipId.recording(one.file()));
            of.add(one.labels());
        }
        RecordingGroups groups = switch (groupBy) {
            case "recording" -> RecordingGroups.recordings(recordings);
            case "folder" -> RecordingGroups.folders(recordings);
            default -> column(recordings, labels, format, plan);
        };
        groups.join(sounds);
        List<String> group = recordings.stream().map(groups::of).toList();
        Map<String, String> split = GroupedSplit.assign(group, of, shares, seed);
        List<LabelledClip> clips = new ArrayList<>();
        for (int i = 0; i < group.size(); i++) {
            LabelledClip one = manifest.clips().get(i);
            clips.add(one.as(one.file(), split.get(group.get(i))));
        }
        return undivided(new Manifest(clips, manifest.labels()));
    }

    private static TimeBlocks.Split undivided(Manifest manifest) {
        return new TimeBlocks.Split(manifest, 0, 0, List.of());
    }

    private RecordingGroups column(List<String> recordings, Path labels, ManifestFormat format, ClipPlan plan)
            throws IOException {
        if (Files.isDirectory(labels) && !TextTable.isInParts(labels)) {
            throw CommandException.usage("--group-by " + groupBy
                    + ": a folder of tables has no common columns: group by" + " recording or folder");
        }
        return RecordingGroups.column(recordings, labels, groupBy, plan::recordingOf, format);
    }
}
