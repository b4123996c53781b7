package org.unmute.data.parquet;

import java.util.List;

/**
 * A column of values, at the end of a path through the structures and lists of the schema.
 *
 * @param name     the path with points between its parts, without what only makes up a list
 * @param index    its number among all columns
 * @param path     as the schema has it
 * @param type     how values are stored
 * @param length   bytes of a value of fixed length
 * @param form     how values are read; null if they are not
 * @param unread   why they are not read; null if they are
 * @param present  definition level of a value that is there
 * @param repeated for each level of lists, from the outer one, the definition level of an element
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

    /** Levels of lists around a value. */
    int lists() {
        return repeated.size();
    }

    /** Bytes of a value; 0 where it tells its length. */
    int width() {
        return type == PhysicalType.FIXED_LEN_BYTE_ARRAY ? length : type.bytes;
    }
}
