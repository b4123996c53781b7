package org.unmute.experiments.data.set;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.unmute.experiments.data.ClipList;
import org.unmute.experiments.data.MalformedTableException;

/**
 * The audio files of a folder by name without extension. A name in a list is only compared with the names of existing
 * files, so a list cannot lead out of the folder. Names with a leading dot are skipped.
 */
final class AudioFolder {
    private final String dataset;
    private final Path folder;
    /** Paths below the folder; null if audio is not looked for. */
    private final Map<String, String> byStem;

    private AudioFolder(String dataset, Path folder, Map<String, String> byStem) {
        this.dataset = dataset;
        this.folder = folder;
        this.byStem = byStem;
    }

    /**
     * Lists a folder and its subfolders.
     *
     * @throws DatasetException if it is missing
     */
    static AudioFolder of(DatasetInfo info, Path folder, ReadOptions options) throws IOException {
        if (!options.audio()) {
            return new AudioFolder(info.name(), folder, null);
        }
        if (!Files.isDirectory(folder)) {
            throw new DatasetException(
                    info.name(), "no folder " + folder + " with the recordings" + Layout.advice(info));
        }
        Map<String, String> byStem = new HashMap<>();
        try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                if (!name.startsWith(".") && isAudio(name)) {
                    String below = folder.relativize(file).toString();
                    byStem.merge(stem(name), below, (a, b) -> a.compareTo(b) < 0 ? a + '\0' + b : b + '\0' + a);
                }
            }
        } catch (UncheckedIOException e) {
            throw new IOException("cannot search " + folder + ": " + e.getCause(), e.getCause());
        }
        return new AudioFolder(info.name(), folder, byStem);
    }

    /** Number of distinct names. */
    int size() {
        return byStem == null ? 0 : byStem.size();
    }

    /** All names without extension, sorted; empty if audio is not looked for. */
    List<String> stems() {
        return byStem == null ? List.of() : byStem.keySet().stream().sorted().toList();
    }

    /**
     * The file with the first of these names (without extension) that exists; null if none does.
     *
     * @throws DatasetException if several files have that name
     */
    Path find(String... stems) throws DatasetException {
        if (byStem == null) {
            return folder.resolve(stems[0] + ".wav");
        }
        for (String stem : stems) {
            String below = byStem.get(stem);
            if (below != null) {
                if (below.indexOf('\0') >= 0) {
                    throw new DatasetException(
                            dataset,
                            "several recordings are named " + MalformedTableException.quote(stem) + " in " + folder
                                    + ": " + String.join(", ", below.split("\0")) + ": leave one of them there");
                }
                return folder.resolve(below);
            }
        }
        return null;
    }

    /** The file with this name, given with or without an audio extension; the file's extension may differ. */
    Path findFile(String name) throws DatasetException {
        if (byStem == null && isAudio(name)) {
            return folder.resolve(name);
        }
        return find(isAudio(name) ? stem(name) : name);
    }

    static boolean isAudio(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0
                && ClipList.AUDIO_EXTENSIONS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    static String stem(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
