package org.unmute.data.parquet;

import java.util.ArrayList;
import java.util.List;
import org.unmute.files.MalformedFileException;

/**
 * The metadata at the end of a file.
 *
 * @param leaves all columns
 * @param rows   number of rows in all groups
 * @param groups row groups
 * @param note   the note that {@link HuggingFaceNote} reads; null if there is none
 */
record Footer(List<Leaf> leaves, long rows, List<Group> groups, String note) {
    /** Approximate memory that a chunk or group takes, including its list entry. */
    private static final int PER_CHUNK = 64;

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
     * @param budget  for the memory that the metadata takes
     */
    static Footer read(Bytes in, long dataEnd, Budget budget) throws MalformedFileException {
        ThriftStruct file = ThriftStruct.read(in);
        if (file.has(8)) {
            throw in.wrong("encrypted", "its columns are encrypted, which is not read: write it without");
        }
        List<Leaf> leaves = Schema.leaves(in, file.elements(2, "the schema"), budget);
        List<Group> groups = new ArrayList<>();
        long rows = 0;
        ThriftStruct.Elements described = file.elements(4, "the groups of rows");
        while (described.hasNext()) {
            ThriftStruct group = described.struct();
            long own = group.count(3, "the number of rows", Long.MAX_VALUE / 2);
            budget.take(PER_CHUNK, in.place());
            groups.add(new Group(own, chunks(in, group, leaves, own, dataEnd, budget)));
            if (own > Long.MAX_VALUE / 2 - rows) {
                throw in.wrong("bad-rows", "its groups have more rows than can be counted");
            }
            rows += own;
        }
        long stated = file.number(3, "the number of rows");
        if (stated != rows) {
            throw in.wrong("bad-rows", "the file states " + stated + " rows, its groups have " + rows);
        }
        return new Footer(leaves, rows, groups, note(in, file, budget));
    }

    private static List<Chunk> chunks(
            Bytes in, ThriftStruct group, List<Leaf> leaves, long rows, long dataEnd, Budget budget)
            throws MalformedFileException {
        ThriftStruct.Elements columns = group.elements(1, "the columns of a group");
        if (columns.size() != leaves.size()) {
            throw in.wrong(
                    "bad-columns", "a group of rows has " + columns.size() + " columns, the schema " + leaves.size());
        }
        budget.take((long) PER_CHUNK * leaves.size(), in.place());
        List<Chunk> chunks = new ArrayList<>(leaves.size());
        for (Leaf leaf : leaves) {
            ThriftStruct column = columns.struct();
            if (column.has(1)) {
                throw in.wrong("other-file", "column " + quoted(leaf) + " is in a file of its own, which is not read");
            }
            ThriftStruct data = column.struct(3, "the place of a column");
            if (!isPath(data.elements(3, "the path of a column"), leaf.path())
                    || data.number(1, "the type of a column") != leaf.type().ordinal()) {
                throw in.wrong("bad-columns", "the columns of a group are not those of the schema, at " + quoted(leaf));
            }
            chunks.add(chunk(in, data, leaf, rows, dataEnd));
        }
        return chunks;
    }

    private static boolean isPath(ThriftStruct.Elements names, List<String> path) throws MalformedFileException {
        boolean same = names.size() == path.size();
        for (int i = 0; same && i < path.size(); i++) {
            same = names.text().equals(path.get(i));
        }
        return same;
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

    private static String note(Bytes in, ThriftStruct file, Budget budget) throws MalformedFileException {
        String found = null;
        ThriftStruct.Elements notes = file.has(5) ? file.elements(5, "the notes of programs") : null;
        while (notes != null && notes.hasNext()) {
            ThriftStruct note = notes.struct();
            if (note.has(2) && note.text(1, "the name of a note").equals(HuggingFaceNote.NOTE)) {
                budget.take(2L * note.length(2, "a note"), in.place());
                found = note.text(2, "a note");
            }
        }
        return found;
    }
}
