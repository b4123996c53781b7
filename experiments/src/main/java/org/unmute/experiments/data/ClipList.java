package org.unmute.experiments.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
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
import java.util.stream.Stream;
import org.unmute.probes.cache.AudioClip;

/**
 * Recordings in a fixed order, with ids relative to a root. Files named by a list are not opened here; missing ones are
 * reported when the audio is read.
 *
 * @param root the folder that ids are relative to
 * @param clips no two with the same id
 */
public record ClipList(Path root, List<AudioClip> clips) {
    /** Audio file extensions, in lower case, without the dot. */
    public static final Set<String> AUDIO_EXTENSIONS =
            Set.of("wav", "wave", "flac", "ogg", "oga", "mp3", "aif", "aiff", "au");

    private static final List<String> FILE_COLUMNS = List.of("file", "filename", "path", "fname");

    public ClipList {
        clips = List.copyOf(clips);
    }

    /**
     * Lists recordings.
     *
     * <ul>
     *   <li>A folder: all audio files in it and below, sorted by id. Links are followed; names with a leading dot are
     *       skipped.
     *   <li>An audio file: itself; its folder is the root.
     *   <li>A {@code .csv} or {@code .tsv}: the column file, filename, path or fname, in the order of the rows, with
     *       the seconds in the columns {@code start} and {@code end}, if there are any.
     *   <li>Any other file: one path per line, in their order; empty lines and lines that begin with '#' are skipped.
     * </ul>
     *
     * @param source folder, audio file or list
     * @param root the folder that paths in a list are relative to and must not leave; null for the list's own folder
     * @throws MalformedTableException if a list is malformed
     * @throws IOException if {@code source} does not exist or has no audio
     */
    public static ClipList of(Path source, Path root) throws IOException {
        if (Files.isDirectory(source)) {
            return folder(source);
        }
        if (!Files.exists(source)) {
            throw new NoSuchFileException(
                    source.toString(), null, "neither a folder, nor an audio file, nor a list of files");
        }
        Path base = root != null ? root : source.toAbsolutePath().getParent();
        String extension = extension(source);
        if (AUDIO_EXTENSIONS.contains(extension)) {
            return new ClipList(
                    source.toAbsolutePath().getParent(),
                    List.of(new AudioClip(source.getFileName().toString(), source)));
        }
        Listed listed = new Listed(source, base);
        if (extension.equals("csv") || extension.equals("tsv")) {
            listed.readTable();
        } else {
            listed.readLines();
        }
        if (listed.clips.isEmpty()) {
            throw new MalformedTableException(source, 0, "the list names no files");
        }
        return new ClipList(base, listed.clips);
    }

    private static ClipList folder(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            List<AudioClip> clips = files.filter(f -> AUDIO_EXTENSIONS.contains(extension(f))
                            && !isHidden(folder.relativize(f))
                            && Files.isRegularFile(f))
                    .map(f -> new AudioClip(ClipId.of(folder.relativize(f).toString()), f))
                    .sorted(Comparator.comparing(AudioClip::id))
                    .toList();
            if (clips.isEmpty()) {
                throw new IOException(
                        "no audio in " + folder + ": looked for " + String.join(", ", new TreeSet<>(AUDIO_EXTENSIONS)));
            }
            return new ClipList(folder, clips);
        } catch (UncheckedIOException e) {
            throw new IOException("cannot search " + folder + ": " + e.getCause(), e.getCause());
        }
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
            try (CsvTable table = CsvTable.open(list)) {
                int column = table.column(null, FILE_COLUMNS, "one of the names file, filename, path, fname");
                if (column < 0) {
                    throw new MalformedTableException(
                            list, 1, "no column " + String.join(", ", FILE_COLUMNS) + " among " + table.columns());
                }
                int start = table.find("start");
                int end = table.find("end");
                for (List<String> row = table.next(); row != null; row = table.next()) {
                    boolean parts = start >= 0 && end >= 0;
                    add(row.get(column).strip(), parts ? row.get(start) : "", parts ? row.get(end) : "", table.line());
                }
            }
        }

        void readLines() throws IOException {
            try (LineReader lines = LineReader.open(list)) {
                for (String line = lines.next(); line != null; line = lines.next()) {
                    add(line.strip(), "", "", lines.line());
                }
            }
        }

        private void add(String text, String start, String end, long line) throws MalformedTableException {
            String file;
            String id;
            try {
                file = ClipId.of(belowRoot(text));
                id = ClipId.part(file, start, end);
            } catch (IllegalArgumentException e) {
                throw new MalformedTableException(list, line, e.getMessage());
            }
            Long before = lineOfClip.putIfAbsent(id, line);
            if (before != null) {
                throw new MalformedTableException(
                        list, line, "clip " + MalformedTableException.quote(id) + " is already in line " + before);
            }
            clips.add(ClipId.part(id)
                    .map(p -> new AudioClip(id, root.resolve(file), p.start(), p.end()))
                    .orElseGet(() -> new AudioClip(id, root.resolve(file))));
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
