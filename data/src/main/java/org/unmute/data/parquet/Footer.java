package org.unmute.data.parquet;

import java.util.ArrayList;
import java.util.List;
import org.unmute.data.parquet.Schema.Leaf;

/**
 * The metadata at the end of a file.
 *
 * @param leaves all columns
 * @param rows   number of rows in all groups
 * @param groups row groups
 * @param note   the note that {@link HuggingFaceNote} reads; null if there is none
 */
record Footer(List<Leaf> leaves, long rows, List<Group> groups, String note) {
    private static final int MAX_PARTS = 200_000;

    /**
     * Position of the values of a column.
     *
     * @param codec  compression of the pages
     * @param cells  number of cells, including nulls
     * @param start  position of the first byte in the file
     * @param length in bytes
     */
    record Chunk(Codec codec, long cells, long start, long length) {}

    /**
     * A row group.
     *
     * @param chunks one per column
     */
    record Group(long rows, List<Chunk> chunks) {}

    /**
     * Reads the metadata.
     *
     * @param dataEnd position at which the data ends and the metadata begins
     */
    static Footer read(Bytes in, long dataEnd) {
        ThriftStruct file = new ThriftStruct(in);
        if (file.has(8)) {
            throw new BrokenRuleException(
                    "encrypted", "its columns are encrypted, which is not read: write it without");
        }
        if (file.size(2) > MAX_PARTS) {
            throw new BrokenRuleException(
                    "too-large",
                    "it has " + file.size(2) + " columns and structures; at most " + MAX_PARTS + " are read");
        }
        List<Leaf> leaves = Schema.leaves(file.list(2, ThriftStruct::new));
        List<Group> groups = file.list(4, group -> group(new ThriftStruct(group), leaves, dataEnd));
        long rows = 0;
        for (Group group : groups) {
            rows = Math.addExact(rows, group.rows);
        }
        if (file.number(3) != rows) {
            throw new BrokenRuleException(
                    "bad-rows", "the file states " + file.number(3) + " rows, its groups have " + rows);
        }
        return new Footer(leaves, rows, groups, note(file));
    }

    private static Group group(ThriftStruct group, List<Leaf> leaves, long dataEnd) {
        long rows = group.count(3, Long.MAX_VALUE);
        List<Chunk> chunks = new ArrayList<>(leaves.size());
        group.list(1, column -> chunks.add(chunk(new ThriftStruct(column), leaves.get(chunks.size()), rows, dataEnd)));
        if (chunks.size() != leaves.size()) {
            throw new BrokenRuleException(
                    "bad-columns", "a group of rows has " + chunks.size() + " columns, the schema " + leaves.size());
        }
        return new Group(rows, chunks);
    }

    private static Chunk chunk(ThriftStruct column, Leaf leaf, long rows, long dataEnd) {
        if (column.has(1)) {
            throw new BrokenRuleException("other-file", leaf.quoted() + " is in a file of its own, which is not read");
        }
        ThriftStruct data = column.struct(3);
        long cells = data.count(5, Long.MAX_VALUE);
        long start = data.count(9, dataEnd);
        long dictionary = data.number(11, 0);
        if (dictionary > 0 && dictionary < start) {
            start = dictionary;
        }
        long length = data.count(7, dataEnd);
        if (!data.list(3, name -> ThriftStruct.text(name.part(name.size()))).equals(leaf.path())
                || data.number(1) != leaf.type().ordinal()
                || (leaf.lists() == 0 ? cells != rows : cells < rows)
                || length > dataEnd - start) {
            throw new BrokenRuleException(
                    "bad-columns",
                    "a group of " + rows + " rows has " + cells + " cells in " + length + " bytes from byte " + start
                            + " on for " + leaf.quoted() + "; data end at " + dataEnd);
        }
        return new Chunk(Codec.of(data.number(4)), cells, start, length);
    }

    private static String note(ThriftStruct file) {
        List<String> found = new ArrayList<>();
        if (file.has(5)) {
            file.list(5, in -> {
                ThriftStruct note = new ThriftStruct(in);
                return note.has(2) && note.text(1).equals(HuggingFaceNote.NOTE) && found.add(note.text(2));
            });
        }
        return found.isEmpty() ? null : found.getLast();
    }
}
