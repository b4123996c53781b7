package org.unmute.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.unmute.data.provenance.Json;
import org.unmute.files.Sha256;

/** The files that a command wrote to a folder, for comparison with those of another run. */
final class FolderContent {
    /** Files that state time, duration or command; only their names are compared. */
    private static final Pattern RECORD = Pattern.compile(
            "(.+\\.)?run\\.json|(eval|eval-events|explain|verify|report)\\.json|.+\\.html|grid\\.json|complete\\.json");

    private static final Pattern LOCK = Pattern.compile(".+\\.lock|lock");
    private static final List<String> TIMES = List.of("seconds", "clipsPerSecond");

    private FolderContent() {}

    /** A digest of each file by path, without locks and times. */
    static TreeMap<String, String> of(Path folder) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        if (!Files.exists(folder)) {
            return all;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (!LOCK.matcher(name).matches()) {
                    all.put(folder.relativize(file).toString().replace('\\', '/'), digest(file, name));
                }
            }
        }
        return all;
    }

    private static String digest(Path file, String name) throws IOException {
        if (RECORD.matcher(name).matches()) {
            return "record";
        }
        if (ManifestContent.isOne(name)) {
            return ManifestContent.of(file);
        }
        if (name.endsWith(".json")) {
            return withoutTimes(Json.read(file)).toString();
        }
        if (name.endsWith(".jsonl")) {
            return Files.readString(file).replaceAll("\"(seconds|clipsPerSecond)\":[^,}]+", "");
        }
        return Sha256.of(file);
    }

    private static JsonNode withoutTimes(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(TIMES);
        }
        node.forEach(FolderContent::withoutTimes);
        return node;
    }

    /** Deletes a folder recursively. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.delete(file);
        }
    }
}
