package org.unmute.benchmark.grid;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.files.FileFailure;
import org.unmute.files.InputException;

/**
 * The content of a grid file, with the line number of each key.
 *
 * @param file the file it was read from
 * @param tree parsed content
 * @param lines line number, from 1, by path: {@code protocol.epochs}, {@code datasets[0].root}
 */
record GridText(Path file, ObjectNode tree, Map<String, Integer> lines) {
    private static final long MAX_BYTES = 1 << 20;
    private static final int MESSAGE_CHARS = 1000;
    private static final TomlMapper TOML = TomlMapper.builder().build();
    private static final Pattern TABLE = Pattern.compile("\\s*(\\[\\[?)([\\w.\"' -]+)]]?\\s*(#.*)?");
    private static final Pattern KEY = Pattern.compile("\\s*([\\w.\"' -]+)=.*");

    /**
     * Reads a TOML file.
     *
     * @throws IllegalArgumentException if its name does not end in {@code .toml}
     * @throws InputException if it is missing, too large, or malformed
     */
    static GridText read(Path file) throws IOException {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".toml")) {
            throw new IllegalArgumentException("grid: " + file + " is not a .toml file: write the grid in TOML");
        }
        if (!Files.isRegularFile(file)) {
            throw new InputException("grid: no such file: " + file);
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new InputException(
                    "grid: " + file + " has " + Files.size(file) + " bytes, a grid has at most " + MAX_BYTES);
        }
        try {
            String text = FileFailure.naming(file, () -> Files.readString(file));
            return new GridText(file, (ObjectNode) TOML.readTree(text), lines(text));
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation(); // the position where the parser stopped, which may be after the error
            throw new InputException(
                    "grid: " + file + (at == null ? "" : ":" + at.getLineNr()) + ": "
                            + shown(e.getOriginalMessage().lines().findFirst().orElse("malformed"))
                            + " (here or in a line before)",
                    e);
        } catch (CharacterCodingException e) {
            throw new InputException("grid: " + file + " is not UTF-8 text", e);
        }
    }

    /**
     * Finds the lines of tables and keys, which Jackson's tree does not keep. A key that does not begin its line has
     * the line of the table around it.
     */
    private static Map<String, Integer> lines(String text) {
        Map<String, Integer> lines = new HashMap<>();
        Map<String, Integer> tables = new HashMap<>();
        String table = "";
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            Matcher header = TABLE.matcher(line);
            Matcher key = KEY.matcher(line);
            boolean isHeader = header.matches();
            if (!isHeader && !key.matches()) {
                continue;
            }
            String path = isHeader ? "" : table;
            String name = (isHeader ? header.group(2) : key.group(1)).replaceAll("[\"' ]", "");
            String[] parts = name.split("\\.");
            for (int i = 0; i < parts.length; i++) {
                path += path.isEmpty() ? parts[i] : "." + parts[i];
                lines.putIfAbsent(path, number);
                if (isHeader && header.group(1).equals("[[") && i == parts.length - 1) {
                    tables.merge(path, 1, Integer::sum);
                }
                if (isHeader && tables.containsKey(path)) {
                    path += "[" + (tables.get(path) - 1) + "]";
                    lines.putIfAbsent(path, number);
                }
            }
            table = isHeader ? path : table;
        }
        return lines;
    }

    /** The same file without content. */
    GridText empty() {
        return new GridText(file, tree.objectNode(), lines);
    }

    /** An error at a path, with file, line, path and problem. */
    InputException problem(String path, String what) {
        return new InputException(
                "grid: " + file + line(path) + (path.isEmpty() ? "" : ": " + shown(path)) + ": " + shown(what));
    }

    /** Shortens a key or value for messages, since it may be as long as the file. */
    private static String shown(String text) {
        return text.length() <= MESSAGE_CHARS ? text : text.substring(0, MESSAGE_CHARS) + "…";
    }

    /** {@code :12} for the nearest enclosing path whose line is known; otherwise empty. */
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
