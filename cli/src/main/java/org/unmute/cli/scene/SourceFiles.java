package org.unmute.cli.scene;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.cli.audio.SourceReader;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.option.AudioOptions;
import org.unmute.cli.option.SceneOptions;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.scene.SceneMixer.SourceClip;
import org.unmute.probes.cache.AudioClip;

/** Labelled recordings of single events. */
public final class SourceFiles {
    private SourceFiles() {}

    /**
     * Lists the recordings of the manifest in the requested folds. Each must exist below the audio folder and have
     * exactly one label.
     *
     * @throws IllegalArgumentException if a fold has no recordings
     * @throws CommandException if the manifest does not fit the recordings
     * @throws IOException if a file cannot be read
     */
    public static List<SourceClip> clips(SceneOptions scenes, SourceReader reader, CommandRun run) throws IOException {
        Path manifest = scenes.manifest();
        Path audio = scenes.audio();
        Manifest labels = Manifest.read(manifest, scenes.format(), null);
        run.record().input(manifest);
        Set<String> wanted = new TreeSet<>(scenes.trainFolds());
        wanted.addAll(scenes.testFolds());
        Set<String> unknown = new TreeSet<>(wanted);
        unknown.removeAll(labels.splits());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("no recordings in fold " + String.join(", ", unknown) + ": " + manifest
                    + " has " + labels.splits());
        }
        Map<String, Path> paths = new HashMap<>();
        for (AudioClip clip :
                AudioOptions.search(audio, null, run.record(), run.remarks()).clips()) {
            paths.put(clip.id(), clip.path());
        }
        Manifest.Matched matched = labels.inSplits(wanted).matchedTo(paths.keySet());
        if (!matched.missing().isEmpty()) {
            throw CommandException.input(matched.missing().size() + " of the manifest's files are not in " + audio
                    + ", the first: " + matched.missing().getFirst());
        }
        List<SourceClip> sources = new ArrayList<>();
        for (LabelledClip clip : matched.manifest().clips()) {
            if (clip.labels().size() != 1) {
                throw CommandException.input(manifest + ": " + clip.file() + " has "
                        + clip.labels().size() + " labels, but recordings to mix must have exactly one");
            }
            if (!clip.isKnown()) {
                throw CommandException.input(manifest + ": of " + clip.file() + " some classes are not known, so that"
                        + " they could be in a scene without being in its labels: leave the clip out");
            }
            Path path = paths.get(clip.file());
            sources.add(new SourceClip(clip.file(), clip.labels().getFirst(), clip.split(), () -> reader.read(path)));
        }
        return sources;
    }
}
