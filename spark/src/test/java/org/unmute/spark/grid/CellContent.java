package org.unmute.spark.grid;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.unmute.data.provenance.Json;
import org.unmute.files.Sha256;

/** What two runs of a cell have in common: everything but measured times, places and records of processes. */
public final class CellContent {
    private CellContent() {}

    /** The content of a cell's files by relative path. */
    public static TreeMap<String, String> of(Path cell) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(cell)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = cell.relativize(file).toString();
                if (!name.endsWith("run.json") && !name.startsWith("work")) {
                    all.put(name, content(file));
                }
            }
        }
        return all;
    }

    private static String content(Path file) throws IOException {
        if (!file.toString().matches(".*\\.jsonl?")) {
            return Sha256.of(file);
        }
        StringBuilder text = new StringBuilder();
        for (String line : file.toString().endsWith("l") ? Files.readAllLines(file) : List.of(Files.readString(file))) {
            text.append(withoutTimes(Json.MAPPER.readTree(line))).append('\n');
        }
        return text.toString();
    }

    private static JsonNode withoutTimes(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(List.of("seconds", "clipsPerSecond", "cache", "file"));
        }
        node.forEach(CellContent::withoutTimes);
        return node;
    }
}
