package org.unmute.data;

import java.io.IOException;
import java.util.List;

/** The rows of a table file, the first of which names the columns. */
interface TableRows extends AutoCloseable {
    /** The fields of the next row; null at the end of the file. */
    List<String> next() throws IOException;

    /** The position of the last row read. */
    Place place();

    /** The delimiter of the fields; known once the first row is read. */
    char delimiter();

    /** Names of columns that are not read, each with the reason in brackets. */
    default List<String> leftOut() {
        return List.of();
    }

    @Override
    void close() throws IOException;
}
