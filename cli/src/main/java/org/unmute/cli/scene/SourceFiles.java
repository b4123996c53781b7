package org.unmute.cli.scene;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.cli.audio.SourceReader;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.AudioOptions;
import org.unmute.data.ClipList;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.scene.SceneMixer.SourceClip;
import org.unmute.probes.cache.AudioClip;

/**
 * Labelled recordings of single events.
 *
 * @param clips the recordings, with one class each
 * @param paths the file of each recording, by id
 */
public record SourceFiles(List<SourceClip> clips, Map<String, Path> paths) {
    /**
     * Reads the recordings of a manifest. Each must exist below the audio folder and have exactly one label.
     *
     * @param wanted the folds to use; empty for all
     * @param record receives the manifest
     * @param err    receives remarks on files of other kinds; null for none
     * @throws IllegalArgumentException if a fold has no recordings
     * @throws CommandException if the manifest does not fit the recordings
     * @throws IOException if a file cannot be read
     */
    public static SourceFiles ofManifest(
            Path manifest,
            ManifestFormat format,
            Path audio,
            Set<String> wanted,
            SourceReader reader,
            RunRecord record,
            PrintWriter err)
            throws IOException {
        Manifest labels = Manifest.read(manifest, format, null);
        record.input(manifest);
        Set<String> unknown = new TreeSet<>(wanted);
        unknown.removeAll(labels.splits());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("no recordings in fold " + String.join(", ", unknown) + ": " + manifest
                    + " has " + labels.splits());
        }
        Map<String, Path> paths = new HashMap<>();
        for (AudioClip clip : AudioOptions.search(audio, null, record, err).clips()) {
            paths.put(clip.id(), clip.path());
        }
        Manifest chosen = wanted.isEmpty() ? labels : labels.inSplits(wanted);
        Manifest.Matched matched = chosen.matchedTo(paths.keySet());
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
        return new SourceFiles(sources, paths);
    }

    /**
     * Reads recordings from a folder with one subfolder per class.
     *
     * @throws CommandException if a recording is not in a subfolder
     * @throws IOException if the folder cannot be listed, or has no recordings
     */
    public static SourceFiles ofFolder(Path folder, SourceReader reader) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw CommandException.input("--sources: no such folder: " + folder);
        }
        List<SourceClip> clips = new ArrayList<>();
        Map<String, Path> paths = new HashMap<>();
        for (AudioClip clip : ClipList.of(folder, null).clips()) {
            int end = clip.id().indexOf('/');
            if (end < 0) {
                throw CommandException.input("--sources: " + clip.id() + " lies in no folder of a class: " + folder
                        + " must have a folder for each class");
            }
            Path path = clip.path();
            paths.put(clip.id(), path);
            clips.add(new SourceClip(clip.id(), clip.id().substring(0, end), "", () -> reader.read(path)));
        }
        return new SourceFiles(clips, paths);
    }
}
