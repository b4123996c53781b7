package org.unmute.experiments.grid;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.unmute.experiments.InputException;

/**
 * A grid file as a tree, with the line of each key.
 *
 * @param file it came from
 * @param tree its content
 * @param lines line, from 1, by path: {@code protocol.epochs}, {@code datasets[0].root}
 */
record GridText(Path file, ObjectNode tree, Map<String, Integer> lines) {
    private static final long MOST_BYTES = 1 << 20;
    private static final TomlMapper TOML = TomlMapper.builder().build();
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * Reads a file; its name's end says whether it is TOML or YAML.
     *
     * @throws IllegalArgumentException if its name ends in neither
     * @throws InputException if it is not there or not well formed
     */
    static GridText read(Path file) throws IOException {
        String name =
                file.getFileName() == null ? "" : file.getFileName().toString().toLowerCase(Locale.ROOT);
        boolean toml = name.endsWith(".toml");
        if (!toml && !name.endsWith(".yaml") && !name.endsWith(".yml")) {
            throw new IllegalArgumentException(
                    "grid: " + file + " is neither .toml nor .yaml: name the file by what it holds");
        }
        if (!Files.isRegularFile(file)) {
            throw new InputException("grid: no such file: " + file);
        }
        if (Files.size(file) > MOST_BYTES) {
            throw new InputException(
                    "grid: " + file + " has " + Files.size(file) + " bytes, a grid has at most " + MOST_BYTES);
        }
        try {
            String text = Files.readString(file);
            JsonNode tree = toml ? TOML.readTree(text) : YAML.readTree(text);
            if (!(tree instanceof ObjectNode table)) {
                throw new InputException("grid: " + file + " holds no table with encoders, datasets and probes");
            }
            return new GridText(file, table, toml ? new TomlLines(text).byPath() : YamlLines.byPath(YAML, text));
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new InputException(
                    "grid: " + file + (at == null ? "" : ":" + at.getLineNr()) + ": "
                            + e.getOriginalMessage().lines().findFirst().orElse("not well formed")
                            + (toml ? " (here or in a line before)" : ""),
                    e); // that parser tells where it stands, past the error
        } catch (CharacterCodingException e) {
            throw new InputException("grid: " + file + " is not UTF-8 text", e);
        }
    }

    /** The same file without content. */
    GridText empty() {
        return new GridText(file, tree.objectNode(), lines);
    }

    /** An error at a path: file, line, path and what is wrong there. */
    InputException problem(String path, String what) {
        return new InputException("grid: " + file + line(path) + (path.isEmpty() ? "" : ": " + path) + ": " + what);
    }

    /** {@code :12} for the nearest enclosing path whose line is known, or nothing. */
    private String line(String path) {
        String at = path;
        while (!at.isEmpty()) {
            Integer line = lines.get(at);
            if (line != null) {
                return ":" + line;
            }
            at = at.substring(0, Math.max(0, Math.max(at.lastIndexOf('.'), at.lastIndexOf('['))));
        }
        return "";
    }
}
