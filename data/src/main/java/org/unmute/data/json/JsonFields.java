package org.unmute.data.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
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
import org.unmute.files.FileFailure;
import org.unmute.files.InputException;

/**
 * The fields of a JSON object in a file. A missing field or one of the wrong type is an error that names the file, line
 * and field. Parsing is strict: duplicate keys, malformed UTF-8, nesting beyond 64 levels, text after the object and
 * files beyond 16 MiB are errors.
 */
public final class JsonFields {
    private static final int MAX_BYTES = 16 << 20;
    private static final int MAX_DEPTH = 64;
    /** Maximum length of a value in a message: a value may be as long as the file. */
    private static final int SHOWN_CHARS = 200;

    private static final int MESSAGE_CHARS = 1000;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final String where;
    private final String hint;
    private final JsonNode node;

    private JsonFields(String where, String hint, JsonNode node) {
        this.where = where;
        this.hint = hint;
        this.node = node;
    }

    /**
     * Reads a file that holds one object; a byte order mark is skipped.
     *
     * @throws InputException if the file is too large or contains anything else
     * @throws IOException if the file cannot be read
     */
    public static JsonFields read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > MAX_BYTES) {
            throw new InputException(file + ": the file has " + size + " bytes; at most " + MAX_BYTES + " are read");
        }
        try {
            String text = FileFailure.naming(file, () -> Files.readString(file));
            return parse(file, 0, text.startsWith("\uFEFF") ? text.substring(1) : text, "");
        } catch (CharacterCodingException e) {
            throw new InputException(file + ": a byte sequence that is not UTF-8: save the file as UTF-8", e);
        }
    }

    /**
     * Parses one object.
     *
     * @param file the file, for messages
     * @param line the line number of the text, from 1; 0 if the text is the whole file
     * @param hint advice that ends the message about a wrong field; may be empty
     * @throws InputException if the text is anything else
     */
    public static JsonFields parse(Path file, long line, String text, String hint) {
        String where = line == 0 ? file.toString() : file + ":" + line;
        try {
            JsonNode node = MAPPER.readTree(text);
            if (!node.isObject()) {
                throw new InputException(where + ": a JSON object is expected");
            }
            return new JsonFields(where, hint, node);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String place = line > 0 || at == null ? where : file + ":" + at.getLineNr();
            throw new InputException(
                    place + ": broken JSON: "
                            + shown(e.getOriginalMessage().lines().findFirst().orElse("malformed"), MESSAGE_CHARS),
                    e);
        }
    }

    /** A copy of the whole object. */
    public JsonNode document() {
        return node.deepCopy();
    }

    /** Whether a field of this name exists and is not null. */
    public boolean has(String name) {
        return node.hasNonNull(name);
    }

    /** A string that is not blank. */
    public String text(String name) {
        JsonNode value = node.path(name);
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw wrong(name, "a text", value);
        }
        return value.textValue();
    }

    /** A string, or {@code absent} if the field is missing or null. */
    public String text(String name, String absent) {
        return has(name) ? text(name) : absent;
    }

    /** True or false. */
    public boolean flag(String name) {
        JsonNode value = node.path(name);
        if (!value.isBoolean()) {
            throw wrong(name, "true or false", value);
        }
        return value.booleanValue();
    }

    /** A finite number; NaN for null. */
    public double number(String name) {
        JsonNode value = node.path(name);
        if (value.isNull()) {
            return Double.NaN;
        }
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw wrong(name, "a number or null", value);
        }
        return value.doubleValue();
    }

    /** A number in [0, 1]; NaN for null. */
    public double fraction(String name) {
        double value = number(name);
        if (value < 0 || value > 1) {
            throw wrong(name, "a number from 0 to 1", node.path(name));
        }
        return value;
    }

    /** An integer that fits a {@code long}. */
    public long whole(String name) {
        JsonNode value = node.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(name, "a whole number", value);
        }
        return value.longValue();
    }

    /** A non-negative integer. */
    public long count(String name) {
        long value = whole(name);
        if (value < 0) {
            throw wrong(name, "0 or more", node.path(name));
        }
        return value;
    }

    /** A non-negative integer that fits an {@code int}. */
    public int intCount(String name) {
        long value = count(name);
        if (value > Integer.MAX_VALUE) {
            throw wrong(name, "a smaller whole number", node.path(name));
        }
        return (int) value;
    }

    /** An object. */
    public JsonFields object(String name) {
        JsonNode value = node.path(name);
        if (!value.isObject()) {
            throw wrong(name, "an object", value);
        }
        return new JsonFields(where + " " + name, hint, value);
    }

    /** A list of objects. */
    public List<JsonFields> objects(String name) {
        List<JsonFields> all = new ArrayList<>();
        for (JsonNode entry : array(name)) {
            String place = where + " " + name + "[" + all.size() + "]";
            if (!entry.isObject()) {
                throw new InputException(
                        place + ": an object is expected: " + shown(entry.toString(), SHOWN_CHARS) + hint);
            }
            all.add(new JsonFields(place, hint, entry));
        }
        return all;
    }

    /** A list of anything. */
    public JsonNode array(String name) {
        JsonNode value = node.path(name);
        if (!value.isArray()) {
            throw wrong(name, "a list", value);
        }
        return value;
    }

    /** The fields of an object as text, sorted by name; empty if it is missing or null. */
    public SortedMap<String, String> scalars(String name) {
        SortedMap<String, String> all = new TreeMap<>();
        if (has(name)) {
            for (Map.Entry<String, JsonNode> field : object(name).node.properties()) {
                JsonNode value = field.getValue();
                all.put(field.getKey(), value.isValueNode() ? value.asText() : value.toString());
            }
        }
        return all;
    }

    /** The exception for a wrong field. */
    public InputException wrong(String name, String expected, JsonNode value) {
        String found = value.isMissingNode() ? "is missing" : "is " + shown(value.toString(), SHOWN_CHARS);
        return wrong("field '" + name + "' " + found + ": " + expected + " is expected");
    }

    /** The exception for a wrong object: its position, the error and the hint. */
    public InputException wrong(String what) {
        return new InputException(where + ": " + shown(what, MESSAGE_CHARS) + hint);
    }

    private static String shown(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max) + "…";
    }
}
