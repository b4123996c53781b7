package org.unmute.data.parquet;

import java.util.List;

/**
 * A column of values, at the end of a path through the structures and lists of the schema.
 *
 * @param name     the path joined by dots, without the levels that only form a list
 * @param index    its index among all columns
 * @param path     the path as in the schema
 * @param type     physical type of the values
 * @param length   size of a fixed-length value in bytes
 * @param form     the form in which values are read; null if they are not read
 * @param unread   why values are not read; null if they are
 * @param present  definition level of a value that is present
 * @param repeated definition level of an element at each level of lists, from the outermost
 */
record Leaf(
        String name,
        int index,
        List<String> path,
        PhysicalType type,
        int length,
        TextForm form,
        String unread,
        int present,
        List<Integer> repeated) {
    Leaf {
        path = List.copyOf(path);
        repeated = List.copyOf(repeated);
    }

    /** Number of nested lists around a value. */
    int lists() {
        return repeated.size();
    }

    /** Size of a value in bytes; 0 if each value states its own length. */
    int width() {
        return type == PhysicalType.FIXED_LEN_BYTE_ARRAY ? length : type.bytes;
    }
}
