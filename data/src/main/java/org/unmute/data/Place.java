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
     * Notes the line of a name.
     *
     * @throws MalformedTableException if the name is already in another line
     */
    public void requireNew(String what, String name, Map<String, Long> lineOf) throws MalformedTableException {
        Long before = lineOf.putIfAbsent(name, line);
        if (before != null) {
            throw wrong(what + " " + MalformedTableException.quote(name) + " is already in line " + before);
        }
    }

    /** The exception for an error here, which says what is wrong and what to do. */
    public MalformedTableException wrong(String detail) {
        return new MalformedTableException(file, line, detail);
    }

    /**
     * A value that is computed from what stands here.
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
