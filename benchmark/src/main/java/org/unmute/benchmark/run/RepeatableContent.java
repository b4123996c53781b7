package org.unmute.benchmark.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.unmute.benchmark.protocol.CellRun;
import org.unmute.data.json.JsonFields;
import org.unmute.data.json.JsonLines;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.RunRecord;
import org.unmute.files.Sha256;
import org.unmute.files.TemporaryFile;

/**
 * The content that two runs of the same cell share: everything but measured times, locations of files, and the records
 * of the processes. Text and probes must agree in every byte.
 */
public final class RepeatableContent {
    /** Names of fields with measured times, in any object. */
    private static final List<String> TIMES = List.of("seconds", "clipsPerSecond");
    /** Names of fields with the locations of a process's files. */
    private static final List<String> PLACES = List.of("cache", "file");

    private static final int MAX_DEPTH = 16;

    private RepeatableContent() {}

    /**
     * The files of a cell's folder with their repeatable content, by relative path with {@code /} as separator.
     * Excludes {@code run.json} and the state of trainings in progress.
     *
     * @throws org.unmute.files.InputException naming a file that is damaged
     */
    public static TreeMap<String, String> of(Path cell) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        for (Path file : files(cell)) {
            String name = cell.relativize(file).toString().replace('\\', '/');
            if (!file.endsWith(RunRecord.FILE) && !name.startsWith(CellRun.WORK + "/")) {
                all.put(name, file(file));
            }
        }
        return all;
    }

    /** All files below a folder, sorted by name, except temporary ones. */
    static List<Path> files(Path folder) throws IOException {
        // Uses the attributes that the walk has read. Reading them again would silently skip unreadable files.
        try (Stream<Path> all = Files.find(folder, MAX_DEPTH, (f, a) -> a.isRegularFile() && !TemporaryFile.isOne(f))) {
            return all.sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * Whether the path is a folder and not a link to one.
     *
     * @throws IOException if that cannot be determined
     */
    static boolean isFolder(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isDirectory();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static String file(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (name.endsWith(".json")) {
            return withoutTimes(Json.read(file)).toString();
        }
        return name.endsWith(".jsonl") ? String.join("\n", lines(file)) : Sha256.of(file);
    }

    /** The lines of a journal; none if there is no such file. */
    static List<String> lines(Path journal) throws IOException {
        return JsonLines.read(journal).stream()
                .map(JsonFields::document)
                .map(line -> withoutTimes(line).toString())
                .toList();
    }

    private static JsonNode withoutTimes(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(TIMES);
            object.remove(PLACES);
        }
        node.forEach(RepeatableContent::withoutTimes);
        return node;
    }
}
