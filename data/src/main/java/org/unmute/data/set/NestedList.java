package org.unmute.data.set;

import java.util.ArrayList;
import java.util.List;
import org.unmute.data.MalformedTableException;

/**
 * Parses a list in a CSV field as written by exports of nested columns: {@code [[0.5, 1.2], [3.0, 4.1]]},
 * {@code ['a', 'b']}, {@code ["a","b"]}, NumPy's {@code ['a' 'b']} and {@code [array([0.5, 1.2]) array([3. , 4.1])]}.
 * Elements are strings (quoted or not) and lists. In quotes, a backslash escapes a quote or backslash.
 */
public final class NestedList {
    private static final int DEEPEST = 8;

    private final String text;
    private int at;
    private int depth;

    private NestedList(String text) {
        this.text = text;
    }

    /**
     * Reads a list.
     *
     * @return strings and nested lists of them
     * @throws IllegalArgumentException if it is not a list
     */
    static List<Object> list(String text) {
        NestedList reader = new NestedList(text.strip());
        if (reader.peek() != '[') {
            throw reader.wrong("a list begins with '['");
        }
        List<Object> all = reader.list();
        if (reader.at < reader.text.length()) {
            throw reader.wrong("text after the list");
        }
        return all;
    }

    /**
     * The strings of a list, or of a field without brackets in which ',' or ';' separates them. A field that is empty,
     * {@code None}, {@code nan} or {@code null} has none.
     */
    static List<String> texts(String field) {
        String t = field.strip();
        if (isNone(t)) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        if (!t.startsWith("[")) {
            for (String one : t.split("[,;]", -1)) {
                if (one.isBlank()) {
                    throw new IllegalArgumentException("an empty element in " + MalformedTableException.quote(t));
                }
                texts.add(one.strip());
            }
            return texts;
        }
        for (Object one : list(t)) {
            if (!(one instanceof String s)) {
                throw new IllegalArgumentException(
                        "a list within a list of names: " + MalformedTableException.quote(t));
            }
            if (!isNone(s)) {
                texts.add(s);
            }
        }
        return texts;
    }

    /** The numbers of a list. */
    static double[] numbers(List<?> list) {
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(list.get(i));
        }
        return numbers;
    }

    static double number(Object element) {
        try {
            if (element instanceof String s) {
                double value = Double.parseDouble(s);
                if (Double.isFinite(value)) {
                    return value;
                }
            }
        } catch (NumberFormatException e) {
            // Reported below.
        }
        throw new IllegalArgumentException(
                "not a finite number: " + MalformedTableException.quote(String.valueOf(element)));
    }

    private static boolean isNone(String t) {
        return t.isEmpty() || t.equals("None") || t.equals("nan") || t.equals("NaN") || t.equals("null");
    }

    private List<Object> list() {
        if (++depth > DEEPEST) {
            throw wrong("nested deeper than " + DEEPEST + " levels");
        }
        List<Object> all = new ArrayList<>();
        at++;
        while (true) {
            space();
            char c = peek();
            if (c == ']') {
                at++;
                depth--;
                return all;
            }
            all.add(element());
            space();
            if (peek() == ',') {
                at++;
                space();
                // A comma must be followed by another element.
                if (peek() == ']') {
                    throw wrong("an element is missing after ','");
                }
            }
        }
    }

    private Object element() {
        char c = peek();
        if (c == '[') {
            return list();
        }
        if (c == '\'' || c == '"') {
            return quoted(c);
        }
        if (text.startsWith("array(", at)) {
            return array();
        }
        int from = at;
        while (at < text.length()
                && ",[]()'\"".indexOf(text.charAt(at)) < 0
                && !Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        if (at == from) {
            throw wrong("unexpected " + MalformedTableException.quote(String.valueOf(c)));
        }
        return text.substring(from, at);
    }

    private String quoted(char quote) {
        StringBuilder inner = new StringBuilder();
        int from = at + 1;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == quote) {
                at = i + 1;
                return inner.append(text, from, i).toString();
            }
            if (c == '\\' && i + 1 < text.length() && "'\"\\".indexOf(text.charAt(i + 1)) >= 0) {
                inner.append(text, from, i);
                from = ++i;
            }
        }
        throw wrong("the quote is never closed");
    }

    /** {@code array([...])}, optionally with {@code , dtype=...}. */
    private Object array() {
        at += "array(".length();
        space();
        if (peek() != '[') {
            throw wrong("an array holds a list");
        }
        List<Object> all = list();
        space();
        if (peek() == ',') {
            at++;
            space();
            if (!text.startsWith("dtype=", at)) {
                throw wrong("an array holds one list");
            }
            while (peek() != ')') {
                at++;
            }
        }
        if (peek() != ')') {
            throw wrong("the array is never closed");
        }
        at++;
        return all;
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("it ends too early");
        }
        return text.charAt(at);
    }

    private IllegalArgumentException wrong(String detail) {
        return new IllegalArgumentException(
                "not a list: " + detail + " at character " + (at + 1) + " of " + MalformedTableException.quote(text));
    }
}
