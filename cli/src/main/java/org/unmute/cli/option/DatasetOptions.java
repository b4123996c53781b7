package org.unmute.cli.option;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.cli.console.CommandException;
import org.unmute.data.ClipList;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.Part;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.set.Dataset;
import org.unmute.data.set.Datasets;
import org.unmute.data.set.FewShot;
import org.unmute.data.set.ReadOptions;
import org.unmute.data.set.Reading;
import org.unmute.events.strong.EventTable;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.options.HelpTopic;
import org.unmute.probes.cache.AudioClip;
import picocli.CommandLine.Option;

/**
 * Options that select a data set and how its clips are sampled. The class that mixes them in supplies the folder as
 * {@code --root}.
 */
@HelpTopic("Data sets with files of their own")
public final class DatasetOptions {
    private static final int NAMED = 5;

    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            description = "A data set with its own files below --root: see 'unmute datasets'.")
    private String name;

    @Option(
            names = "--fold",
            paramLabel = "N",
            description = "Fold to test on, in data sets with folds (esc50: 1 to 5).")
    private int fold;

    @Option(
            names = "--shots",
            paramLabel = "K",
            description = "Training clips per class in the BirdSet sets; 0: one of every recording (default:"
                    + " ${DEFAULT-VALUE}).")
    private int shots = 64;

    @Option(
            names = "--shot-condition",
            paramLabel = "NAME",
            defaultValue = "lenient",
            description = "Recordings they are drawn from: lenient (20 s, one species), strict (5 s) or any (default:"
                    + " ${DEFAULT-VALUE}).")
    private FewShot.Condition condition;

    @Option(names = "--shot-seed", paramLabel = "N", description = "Seed of the draw (default: ${DEFAULT-VALUE}).")
    private long shotSeed;

    @Option(
            names = "--max-missing",
            paramLabel = "SHARE",
            description = "Share of a data set's clips that may be missing, 0 to 1 (default: the set's own).")
    private Double maxMissing;

    /** Whether a data set was given. */
    boolean given() {
        return name != null;
    }

    /** The data set's name. */
    String name() {
        return name;
    }

    /** The data set. */
    Dataset dataset() {
        try {
            return Datasets.byName(name);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage() + " (--dataset)", e);
        }
    }

    /**
     * Reads parts of the set.
     *
     * @param root its folder, or null if none was given
     * @param splits names of parts; null or {@code all} for every part in the folder
     * @param record receives a description of what was read
     * @param err receives warnings about missing clips; null for none
     */
    AudioOptions.Chosen read(Path root, List<String> splits, RunRecord record, PrintWriter err) throws IOException {
        return chosen(root, readings(root, splits, record, err));
    }

    /**
     * Reads parts of the set with the times of their events.
     *
     * @return without events if the set's files tell the times of none, or not of all clips
     */
    LabelOptions.Strong readStrong(Path root, List<String> splits, RunRecord record, PrintWriter err)
            throws IOException {
        List<Reading> readings = readings(root, splits, record, err);
        AudioOptions.Chosen chosen = chosen(root, readings);
        List<SoundEvent> events = new ArrayList<>();
        boolean all = true;
        for (Reading reading : readings) {
            Optional<List<SoundEvent>> own = reading.strongLabels();
            own.ifPresent(events::addAll);
            all &= own.isPresent();
        }
        List<AudioClip> clips = chosen.clips().clips();
        EventTable table = !all
                ? null
                : EventTable.of(
                        "data set " + name, clips.stream().map(AudioClip::id).toList(), events);
        return new LabelOptions.Strong(chosen.labels(), table, clips);
    }

    /** The events of the clips for which the set's files state times, in seconds of their recordings. */
    LabelFile timed(Path root, List<String> splits, RunRecord record) throws IOException {
        return Reading.timed(readings(root, splits, record, null));
    }

    private static AudioOptions.Chosen chosen(Path root, List<Reading> readings) {
        List<AudioClip> clips = new ArrayList<>();
        List<LabelledClip> labelled = new ArrayList<>();
        for (Reading reading : readings) {
            clips.addAll(reading.clipList().clips());
            labelled.addAll(reading.manifest().clips());
        }
        LabelSet labels = readings.isEmpty() ? null : readings.getFirst().labels();
        return new AudioOptions.Chosen(new ClipList(root, clips), new Manifest(labelled, labels));
    }

    private List<Reading> readings(Path root, List<String> splits, RunRecord record, PrintWriter err)
            throws IOException {
        Dataset set = dataset();
        if (root == null) {
            throw CommandException.usage(
                    "--dataset " + name + " needs --root: the folder of the data set; 'unmute datasets " + name
                            + "' prints the files expected in it");
        }
        boolean all = splits == null || splits.equals(List.of("all"));
        List<Part> parts = all
                ? set.parts(root)
                : splits.stream().map(DatasetOptions::part).distinct().toList();
        ReadOptions options = options(all && set.info().folds() > 0 && fold == 0 ? 1 : fold);
        List<Reading> readings = new ArrayList<>();
        Map<String, Object> noted = new LinkedHashMap<>();
        for (Part part : parts) {
            Reading reading = set.read(root, part, options);
            readings.add(reading);
            noted.put(part.label(), reading.describe());
            if (err != null) {
                tell(reading, err);
            }
        }
        record.result(
                "dataset",
                Map.of("name", name, "root", root.toString(), "options", options.toString(), "parts", noted));
        return readings;
    }

    private ReadOptions options(int chosenFold) {
        try {
            FewShot few = new FewShot(shots, condition, false, shotSeed);
            return new ReadOptions(chosenFold, maxMissing == null ? Double.NaN : maxMissing, few);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage(), e);
        }
    }

    private static Part part(String split) {
        try {
            return Part.of(split);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage() + " (--split)", e);
        }
    }

    private static void tell(Reading reading, PrintWriter err) {
        String head = "dataset " + reading.info().name() + " " + reading.part().label() + ": ";
        Reading.Report report = reading.report();
        err.println(head + reading.clips().size() + " clips, "
                + report.missing().size() + " missing, " + report.unusable().size() + " unusable");
        List<Reading.Problem> problems = new ArrayList<>(report.missing());
        problems.addAll(report.unusable());
        problems.stream().limit(NAMED).forEach(p -> err.println(head + p));
        if (problems.size() > NAMED) {
            err.println(head + (problems.size() - NAMED) + " more; all are in the run's record");
        }
        report.remarks().forEach(r -> err.println(head + r));
        err.flush();
    }
}
