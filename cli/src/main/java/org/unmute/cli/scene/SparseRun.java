package org.unmute.cli.scene;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.unmute.cli.audio.RecordingWarnings;
import org.unmute.cli.audio.SourceReader;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.console.Progress;
import org.unmute.cli.option.SceneOptions;
import org.unmute.cli.option.SparseOptions;
import org.unmute.data.Part;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.scene.BackgroundPool;
import org.unmute.data.scene.Foreground;
import org.unmute.data.scene.Scene;
import org.unmute.data.scene.Sound;
import org.unmute.data.scene.SparseFolder;
import org.unmute.data.scene.SparseRecording;
import org.unmute.data.scene.SparseScenes;

/** Synthesizes the recordings of sparse hours and counts their events. */
public final class SparseRun {
    private final SparseScenes scenes;
    private final SparseMaterial material;
    private final Foreground foreground;
    private final BackgroundPool background;
    private final Map<Part, Integer> counts;
    private final SparseScenes.Options options;
    private final Map<Part, Map<String, Integer>> events = new EnumMap<>(Part.class);
    private int crowded;
    private long clipped;

    /** @param counts number of recordings in each part */
    private SparseRun(
            SparseMaterial material,
            Foreground foreground,
            BackgroundPool background,
            Map<Part, Integer> counts,
            SparseScenes.Options options,
            long seed) {
        scenes = new SparseScenes(foreground, background, options, seed);
        this.material = material;
        this.foreground = foreground;
        this.background = background;
        this.counts = counts;
        this.options = options;
    }

    /**
     * A run as the options describe it. All that can be wrong is found here, before anything is written.
     *
     * @param given    recordings of events, if they are given
     * @param warnings receives oddities of files that are used
     * @throws IllegalArgumentException if options contradict each other
     * @throws IOException if a file cannot be read
     */
    public static SparseRun of(
            SourceOptions given,
            SceneOptions scenes,
            SparseOptions sparse,
            long seed,
            RecordingWarnings warnings,
            CommandRun run)
            throws IOException {
        SparseScenes.Options options = sparse.options(scenes.rate());
        Map<Part, Integer> counts = sparse.counts();
        SparseMaterial material = new SparseMaterial();
        SourceReader reader = new SourceReader(scenes.rate(), warnings);
        Foreground foreground = foreground(given, scenes, sparse, material, reader, seed, run);
        BackgroundPool background = material.background(sparse, options, foreground, seed, warnings::note);
        material.remarks().forEach(run::tell);
        material.skipped().forEach((file, reason) -> run.tell("not used: " + file + ": " + reason));
        return new SparseRun(material, foreground, background, counts, options, seed);
    }

    /** The sounds of events: of one kind only. */
    private static Foreground foreground(
            SourceOptions given,
            SceneOptions scenes,
            SparseOptions sparse,
            SparseMaterial material,
            SourceReader reader,
            long seed,
            CommandRun run)
            throws IOException {
        Set<Sound> sounds = sparse.sounds();
        if ((sounds.isEmpty() ? 0 : 1) + (sparse.sources() == null ? 0 : 1) + (given.manifest() == null ? 0 : 1) > 1) {
            throw new IllegalArgumentException("choose one of --sounds, --sources and --manifest");
        }
        if ((given.manifest() == null) != (given.audio() == null)) {
            throw new IllegalArgumentException("--manifest and --audio belong together");
        }
        Map<Part, List<String>> folds = new EnumMap<>(Part.class);
        putIfGiven(folds, Part.TRAIN, scenes.trainFolds());
        putIfGiven(folds, Part.VALIDATION, sparse.validationFolds());
        putIfGiven(folds, Part.TEST, scenes.testFolds());
        if (given.manifest() == null && !folds.isEmpty()) {
            throw new IllegalArgumentException("folds are those of --manifest, which is not given");
        }
        if (given.manifest() == null && sparse.sources() == null) {
            return Foreground.synthetic(sounds.isEmpty() ? Set.of(Sound.values()) : sounds, scenes.rate());
        }
        Map<String, Part> partOf = SparseMaterial.parts(folds, sparse.shares());
        SourceFiles files = given.manifest() == null
                ? SourceFiles.ofFolder(sparse.sources(), reader)
                : given.files(partOf.keySet(), scenes, reader, run);
        return material.foreground(files, partOf, sparse.shares(), seed);
    }

