package org.unmute.benchmark.grid;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.unmute.files.InputException;
import org.unmute.files.NearestName;

/** A table in a grid file. Every value is checked as it is read; an error names file, line, key and value. */
final class TomlTable {
    private final GridText text;
    private final String path;
    private final ObjectNode node;

    TomlTable(GridText text) {
        this(text, "", text.tree());
    }

    private TomlTable(GridText text, String path, ObjectNode node) {
        this.text = text;
        this.path = path;
        this.node = node;
    }

    /**
     * Checks the keys and returns this table.
     *
     * @throws InputException for an unknown key
     */
    TomlTable only(List<String> known) {
        node.fieldNames().forEachRemaining(key -> {
            if (!known.contains(key)) {
                throw text.problem(at(key), "unknown key" + NearestName.suggestion(key, known));
            }
        });
        return this;
    }

    String at(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** An error at a key. */
    InputException problem(String key, String what) {
        return text.problem(at(key), what);
    }

    /** An error in the table as a whole. */
    InputException problem(String what) {
        return text.problem(path, what);
    }

    boolean has(String key) {
        return node.has(key);
    }

    boolean isTable(String key) {
        return node.get(key) instanceof ObjectNode;
    }

    boolean isFlag(String key) {
        return has(key) && node.get(key).isBoolean();
    }

    private <T> Optional<T> get(String key, Function<JsonNode, T> read) {
        return has(key) ? Optional.of(read.apply(node.get(key))) : Optional.empty();
    }

    Optional<String> text(String key) {
        return get(key, n -> textOf(key, n));
    }

    private String textOf(String key, JsonNode n) {
        if (!n.isTextual() || n.textValue().isBlank()) {
            throw problem(key, "must be a text, is " + n);
        }
        return n.textValue();
    }

    String required(String key) {
        return text(key).orElseThrow(() -> problem("'" + key + "' is missing"));
    }

    /** A string that must be one of the given words. */
    Optional<String> choice(String key, List<String> words) {
        return text(key).map(t -> {
            if (!words.contains(t)) {
                throw problem(key, "'" + t + "' is not known" + NearestName.suggestion(t, words));
            }
            return t;
        });
    }

    Optional<Boolean> flag(String key) {
        return get(key, n -> {
            if (!n.isBoolean()) {
                throw problem(key, "must be true or false, is " + n);
            }
            return n.booleanValue();
        });
    }

    Optional<Long> whole(String key, long low, long high) {
        return get(key, n -> wholeOf(key, n, low, high));
    }

    private long wholeOf(String key, JsonNode n, long low, long high) {
        if (!n.isIntegralNumber() || !n.canConvertToLong() || n.longValue() < low || n.longValue() > high) {
            throw problem(
                    key,
                    "must be a whole number" + (low == Long.MIN_VALUE ? "" : " from " + low)
                            + (high >= Integer.MAX_VALUE ? "" : " to " + high) + ", is " + n);
        }
        return n.longValue();
    }

    /** A seed: any integer. */
    long seed(String key, long absent) {
        return whole(key, Long.MIN_VALUE, Long.MAX_VALUE).orElse(absent);
    }

    int whole(String key, int low, int high, int absent) {
        return whole(key, low, high).map(Long::intValue).orElse(absent);
    }

    /** A finite number. */
    Optional<Double> number(String key) {
        return get(key, n -> numberOf(key, n));
    }

    /** A number from {@code low} to {@code high}, inclusive. */
    double number(String key, double low, double high, double absent) {
        double value = number(key).orElse(absent);
        if (!(value >= low && value <= high)) {
            throw problem(
                    key,
                    "must be a number from " + low + (high == Double.MAX_VALUE ? "" : " to " + high) + ", is " + value);
        }
        return value;
    }

    private double numberOf(String key, JsonNode n) {
        double value = n.isNumber() ? n.doubleValue() : Double.NaN;
        if (!Double.isFinite(value)) {
            throw problem(key, "must be a finite number, is " + n);
        }
        return value;
    }

    /** A path, resolved against the folder of the grid file. */
    Optional<Path> file(String key) {
        return text(key).map(t -> path(key, t));
    }

    /** Paths, each as {@link #file}; a single string stands for a list of one. */
    List<Path> files(String key) {
        return texts(key).orElse(List.of()).stream().map(t -> path(key, t)).toList();
    }

    private Path path(String key, String t) {
        try {
            return text.file().toAbsolutePath().resolveSibling(t).normalize();
        } catch (InvalidPathException e) {
            throw problem(key, "is not a path: '" + t + "'");
        }
    }

    /** A list of distinct strings; a single string stands for a list of one. */
    Optional<List<String>> texts(String key) {
        return get(
                key,
                n -> different(
                        key,
                        n.isArray()
                                ? elements(key, n).stream()
                                        .map(e -> textOf(key, e))
                                        .toList()
                                : List.of(textOf(key, n))));
    }

    /** A non-empty list of some of these names; empty if the key is missing. */
    List<String> known(String key, List<String> names) {
        List<String> chosen = texts(key).orElse(List.of());
        if (has(key) && chosen.isEmpty()) {
            throw problem(key, "names none: leave it out for all");
        }
        for (String name : chosen) {
            if (!names.contains(name)) {
                throw problem(key, "'" + name + "' is not in the grid" + NearestName.suggestion(name, names));
            }
        }
        return chosen;
    }

    /** A list of distinct integers. */
    Optional<List<Long>> wholes(String key, long low, long high) {
        return get(
                key,
                n -> different(
                        key,
                        elements(key, n).stream()
                                .map(e -> wholeOf(key, e, low, high))
                                .toList()));
    }

    /** A list of numbers. */
    Optional<List<Double>> numbers(String key) {
        return get(
                key, n -> elements(key, n).stream().map(e -> numberOf(key, e)).toList());
    }

    private List<JsonNode> elements(String key, JsonNode n) {
        if (!n.isArray()) {
            throw problem(key, "must be a list, is " + n);
        }
        List<JsonNode> all = new ArrayList<>();
        n.forEach(all::add);
        return all;
    }

    private <T> List<T> different(String key, List<T> values) {
        Set<T> seen = new LinkedHashSet<>();
        for (T value : values) {
            if (!seen.add(value)) {
                throw problem(key, value + " is there twice");
            }
        }
        return values;
    }

    /** A table below a key. */
    Optional<TomlTable> table(String key) {
        return get(key, n -> tableOf(at(key), n));
    }

    private TomlTable tableOf(String where, JsonNode n) {
        if (!(n instanceof ObjectNode object)) {
            throw text.problem(where, "must be a table, is " + n);
        }
        return new TomlTable(text, where, object);
    }

    /** The tables below a key, by name in the order of the file. */
    Map<String, TomlTable> namedTables(String key) {
        Map<String, TomlTable> all = new LinkedHashMap<>();
        table(key)
                .ifPresent(t -> t.node.fieldNames()
                        .forEachRemaining(name -> all.put(name, tableOf(t.at(name), t.node.get(name)))));
        return all;
    }

    /**
     * The tables in a list; a string stands for a table with that name only.
     *
     * @throws InputException if the list is missing or empty
     */
    List<TomlTable> tables(String key) {
        JsonNode n = node.get(key);
        if (n == null || n.isArray() && n.isEmpty()) {
            throw problem(key, "is missing: at least one is needed");
        }
        List<TomlTable> all = new ArrayList<>();
        for (JsonNode e : elements(key, n)) {
            String where = at(key) + "[" + all.size() + "]";
            all.add(tableOf(where, e.isTextual() ? node.objectNode().put("name", e.textValue()) : e));
        }
        return all;
    }

    /** The scalar values by name, as strings, in the form of probe options. */
    Map<String, String> values() {
        Map<String, String> all = new TreeMap<>();
        node.properties().forEach(e -> {
            if (!e.getValue().isValueNode() || e.getValue().isNull()) {
                throw problem(e.getKey(), "must be a text, a number, true or false, is " + e.getValue());
            }
            all.put(e.getKey(), e.getValue().asText());
        });
        return all;
    }

    /** The keys, in the order of the file. */
    List<String> keys() {
        List<String> all = new ArrayList<>();
        node.fieldNames().forEachRemaining(all::add);
        return all;
    }
}
