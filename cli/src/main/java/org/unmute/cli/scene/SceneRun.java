package org.unmute.cli.scene;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.unmute.cli.audio.RecordingWarnings;
import org.unmute.cli.audio.SourceReader;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.console.Progress;
import org.unmute.cli.option.SceneOptions;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.OutputOwner;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.scene.Scene;
import org.unmute.data.scene.SceneFolder;
import org.unmute.data.scene.SceneMixer;
import org.unmute.data.scene.Split;

/** Mixes scenes and counts their events. */
public final class SceneRun {
    private final SceneMixer mixer;
    private final SceneOptions scenes;
    private final SourceReader reader;
    private final Path stems;
    private final Map<String, Map<String, Integer>> counts = new TreeMap<>();

    /**
     * @param reader of the recordings that are mixed
     * @param stems  folder for each event by itself; null for none
     */
    public SceneRun(SceneMixer mixer, SceneOptions scenes, SourceReader reader, Path stems) {
        this.mixer = mixer;
        this.scenes = scenes;
        this.reader = reader;
        this.stems = stems;
    }

    /**
     * Mixes all scenes and writes the folder: scenes, tables of events, their manifest and the record of the run.
     *
     * @param warnings problems of recordings that were read nevertheless
     * @param wrong    the error for a folder of stems in the wrong place
     * @throws IOException if a recording cannot be read, or a file cannot be written
     */
    public void writeFolder(
            Path out,
            RecordingWarnings warnings,
            CommandRun run,
            Function<IllegalArgumentException, RuntimeException> wrong)
            throws IOException {
        if (stems != null) {
            OutputOwner.requireFolder(stems, run.line()); // before the other folder is made
        }
        try (OutputFolder output = run.claim(out)) {
            SceneFolder folder;
            try {
                folder = SceneFolder.create(out, stems, scenes.bands());
            } catch (IllegalArgumentException e) {
                throw wrong.apply(e);
            }
            try (OutputFolder apart = stems == null ? null : run.claim(stems)) {
                try (Progress progress = run.progress("soundscape", "scenes", (long) scenes.train() + scenes.test())) {
                    write(folder, Split.TRAIN, scenes.train(), progress);
                    write(folder, Split.TEST, scenes.test(), progress);
                }
                folder.writeEvents();
                warnings.end(run.record());
                describe(run.record()).write(out);
                if (apart != null) {
                    run.record().write(stems);
                    apart.finish();
                }
            }
            folder.finish();
            output.finish();
        }
    }

    private void write(SceneFolder folder, Split split, int count, Progress progress) throws IOException {
        Map<String, Integer> labels = counts.computeIfAbsent(split.label(), s -> new TreeMap<>());
        mixer.labels(split).forEach(l -> labels.put(l, 0));
        for (int i = 0; i < count; i++) {
            Scene scene = mixer.mix(split, i, stems != null);
            folder.add(scene, split);
            scene.labels().forEach(l -> labels.merge(l, 1, Integer::sum));
            progress.advance(1);
        }
    }

    /** Adds the material and the number of events of each split to the record. */
    private RunRecord describe(RunRecord record) {
        return record.result("scenes", Map.of("train", scenes.train(), "test", scenes.test()))
                .result("recordingsUsed", reader.used())
                .result("recordingsSha256", reader.sha256())
                .result("labels", counts);
    }

    /** Numbers of events by class. */
    public ConsoleTable table() {
        Map<String, Integer> training = counts.get(Split.TRAIN.label());
        Map<String, Integer> testing = counts.get(Split.TEST.label());
        Set<String> labels = new TreeSet<>(training.keySet());
        labels.addAll(testing.keySet());
        ConsoleTable table = new ConsoleTable("label", "train", "test");
        labels.forEach(l -> table.row(l, training.getOrDefault(l, 0), testing.getOrDefault(l, 0)));
        return table;
    }
}
