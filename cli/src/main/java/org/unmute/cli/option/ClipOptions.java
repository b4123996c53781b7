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
import org.unmute.data.annotation.GroupedSplit;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.annotation.RecordingGroups;
import org.unmute.data.annotation.ShareRule;
import picocli.CommandLine.Option;

/** Options that say how annotated recordings become clips, and these are split. */
public final class ClipOptions {
    private static final double DEFAULT_SECONDS = 5;

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
            description = "What lies in one split with --split: recording, folder, or a column of the labels, such as a"
                    + " site (default: ${DEFAULT-VALUE}). Equal recordings always do.")
    private String groupBy;

    @Option(
            names = "--min-positives",
            paramLabel = "N",
            description = "The audit names classes with fewer clips to train on (default: ${DEFAULT-VALUE}).")
    private int minPositives = 10;

    /** Examples that a class should have in training. */
    public int minPositives() {
        return minPositives;
    }

    /** Whether recordings without labels are such without events. */
    public boolean includeUnnamed() {
        return includeUnnamed;
    }

    /** Share of the clips without an event that are kept. */
    public double negatives() {
        if (!(negatives >= 0 && negatives <= 1)) {
            throw CommandException.usage("--negatives is a share, 0 to 1: " + negatives);
        }
        return negatives;
    }

    /** How recordings are cut; null to keep the rows of the labels as clips. */
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

    /**
     * The clips in new splits; unchanged if none are asked for.
     *
     * @param labels where a column to group by stands
     * @param format its columns
     * @param sounds the first recording with the same bytes, by recording
     * @throws IllegalArgumentException if there are fewer groups than splits, or a column says nothing of a recording
     */
    public Manifest split(
            Manifest manifest, Path labels, ManifestFormat format, ClipPlan plan, Map<String, String> sounds, long seed)
            throws IOException {
        if (shares.isEmpty()) {
            if (!groupBy.equals("recording")) {
                throw CommandException.usage("--group-by is for new splits: give --split, as train=0.8,test=0.2");
            }
            return manifest;
        }
        List<String> recordings = new ArrayList<>();
        List<List<String>> of = new ArrayList<>();
        for (LabelledClip one : manifest.clips()) {
            recordings.add(ClipId.part(one.file()).map(ClipId.Part::file).orElse(one.file()));
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
            clips.add(new LabelledClip(one.file(), split.get(group.get(i)), one.labels()));
        }
        return new Manifest(clips, manifest.labels());
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
