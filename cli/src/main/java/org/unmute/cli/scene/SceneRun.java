package org.unmute.cli.scene;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.unmute.cli.audio.SourceReader;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.console.Progress;
import org.unmute.cli.option.SceneOptions;
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
    private final boolean apart;
    private final Map<String, Map<String, Integer>> counts = new TreeMap<>();

    /**
     * @param reader of the recordings that are mixed
     * @param apart  whether each event is also written by itself
     */
    public SceneRun(SceneMixer mixer, SceneOptions scenes, SourceReader reader, boolean apart) {
        this.mixer = mixer;
        this.scenes = scenes;
        this.reader = reader;
        this.apart = apart;
    }

    /** The number of scenes. */
    public long scenes() {
        return (long) scenes.train() + scenes.test();
    }

    /**
     * Mixes and writes all scenes.
     *
     * @throws IOException if a recording cannot be read, or a scene cannot be written
     */
    public void write(SceneFolder folder, Progress progress) throws IOException {
        write(folder, Split.TRAIN, scenes.train(), progress);
        write(folder, Split.TEST, scenes.test(), progress);
    }

    private void write(SceneFolder folder, Split split, int count, Progress progress) throws IOException {
        Map<String, Integer> labels = counts.computeIfAbsent(split.label(), s -> new TreeMap<>());
        mixer.labels(split).forEach(l -> labels.put(l, 0));
        for (int i = 0; i < count; i++) {
            Scene scene = mixer.mix(split, i, apart);
            folder.add(scene, split);
            scene.labels().forEach(l -> labels.merge(l, 1, Integer::sum));
            progress.advance(1);
        }
    }

    /** Adds the material and the number of events of each split to the record. */
    public RunRecord describe(RunRecord record) {
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