    private static void putIfGiven(Map<Part, List<String>> folds, Part part, List<String> given) {
        if (given != null) {
            folds.put(part, given);
        }
    }

    private long recordings() {
        return counts.values().stream().mapToLong(n -> n).sum();
    }

    /**
     * Writes the folder: recordings, tables and the record of the run.
     *
     * @param warnings problems of sources that were read nevertheless
     * @throws IOException if a source cannot be read, or a file cannot be written
     */
    public void writeFolder(Path out, RecordingWarnings warnings, CommandRun run) throws IOException {
        try (OutputFolder output = run.claim(out)) {
            SparseFolder folder = SparseFolder.create(out, counts.keySet());
            try (Progress progress = run.progress("soundscape", "recordings", recordings())) {
                write(folder, progress);
            }
            folder.writeTables();
            warnings.end(run.record());
            describe(run.record()).write(out);
            folder.finish();
            output.finish();
        }
        remarks().forEach(run::tell);
    }

    private void write(SparseFolder folder, Progress progress) throws IOException {
        for (Map.Entry<Part, Integer> one : counts.entrySet()) {
            Map<String, Integer> labels = new TreeMap<>();
            foreground.labels().forEach(label -> labels.put(label, 0));
            events.put(one.getKey(), labels);
            for (int i = 0; i < one.getValue(); i++) {
                SparseRecording recording = scenes.recording(one.getKey(), i);
                folder.add(recording, one.getKey());
                for (Scene.Event event : recording.events()) {
                    labels.merge(event.label(), 1, Integer::sum);
                }
                crowded += recording.crowded();
                clipped += recording.clipped();
                progress.advance(1);
            }
        }
    }

    /** Adds the material and content of each split to the record. */
    private RunRecord describe(RunRecord record) {
        Map<String, Object> splits = new LinkedHashMap<>();
        for (Map.Entry<Part, Integer> one : counts.entrySet()) {
            Part part = one.getKey();
            List<String> seeds = new ArrayList<>();
            for (int i = 0; i < one.getValue(); i++) {
                seeds.add(Long.toHexString(scenes.recordingSeed(part, i)));
            }
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("recordings", one.getValue());
            document.put("hours", one.getValue() * options.seconds() / 3600);
            document.put("events", events.get(part));
            document.putAll(material.split(part, foreground, background, seeds));
            splits.put(part.label(), document);
        }
        return record.result("splits", splits)
                .result("options", options)
                .result("notUsed", material.skipped())
                .result("crowdedEvents", crowded)
                .result("clippedSamples", clipped);
    }

    /** Remarks for the user about the result. */
    private List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        if (crowded > 0) {
            remarks.add(crowded + " events are closer than half a second to another one of their class, since there was"
                    + " no other place: choose fewer --events-per-hour");
        }
        if (clipped > 0) {
            remarks.add(clipped + " samples were limited to full scale: choose a lower --level or --snr");
        }
        return remarks;
    }

    /** Numbers of events by class, and hours, for each split. */
    public ConsoleTable table() {
        List<String> headings = new ArrayList<>(List.of("label"));
        counts.keySet().forEach(part -> headings.add(part.label()));
        ConsoleTable table = new ConsoleTable(headings.toArray(String[]::new));
        for (String label : foreground.labels()) {
            List<Object> row = new ArrayList<>(List.of(label));
            counts.keySet().forEach(part -> row.add(events.get(part).get(label)));
            table.row(row.toArray());
        }
        List<Object> hours = new ArrayList<>(List.of("(hours)"));
        counts.values().forEach(n -> hours.add(n * options.seconds() / 3600));
        table.row(hours.toArray());
        return table;
    }
}
