package org.unmute.experiments.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.unmute.experiments.InputException;

/**
 * The fields of a JSON object in a file; what is missing or of another kind is refused with the file's and the field's
 * name.
 */
final class JsonFields {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final String where;
    private final JsonNode node;

    private JsonFields(String where, JsonNode node) {
        this.where = where;
        this.node = node;
    }

    /**
     * Reads a file that holds one JSON object.
     *
     * @throws InputException if it is missing or holds anything else
     */
    static JsonFields read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Reads a file of one JSON object a line. */
    static List<JsonFields> readLines(Path file) {
        List<JsonFields> all = new ArrayList<>();
        try {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                if (!line.isBlank()) {
                    all.add(parse(file + " line " + number, line));
                }
            }
            return all;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static InputException unreadable(Path file, IOException e) {
        if (!Files.exists(file)) {
            return new InputException(
                    file + ": is missing: the run is incomplete or this is no folder of 'unmute benchmark'", e);
        }
        return new InputException(
                file + ": cannot be read: " + (e instanceof CharacterCodingException ? "not UTF-8" : e.getMessage()),
                e);
    }

    private static JsonFields parse(String where, String text) {
        JsonNode node;
        try {
            node = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new InputException(where + ": damaged, no JSON: " + e.getOriginalMessage(), e);
        }
        if (node == null || !node.isObject()) {
            throw new InputException(where + ": damaged: an object is expected");
        }
        return new JsonFields(where, node);
    }

    boolean has(String name) {
        return node.hasNonNull(name);
    }

    String text(String name) {
        JsonNode value = node.path(name);
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw wrong(name, "a text", value);
        }
        return value.textValue();
    }

    String text(String name, String absent) {
        return has(name) ? text(name) : absent;
    }

    boolean flag(String name) {
        JsonNode value = node.path(name);
        if (!value.isBoolean()) {
            throw wrong(name, "true or false", value);
        }
        return value.booleanValue();
    }

    /** A finite number; null is NaN, "undefined" in all files of a run. */
    double number(String name) {
        JsonNode value = node.path(name);
        if (value.isNull()) {
            return Double.NaN;
        }
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw wrong(name, "a number or null", value);
        }
        return value.doubleValue();
    }

    /** A number or NaN in [0, 1]. */
    double fraction(String name) {
        double value = number(name);
        if (value < 0 || value > 1) {
            throw wrong(name, "a number from 0 to 1", node.path(name));
        }
        return value;
    }

    long count(String name) {
        JsonNode value = node.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw wrong(name, "a whole number, 0 or more", value);
        }
        return value.longValue();
    }

    int number32(String name) {
        long value = count(name);
        if (value > Integer.MAX_VALUE) {
            throw wrong(name, "a smaller whole number", node.path(name));
        }
        return (int) value;
    }

    JsonFields object(String name) {
        JsonNode value = node.path(name);
        if (!value.isObject()) {
            throw wrong(name, "an object", value);
        }
        return new JsonFields(where + " " + name, value);
    }

    List<JsonFields> objects(String name) {
        List<JsonFields> all = new ArrayList<>();
        for (JsonNode entry : array(name)) {
            String place = where + " " + name + "[" + all.size() + "]";
            if (!entry.isObject()) {
                throw new InputException(place + ": an object is expected: " + entry);
            }
            all.add(new JsonFields(place, entry));
        }
        return all;
    }

    /** The entries of an array, of any kind. */
    JsonNode array(String name) {
        JsonNode value = node.path(name);
        if (!value.isArray()) {
            throw wrong(name, "a list", value);
        }
        return value;
    }

    /** All scalar fields of this object as text, sorted by name; the missing object of a name has none. */
    SortedMap<String, String> scalars(String name) {
        SortedMap<String, String> all = new TreeMap<>();
        if (has(name)) {
            for (Map.Entry<String, JsonNode> field : object(name).node.properties()) {
                all.put(
                        field.getKey(),
                        field.getValue().isValueNode()
                                ? field.getValue().asText()
                                : field.getValue().toString());
            }
        }
        return all;
    }

    InputException wrong(String name, String expected, Object value) {
        boolean absent = value instanceof JsonNode n && n.isMissingNode();
        return new InputException(where + ": field '" + name + "' " + (absent ? "is missing" : "is " + value) + ": "
                + expected + " is expected");
    }

    InputException wrong(String what) {
        return new InputException(where + ": " + what);
    }
}
