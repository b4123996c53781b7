package org.unmute.benchmark.grid;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the line number of each key in a well-formed TOML text, because Jackson's tree does not keep them. */
final class TomlLines {
    private final String text;
    private int at;
    private int line = 1;
    private final Map<String, Integer> lines = new HashMap<>();
    /** Number of tables so far in each array of tables, by its path. */
    private final Map<String, Integer> elements = new HashMap<>();

    TomlLines(String text) {
        this.text = text;
    }

    /** The line number of each path, from 1. */
    Map<String, Integer> byPath() {
        String table = "";
        for (skipBlank(); at < text.length(); skipBlank()) {
            if (peek() == '[') {
                table = header();
            } else {
                entry(table);
            }
        }
        return lines;
    }

    private String header() {
        int start = line;
        next();
        boolean array = peek() == '[';
        if (array) {
            next();
        }
        List<String> keys = keys(']');
        next();
        if (array) {
            next();
        }
        String path = "";
        for (int i = 0; i < keys.size(); i++) {
            path = path.isEmpty() ? keys.get(i) : path + "." + keys.get(i);
            if (array && i == keys.size() - 1) {
                elements.merge(path, 1, Integer::sum);
            }
            lines.putIfAbsent(path, start);
            if (elements.containsKey(path)) {
                path += "[" + (elements.get(path) - 1) + "]";
                lines.putIfAbsent(path, start);
            }
        }
        return path;
    }

    private void entry(String table) {
        int start = line;
        String path = table;
        for (String key : keys('=')) {
            path = path.isEmpty() ? key : path + "." + key;
            lines.putIfAbsent(path, start);
        }
        next();
        value(path);
    }

    /** Reads the parts of a dotted key and stops at {@code end}. */
    private List<String> keys(char end) {
        List<String> keys = new ArrayList<>();
        StringBuilder key = new StringBuilder();
        while (at < text.length() && peek() != end) {
            char c = peek();
            if (c == '"' || c == '\'') {
                int from = at;
                string();
                key.append(text, from + 1, at - 1);
            } else {
                next();
                if (c == '.') {
                    keys.add(key.toString());
                    key.setLength(0);
                } else if (!Character.isWhitespace(c)) {
                    key.append(c);
                }
            }
        }
        keys.add(key.toString());
        return keys;
    }

    private void value(String path) {
        skipBlank();
        char c = at < text.length() ? peek() : '\n';
        if (c == '[') {
            next();
            skipBlank();
            for (int i = 0; at < text.length() && peek() != ']'; i++) {
                int before = at;
                lines.putIfAbsent(path + "[" + i + "]", line);
                value(path + "[" + i + "]");
                skipSeparator();
                requireProgress(before);
            }
            next();
        } else if (c == '{') {
            next();
            skipBlank();
            while (at < text.length() && peek() != '}') {
                int before = at;
                entry(path);
                skipSeparator();
                requireProgress(before);
            }
            next();
        } else if (c == '"' || c == '\'') {
            string();
        } else {
            while (at < text.length() && ",]}#\n".indexOf(peek()) < 0) {
                next();
            }
        }
    }

    /** Skips a character if nothing was consumed, so that syntax unknown to this class cannot cause an endless loop. */
    private void requireProgress(int before) {
        if (at == before) {
            next();
        }
    }

    private void skipSeparator() {
        skipBlank();
        if (at < text.length() && peek() == ',') {
            next();
            skipBlank();
        }
    }

    private void string() {
        char quote = peek();
        String triple = String.valueOf(quote).repeat(3);
        if (text.startsWith(triple, at)) {
            skip(3);
            while (at < text.length() && !text.startsWith(triple, at)) {
                skip(quote == '"' && peek() == '\\' ? 2 : 1);
            }
            skip(3);
            while (at < text.length() && peek() == quote) {
                next(); // up to two quotes may precede the closing three
            }
            return;
        }
        next();
        while (at < text.length() && peek() != quote) {
            skip(quote == '"' && peek() == '\\' ? 2 : 1);
        }
        next();
    }

    private void skipBlank() {
        while (at < text.length() && (Character.isWhitespace(peek()) || peek() == '#')) {
            if (peek() == '#') {
                while (at < text.length() && peek() != '\n') {
                    next();
                }
            } else {
                next();
            }
        }
    }

    private char peek() {
        return text.charAt(at);
    }

    private void skip(int count) {
        for (int i = 0; i < count; i++) {
            next();
        }
    }

    private void next() {
        if (at < text.length()) {
            line += text.charAt(at) == '\n' ? 1 : 0;
            at++;
        }
    }
}
