package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.data.ClipId;
import org.unmute.data.ClipList;
import org.unmute.data.MalformedTableException;
import org.unmute.files.RegularFile;
import org.unmute.probes.cache.AudioClip;

/**
 * The audio files of a folder by name without extension. Names in a list are only compared with those of existing
 * files, so a list cannot lead out of the folder. Names with a leading dot are skipped.
 */
record AudioFolder(DatasetInfo info, Path folder, Map<String, List<AudioClip>> byStem) {
    /**
     * Lists a folder and its subfolders.
     *
     * @throws DatasetException if the folder is missing
     */
    static AudioFolder of(DatasetInfo info, Path folder) throws IOException {
        if (!RegularFile.isFolder(folder)) {
            throw new DatasetException(info.name(), "no folder " + folder + " with the recordings" + info.advice());
        }
        Map<String, List<AudioClip>> byStem = new TreeMap<>();
        for (AudioClip clip : ClipList.recordings(folder)) {
            String stem = ClipId.withoutExtension(clip.path().getFileName().toString());
            byStem.computeIfAbsent(stem, _ -> new ArrayList<>()).add(clip);
        }
        return new AudioFolder(info, folder, byStem);
    }

    /**
     * The file with the first of these names (without extension) that exists; null if none does.
     *
     * @throws DatasetException if several files have that name
     */
    Path find(String... stems) throws DatasetException {
        for (String stem : stems) {
            List<AudioClip> found = byStem.getOrDefault(stem, List.of());
            if (found.size() > 1) {
                throw new DatasetException(
                        info.name(),
                        "several recordings are named " + MalformedTableException.quote(stem) + " in " + folder + ": "
                                + String.join(
                                        ", ", found.stream().map(AudioClip::id).toList())
                                + ": leave one of them there");
            }
            if (!found.isEmpty()) {
                return found.getFirst().path();
            }
        }
        return null;
    }

    /** The file with this name, given with or without an audio extension; the file's extension may differ. */
    Path findFile(String name) throws DatasetException {
        return find(ClipList.isAudio(Path.of(name)) ? ClipId.withoutExtension(name) : name);
    }
}
