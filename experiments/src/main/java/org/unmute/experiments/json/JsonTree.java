package org.unmute.experiments.json;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.experiments.data.MalformedTableException;

/**
 * A small JSON file, or one line of a file of JSON lines, as a tree of maps, lists, texts, doubles, booleans and null.
 * Strict: keys that occur twice, malformed UTF-8, nesting beyond 64 levels, text after the end and files beyond 16 MiB
 * are refused with file and line.
 */
public final class JsonTree {
    private static final int LARGEST_BYTES = 16 << 20;
    private static final int DEEPEST = 64;

    private final Path file;
    private final long firstLine;
    private final String json;
    private int at;
    private int depth;

    private JsonTree(Path file, long firstLine, String json) {
        this.file = file;
        this.firstLine = firstLine;
        this.json = json;
    }

    /**
     * Reads a file.
     *
     * @throws MalformedTableException if it is no JSON, or too large
     * @throws IOException if it cannot be read
     */
    public static Object read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > LARGEST_BYTES) {
            throw new MalformedTableException(
                    file, 0, "the file has " + size + " bytes; at most " + LARGEST_BYTES + " are read");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedTableException(file, 0, "a byte sequence that is not UTF-8: save the file as UTF-8");
        }
        return parse(file, 1, text.startsWith("\uFEFF") ? text.substring(1) : text);
    }

    /**
     * Reads text that is part of a file.
     *
     * @param file for messages
     * @param line the line that the text begins in, from 1
     * @throws MalformedTableException if it is no JSON
     */
    public static Object parse(Path file, long line, String text) throws MalformedTableException {
        JsonTree tree = new JsonTree(file, line, text);
        Object value = tree.value();
        tree.space();
        if (tree.at < tree.json.length()) {
            throw tree.wrong("text after the end");
        }
        return value;
    }

    private Object value() throws MalformedTableException {
        space();
        char c = peek();
        return switch (c) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", Boolean.TRUE);
            case 'f' -> word("false", Boolean.FALSE);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> object() throws MalformedTableException {
        enter();
        Map<String, Object> all = new LinkedHashMap<>();
        if (!closes('}')) {
            do {
                space();
                if (peek() != '"') {
                    throw wrong("a key in quotes is expected");
                }
                String key = string();
                expect(':');
                Object value = value();
                if (all.containsKey(key)) {
                    throw wrong("the key " + MalformedTableException.quote(key) + " occurs twice");
                }
                all.put(key, value);
            } while (continues('}'));
        }
        depth--;
        return all;
    }

    private List<Object> array() throws MalformedTableException {
        enter();
        List<Object> all = new ArrayList<>();
        if (!closes(']')) {
            do {
                all.add(value());
            } while (continues(']'));
        }
        depth--;
        return all;
    }

    private void enter() throws MalformedTableException {
        if (++depth > DEEPEST) {
            throw wrong("nested deeper than " + DEEPEST + " levels");
        }
        at++;
    }

    private String string() throws MalformedTableException {
        StringBuilder text = new StringBuilder();
        at++;
        while (true) {
            char c = peek();
            at++;
            if (c == '"') {
                return text.toString();
            }
            if (c < 0x20) {
                throw wrong("a control character in a text: write it as \\u00" + String.format("%02x", (int) c));
            }
            text.append(c == '\\' ? escape() : c);
        }
    }

    private char escape() throws MalformedTableException {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int unit = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = Character.digit(peek(), 16);
                    if (digit < 0) {
                        throw wrong("a \\u escape needs four hexadecimal digits");
                    }
                    unit = unit << 4 | digit;
                    at++;
                }
                yield (char) unit;
            }
            default -> throw wrong("unknown escape " + MalformedTableException.quote("\\" + c));
        };
    }

    private Object number() throws MalformedTableException {
        int from = at;
        while (at < json.length() && "+-.0123456789eE".indexOf(json.charAt(at)) >= 0) {
            at++;
        }
        String text = json.substring(from, at);
        if (!text.matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?")) {
            at = from;
            throw wrong("a value is expected, found "
                    + MalformedTableException.quote(text.isEmpty() ? String.valueOf(peek()) : text));
        }
        return Double.parseDouble(text);
    }

    private Object word(String word, Object value) throws MalformedTableException {
        if (!json.startsWith(word, at)) {
            throw wrong(word + " is expected");
        }
        at += word.length();
        return value;
    }

    private boolean closes(char bracket) throws MalformedTableException {
        space();
        if (peek() != bracket) {
            return false;
        }
        at++;
        return true;
    }

    private boolean continues(char bracket) throws MalformedTableException {
        if (closes(bracket)) {
            return false;
        }
        expect(',');
        return true;
    }

    private void expect(char c) throws MalformedTableException {
        space();
        if (peek() != c) {
            throw wrong("'" + c + "' is expected, found " + MalformedTableException.quote(String.valueOf(peek())));
        }
        at++;
    }

    private void space() {
        while (at < json.length() && " \n\r\t".indexOf(json.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() throws MalformedTableException {
        if (at >= json.length()) {
            throw wrong("the file ends too early");
        }
        return json.charAt(at);
    }

    private MalformedTableException wrong(String detail) {
        long line = firstLine
                + json.substring(0, Math.min(at, json.length()))
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        return new MalformedTableException(file, line, "broken JSON: " + detail);
    }
}
