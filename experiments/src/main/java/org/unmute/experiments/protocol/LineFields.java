package org.unmute.experiments.protocol;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmute.experiments.data.MalformedTableException;

/** The values of one line of a journal, with an error for each that is missing or of another kind. */
record LineFields(Path file, long line, Map<String, Object> values) {
    static LineFields of(Path file, JsonLines.Line line) {
        return new LineFields(file, line.number(), line.values());
    }

    private Object value(String name) throws MalformedTableException {
        if (!values.containsKey(name)) {
            throw wrong("no \"" + name + "\"");
        }
        return values.get(name);
    }

    /** A number; NaN for null. */
    double number(String name) throws MalformedTableException {
        return switch (value(name)) {
            case null -> Double.NaN;
            case Double d -> d;
            default -> throw wrong("\"" + name + "\" is no number");
        };
    }

    long whole(String name) throws MalformedTableException {
        double d = number(name);
        if (d != Math.rint(d) || Math.abs(d) > 1L << 53) {
            throw wrong("\"" + name + "\" is no whole number");
        }
        return (long) d;
    }

    String text(String name) throws MalformedTableException {
        if (value(name) instanceof String s) {
            return s;
        }
        throw wrong("\"" + name + "\" is no text");
    }

    boolean flag(String name) throws MalformedTableException {
        if (value(name) instanceof Boolean b) {
            return b;
        }
        throw wrong("\"" + name + "\" is neither true nor false");
    }

    /** The objects of a list. */
    List<LineFields> list(String name) throws MalformedTableException {
        List<LineFields> all = new ArrayList<>();
        if (!(value(name) instanceof List<?> items)) {
            throw wrong("\"" + name + "\" is no list");
        }
        for (Object item : items) {
            if (!(item instanceof Map<?, ?> map)) {
                throw wrong("\"" + name + "\" holds something else than objects");
            }
            @SuppressWarnings("unchecked") // keys of a JSON object are texts
            Map<String, Object> values = (Map<String, Object>) map;
            all.add(new LineFields(file, line, values));
        }
        return all;
    }

    MalformedTableException wrong(String detail) {
        return new MalformedTableException(
                file,
                line,
                detail + ": the journal was changed or is of another version; delete the cell's folder "
                        + "to start it anew");
    }
}
