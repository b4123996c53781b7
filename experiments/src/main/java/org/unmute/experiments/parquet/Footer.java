package org.unmute.experiments.parquet;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.tensor.io.MalformedFileException;

/**
 * What stands at the end of a file.
 *
 * @param leaves all columns
 * @param rows   of all groups
 * @param groups of rows
 * @param notes  texts that programs leave in files
 */
record Footer(List<Leaf> leaves, long rows, List<Group> groups, Map<String, String> notes) {
    /**
     * Where values of a column are.
     *
     * @param codec  how pages are compressed
     * @param cells  values and gaps
     * @param start  first byte in the file
     * @param length bytes
     */
    record Chunk(Codec codec, long cells, long start, long length) {}

    /**
     * Some rows.
     *
     * @param chunks one a column
     */
    record Group(long rows, List<Chunk> chunks) {}

    /**
     * Reads it.
     *
     * @param dataEnd where it begins in the file, and data ends
     */
    static Footer read(Bytes in, long dataEnd) throws MalformedFileException {
        ThriftStruct file = ThriftStruct.read(in);
        if (file.has(8)) {
            throw in.wrong("encrypted", "its columns are encrypted, which is not read: write it without");
        }
        List<Leaf> leaves = Schema.leaves(in, file.structs(2, "the schema"));
        List<Group> groups = new ArrayList<>();
        long rows = 0;
        for (ThriftStruct group : file.structs(4, "the groups of rows")) {
            long own = group.count(3, "the number of rows", Long.MAX_VALUE / 2);
            groups.add(new Group(own, chunks(in, group, leaves, own, dataEnd)));
            if (own > Long.MAX_VALUE / 2 - rows) {
                throw in.wrong("bad-rows", "its groups have more rows than can be counted");
            }
            rows += own;
        }
        long stated = file.number(3, "the number of rows");
        if (stated != rows) {
            throw in.wrong("bad-rows", "the file states " + stated + " rows, its groups have " + rows);
        }
        return new Footer(leaves, rows, groups, notes(file));
    }

    private static List<Chunk> chunks(Bytes in, ThriftStruct group, List<Leaf> leaves, long rows, long dataEnd)
            throws MalformedFileException {
        List<ThriftStruct> columns = group.structs(1, "the columns of a group");
        if (columns.size() != leaves.size()) {
            throw in.wrong(
                    "bad-columns", "a group of rows has " + columns.size() + " columns, the schema " + leaves.size());
        }
        List<Chunk> chunks = new ArrayList<>();
        for (Leaf leaf : leaves) {
            ThriftStruct column = columns.get(leaf.index());
            if (column.has(1)) {
                throw in.wrong("other-file", "column " + quoted(leaf) + " is in a file of its own, which is not read");
            }
            ThriftStruct data = column.struct(3, "the place of a column");
            List<String> path = data.binaries(3, "the path of a column").stream()
                    .map(name -> new String(name, StandardCharsets.UTF_8))
                    .toList();
            if (!path.equals(leaf.path())
                    || data.number(1, "the type of a column") != leaf.type().ordinal()) {
                throw in.wrong("bad-columns", "the columns of a group are not those of the schema, at " + quoted(leaf));
            }
            chunks.add(chunk(in, data, leaf, rows, dataEnd));
        }
        return chunks;
    }

    private static Chunk chunk(Bytes in, ThriftStruct data, Leaf leaf, long rows, long dataEnd)
            throws MalformedFileException {
        long cells = data.count(5, "the number of cells", Long.MAX_VALUE / 2);
        if (leaf.lists() == 0 ? cells != rows : cells < rows) {
            throw in.wrong("bad-columns", "column " + quoted(leaf) + " has " + cells + " cells for " + rows + " rows");
        }
        long start = data.count(9, "the first page of a column", dataEnd);
        long dictionary = data.number(11, "the dictionary of a column", 0);
        if (dictionary > 0 && dictionary < start) {
            start = dictionary;
        }
        long length = data.count(7, "the bytes of a column", dataEnd);
        if (length > dataEnd - start) {
            throw in.wrong(
                    "bad-columns",
                    "column " + quoted(leaf) + " has " + length + " bytes from byte " + start + " on, but data end at "
                            + dataEnd);
        }
        return new Chunk(Codec.of(in, data.number(4, "the compression of a column")), cells, start, length);
    }

    private static String quoted(Leaf leaf) {
        return MalformedFileException.quote(leaf.name());
    }

    private static Map<String, String> notes(ThriftStruct file) throws MalformedFileException {
        Map<String, String> notes = new HashMap<>();
        if (file.has(5)) {
            for (ThriftStruct note : file.structs(5, "the notes of programs")) {
                if (note.has(2)) {
                    notes.put(note.text(1, "the name of a note"), note.text(2, "a note"));
                }
            }
        }
        return notes;
    }
}
