package org.unmute.data;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A line of a file, for messages.
 *
 * @param line from 1; 0 for the file as a whole
 */
public record Place(Path file, long line) {
    /**
     * Records the line of a name.
     *
     * @throws MalformedTableException if the name was already used in another line
     */
    public void requireNew(String what, String name, Map<String, Long> lineOf) throws MalformedTableException {
        Long before = lineOf.putIfAbsent(name, line);
        if (before != null) {
            throw wrong(what + " " + MalformedTableException.quote(name) + " is already in line " + before);
        }
    }

    /**
     * The exception for an error in this line.
     *
     * @param detail the error and its remedy
     */
    public MalformedTableException wrong(String detail) {
        return new MalformedTableException(file, line, detail);
    }

    /**
     * Computes a value from the content of this line.
     *
     * @throws MalformedTableException with the same message, if the computation throws an {@link
     *     IllegalArgumentException}
     */
    public <T> T checked(Supplier<T> value) throws MalformedTableException {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }
}
