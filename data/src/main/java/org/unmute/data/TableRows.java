package org.unmute.data;

import java.io.IOException;
import java.util.List;

/** The rows of a table's file, the first of which names the columns. */
interface TableRows extends AutoCloseable {
    /** The fields of the next row; null at the end of the file. */
    List<String> next() throws IOException;

    /** Where the last row begins. */
    Place place();

    /** What separates the fields; known once the first row is read. */
    char delimiter();

    /** Columns that are not read, each with the reason in brackets. */
    default List<String> leftOut() {
        return List.of();
    }

    @Override
    void close() throws IOException;
}
