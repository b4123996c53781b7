package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.unmute.data.ClipList;
import org.unmute.data.LabelSet;
import org.unmute.data.Part;
import org.unmute.data.Place;
import org.unmute.data.Task;
import org.unmute.files.RegularFile;

/**
 * Recordings in one folder per class, below the folders {@code train}, {@code validation} and {@code test}; without
 * these folders, all recordings are for training. Classes are sorted by name.
 */
final class FolderSet extends Dataset {
    FolderSet() {
        super(
                new DatasetInfo(
                        "folder",
                        "One folder a class",
                        Task.SINGLE_LABEL,
                        0,
                        Map.of(Part.TRAIN, 0, Part.VALIDATION, 0, Part.TEST, 0),
                        0,
                        0,
                        0,
                        0,
                        """
            ROOT/
              train/dog/a.wav   any names and folders below a class's folder
              train/cat/b.wav
              test/dog/c.wav    (validation/ likewise)
            or, all for training,
              dog/a.wav
              cat/b.wav
            """,
                        "your own recordings",
                        "your own",
                        List.of("A recording that lies in no class's folder is an error.")),
                null);
    }

    private static Map<Part, Path> folders(Path root) throws IOException {
        Map<Part, Path> parts = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            if (RegularFile.isFolder(root.resolve(part.label()))) {
                parts.put(part, root.resolve(part.label()));
            }
        }
        return parts.isEmpty() ? Map.of(Part.TRAIN, root) : parts;
    }

    @Override
    public List<Part> parts(Path root) throws IOException {
        return List.copyOf(new TreeSet<>(folders(root).keySet()));
    }

    @Override
    public LabelSet labels(Path root) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        for (Path folder : folders(root).values()) {
            for (Path below : below(folder)) {
                String name = below.getFileName().toString();
                if (!name.startsWith(".") && RegularFile.isFolder(below)) {
                    names.add(name);
                }
            }
        }
        if (names.isEmpty()) {
            throw missing("folders in " + root);
        }
        return LabelSet.union(names);
    }

    private static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    @Override
    void read(ClipCollector clips) throws IOException {
        Map<Part, Path> parts = folders(clips.root());
        Path folder = parts.get(clips.part());
        if (folder == null) {
            throw failure("no folder " + clips.root().resolve(clips.part().label()) + ": there are "
                    + parts.keySet().stream().map(Part::label).toList());
        }
        for (var clip : ClipList.of(folder, null).clips()) {
            int slash = clip.id().indexOf('/');
            if (slash < 0) {
                throw failure(clip.path() + " lies in no class's folder" + info().advice());
            }
            clips.file(
                    new Place(folder, 0),
                    clip.id(),
                    clip.path(),
                    List.of(clip.id().substring(0, slash)));
        }
    }
}
