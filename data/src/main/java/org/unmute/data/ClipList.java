package org.unmute.data;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.unmute.audio.AudioFormats;
import org.unmute.audio.UnsupportedAudioException;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.probes.cache.AudioClip;

/**
 * Recordings in a fixed order, with ids relative to a root. Files named in a list are not opened here; a missing file
 * is reported when its audio is read.
 *
 * @param root the folder that ids are relative to
 * @param clips no two with the same id
 * @param others the other files of the folder, if a folder was searched
 */
public record ClipList(Path root, List<AudioClip> clips, OtherFiles others) {
    /** Audio file extensions, in lower case, without the dot. */
    public static final Set<String> AUDIO_EXTENSIONS = Set.of(
            "wav", "wave", "rf64", "bw64", "w64", "flac", "ogg", "oga", "mp3", "aif", "aifc", "aiff", "au", "snd");

    private static final Set<String> TABLES = Set.of("csv", "tsv", "parquet");

    public ClipList {
        clips = List.copyOf(clips);
    }

    /** Recordings that were listed individually. */
    public ClipList(Path root, List<AudioClip> clips) {
        this(root, clips, OtherFiles.NONE);
    }

    /**
     * Lists recordings.
     *
     * <ul>
     *   <li>A folder: all audio files in it and its subfolders, sorted by id. Symbolic links are followed, even out of
     *   the folder, but not to a folder that contains the link; names with a leading dot are skipped.
     *   <li>An audio file: the file itself; its folder is the root.
     *   <li>A {@code .csv}, {@code .tsv} or {@code .parquet}: the files in the column file, filename, path or fname, in
     *   row order, limited to the seconds in the columns {@code start} and {@code end} if they exist.
     *   <li>Any other file: one path per line, in order; empty lines and lines that begin with '#' are skipped.
     * </ul>
     *
     * @param source folder, audio file or list
     * @param root the folder that paths in a list are relative to and must not leave; null for the list's own folder
     * @throws MalformedTableException if a list is malformed
     * @throws UnsupportedAudioException if {@code source} has the extension of a sound format that is not read
     * @throws InputException if {@code source} has no audio
     * @throws IOException if {@code source} does not exist or cannot be listed
     */
    public static ClipList of(Path source, Path root) throws IOException {
        if (RegularFile.isFolder(source)) {
            return folder(source);
        }
        if (!RegularFile.exists(source)) {
            throw new NoSuchFileException(
                    source.toString(), null, "neither a folder, nor an audio file, nor a list of files");
        }
        Path base = root != null ? root : source.toAbsolutePath().getParent();
        String extension = extension(source);
        if (isAudio(source)) {
            return new ClipList(
                    source.toAbsolutePath().getParent(),
                    List.of(new AudioClip(source.getFileName().toString(), source)));
        }
        String unread = AudioFormats.unread().get(extension);
        if (unread != null) {
            throw new UnsupportedAudioException(source.toString(), unread);
        }
        Listed listed = new Listed(source, base);
        if (TABLES.contains(extension)) {
            listed.readTable();
        } else {
            listed.readLines();
        }
        if (listed.clips.isEmpty()) {
            throw new Place(source, 0).wrong("the list names no files");
        }
        return new ClipList(base, listed.clips);
    }

    private static ClipList folder(Path folder) throws IOException {
        ClipList list = searched(folder);
        if (list.clips.isEmpty()) {
            OtherFiles others = list.others;
            throw new InputException(
                    "no audio in " + folder + ": looked for " + String.join(", ", new TreeSet<>(AUDIO_EXTENSIONS))
                            + (others.hidden() > 0
                                    ? "; " + others.hidden() + (others.hidden() == 1 ? " sound file" : " sound files")
                                            + " whose name or folder begins with a dot left out"
                                    : "")
                            + others.lines().stream().map(l -> "; " + l).collect(Collectors.joining()));
        }
        return list;
    }

    /** The audio files in a folder and its subfolders, sorted by id, without files whose name begins with a dot. */
    public static List<AudioClip> recordings(Path folder) throws IOException {
        return searched(folder).clips;
    }

    private static ClipList searched(Path folder) throws IOException {
        OtherFiles.Counter others = new OtherFiles.Counter();
        List<AudioClip> clips = new ArrayList<>();
        FolderWalk.Links links = FolderWalk.visit(folder, (file, below, regular) -> {
            boolean hidden = isHidden(below);
            if (!hidden && isAudio(file) && regular) {
                clips.add(new AudioClip(ClipId.of(below.toString()), file));
                return true;
            }
            others.add(file, extension(file), hidden, isAudio(file));
            return false;
        });
        clips.sort(Comparator.comparing(AudioClip::id));
        return new ClipList(folder, clips, others.counted(links));
    }

    /** Whether a file has the extension of an audio file. */
    public static boolean isAudio(Path file) {
        return AUDIO_EXTENSIONS.contains(extension(file));
    }

    private static boolean isHidden(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private static String extension(Path file) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    /** Collects the clips of a list. */
    private static final class Listed {
        private final Path list;
        private final Path root;
        private final List<AudioClip> clips = new ArrayList<>();
        private final Map<String, Long> lineOfClip = new HashMap<>();

        Listed(Path list, Path root) {
            this.list = list;
            this.root = root;
        }

        void readTable() throws IOException {
            try (TextTable table = TextTable.open(list)) {
                int known = Manifest.fileColumn(table, null);
                int column = known >= 0 ? known : table.oneOf(Manifest.FILE_COLUMNS);
                int start = table.find("start");
                int end = table.find("end");
                boolean parts = start >= 0 && end >= 0;
                table.forEach(row -> add(
                        row.place(),
                        row.fields().get(column),
                        parts ? row.number(start) : "",
                        parts ? row.number(end) : ""));
            }
        }

        void readLines() throws IOException {
            try (LineReader lines = LineReader.open(list)) {
                for (String line = lines.next(); line != null; line = lines.next()) {
                    add(lines.place(), line.strip(), "", "");
                }
            }
        }

        private void add(Place place, String text, String start, String end) throws IOException {
            String name = ClipId.asNamed(text, root);
            String id = place.checked(() -> ClipId.part(ClipId.of(belowRoot(name)), start, end));
            place.requireNew("clip", id, lineOfClip);
            clips.add(ClipId.clip(id, root));
        }

        /** Makes an absolute path below the root relative; leaves a relative path unchanged. */
        private String belowRoot(String text) {
            Path path = Path.of(text);
            if (!path.isAbsolute()) {
                return text;
            }
            Path absoluteRoot = root.toAbsolutePath().normalize();
            Path normal = path.normalize();
            if (!normal.startsWith(absoluteRoot)) {
                throw new IllegalArgumentException(
                        "path " + MalformedTableException.quote(text) + " is not below the root " + absoluteRoot);
            }
            return absoluteRoot.relativize(normal).toString();
        }
    }
}
