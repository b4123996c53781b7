package org.unmute.data.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.files.LittleEndian;

/**
 * Writes a table to a Parquet file, row by row. Texts are dictionary-encoded in each row group; other values are stored
 * plainly. Pages have checksums. The output depends only on the columns, rows and notes. At most one row group is held
 * in memory, about 32 MiB plus a row. Not thread-safe.
 */
public final class ParquetTableWriter {
    /** Kinds of columns. */
    public enum Kind {
        /** A {@link String}. */
        TEXT,
        /** An {@link Integer}. */
        INT,
        /** A {@link Double}. */
        DOUBLE,
        /** A {@link Double}; NaN is stored as a missing value. */
        OPTIONAL_DOUBLE,
        /** A {@code float[]}, a list of float32 that may have any length. */
        FLOATS
    }

    /** A column. */
    public record Column(String name, Kind kind) {}

    /** Program name that is stored in the file. */
    private static final String PROGRAM = "unmute";

    private static final long GROUP = 32L << 20;
    private static final int GROUP_ROWS = 1 << 17;

    private final WritableByteChannel out;
    private final List<ColumnPages> parts = new ArrayList<>();
    private final List<Group> groups = new ArrayList<>();
    private long written;
    private int rows;
    private boolean finished;

    /** A row group that was written: positions and sizes by column. */
    private record Group(int rows, List<Chunk> chunks) {}

    private record Chunk(int cells, long dictionary, long data, long size) {}

    /** Begins a file. */
    public ParquetTableWriter(WritableByteChannel out, List<Column> columns) throws IOException {
        this.out = out;
        columns.forEach(column -> parts.add(new ColumnPages(column)));
        write(ParquetTable.MAGIC);
    }

    /**
     * Writes a row.
     *
     * @param cells one per column, of its kind; not modified
     * @throws IllegalArgumentException if the number of cells differs from the number of columns
     * @throws ClassCastException if a cell is of another kind; the file is then unusable
     * @throws IOException if a row group cannot be written
     */
    public void row(Object... cells) throws IOException {
        if (cells.length != parts.size()) {
            throw new IllegalArgumentException(
                    "parquet: a row of " + cells.length + " cells in a table of " + parts.size() + " columns");
        }
        for (int i = 0; i < cells.length; i++) {
            parts.get(i).add(cells[i]);
        }
        rows++;
        if (rows == GROUP_ROWS || parts.stream().mapToLong(ColumnPages::bytes).sum() >= GROUP) {
            group();
        }
    }

    /**
     * Completes the file; it is not valid before this call.
     *
     * @param notes key-value metadata
     */
    public void finish(Map<String, String> notes) throws IOException {
        if (finished) {
            throw new IllegalStateException("parquet: the file is finished already");
        }
        finished = true;
        if (rows > 0) {
            group();
        }
        byte[] footer = footer(new TreeMap<>(notes));
        write(footer);
        write(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(footer.length)
                .array());
        write(ParquetTable.MAGIC);
    }

    private void write(byte[] bytes) throws IOException {
        LittleEndian.writeFully(out, ByteBuffer.wrap(bytes));
        written += bytes.length;
    }

    private void group() throws IOException {
        List<Chunk> chunks = new ArrayList<>();
        for (ColumnPages part : parts) {
            long start = written;
            ColumnPages.Written pages = part.end();
            for (byte[] bytes : pages.pages()) {
                write(bytes);
            }
            long dictionary = pages.dictionary() > 0 ? start : 0;
            chunks.add(new Chunk(pages.cells(), dictionary, start + pages.dictionary(), written - start));
        }
        groups.add(new Group(rows, chunks));
        rows = 0;
    }

    private static int type(Kind kind) {
        return switch (kind) {
            case TEXT -> PhysicalType.BYTE_ARRAY.ordinal();
            case INT -> PhysicalType.INT32.ordinal();
            case DOUBLE, OPTIONAL_DOUBLE -> PhysicalType.DOUBLE.ordinal();
            case FLOATS -> PhysicalType.FLOAT.ordinal();
        };
    }

    private static List<String> path(Column column) {
        return column.kind == Kind.FLOATS ? List.of(column.name, "list", "element") : List.of(column.name);
    }

    private byte[] footer(Map<String, String> notes) {
        ThriftWriter footer = new ThriftWriter().i32(1, 1);
        int elements = 1 + parts.stream().mapToInt(p -> path(p.column()).size()).sum();
        footer.structs(2, elements)
                .element()
                .text(4, "schema")
                .i32(5, parts.size())
                .end();
        parts.forEach(part -> schema(footer, part.column()));
        footer.i64(3, groups.stream().mapToLong(Group::rows).sum()).structs(4, groups.size());
        groups.forEach(group -> group(footer, group));
        footer.structs(5, notes.size());
        notes.forEach(
                (key, value) -> footer.element().text(1, key).text(2, value).end());
        return footer.text(6, PROGRAM).end().bytes();
    }

    private static void schema(ThriftWriter footer, Column column) {
        switch (column.kind) {
            case TEXT ->
                footer.element()
                        .i32(1, type(Kind.TEXT))
                        .i32(3, 0)
                        .text(4, column.name)
                        .i32(6, 0)
                        .begin(10)
                        .begin(1)
                        .end()
                        .end()
                        .end();
            case INT, DOUBLE, OPTIONAL_DOUBLE ->
                footer.element()
                        .i32(1, type(column.kind))
                        .i32(3, column.kind == Kind.OPTIONAL_DOUBLE ? 1 : 0)
                        .text(4, column.name)
                        .end();
            case FLOATS -> {
                footer.element()
                        .i32(3, 0)
                        .text(4, column.name)
                        .i32(5, 1)
                        .i32(6, 3)
                        .begin(10)
                        .begin(3)
                        .end()
                        .end()
                        .end();
                footer.element().i32(3, 2).text(4, "list").i32(5, 1).end();
                footer.element()
                        .i32(1, type(Kind.FLOATS))
                        .i32(3, 0)
                        .text(4, "element")
                        .end();
            }
        }
    }

    private void group(ThriftWriter footer, Group group) {
        footer.element().structs(1, parts.size());
        for (int i = 0; i < parts.size(); i++) {
            Column column = parts.get(i).column();
            Chunk chunk = group.chunks.get(i);
            footer.element().i64(2, 0).begin(3).i32(1, type(column.kind));
            if (column.kind == Kind.TEXT) {
                footer.numbers(2, ColumnPages.PLAIN, ColumnPages.RLE, ColumnPages.RLE_DICTIONARY);
            } else {
                footer.numbers(2, ColumnPages.PLAIN, ColumnPages.RLE);
            }
            List<String> path = path(column);
            footer.texts(3, path, path.size())
                    .i32(4, 0)
                    .i64(5, chunk.cells)
                    .i64(6, chunk.size)
                    .i64(7, chunk.size)
                    .i64(9, chunk.data);
            if (chunk.dictionary > 0) {
                footer.i64(11, chunk.dictionary);
            }
            footer.end().end();
        }
        long size = group.chunks.stream().mapToLong(Chunk::size).sum();
        footer.i64(2, size).i64(3, group.rows).end();
    }
}
