package org.unmute.data.parquet;

import static org.unmute.data.parquet.ThriftWriter.struct;

import java.io.IOException;
import java.nio.ByteBuffer;
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
    /** Descriptions of the row groups that were written, and the number of their rows. */
    private final List<byte[]> groups = new ArrayList<>();

    private long groupRows;
    private long written;
    private int rows;
    private boolean finished;

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
        List<byte[]> schema = new ArrayList<>(List.of(struct(4, "schema", 5, parts.size())));
        parts.forEach(part -> schema.addAll(schema(part.column())));
        List<byte[]> pairs = new ArrayList<>();
        new TreeMap<>(notes).forEach((key, value) -> pairs.add(struct(1, key, 2, value)));
        byte[] footer = struct(1, 1, 2, schema, 3, groupRows, 4, groups, 5, pairs, 6, PROGRAM);
        write(footer);
        write(ThriftWriter.little(footer.length));
        write(ParquetTable.MAGIC);
    }

    private void write(byte[] bytes) throws IOException {
        LittleEndian.writeFully(out, ByteBuffer.wrap(bytes));
        written += bytes.length;
    }

    private void group() throws IOException {
        List<byte[]> columns = new ArrayList<>();
        long begin = written;
        for (ColumnPages part : parts) {
            Column column = part.column();
            long start = written;
            ColumnPages.Written pages = part.end();
            for (byte[] bytes : pages.pages()) {
                write(bytes);
            }
            boolean text = column.kind == Kind.TEXT;
            List<Integer> encodings =
                    text ? List.of(Values.PLAIN, Values.RLE, Values.RLE_DICTIONARY) : List.of(Values.PLAIN, Values.RLE);
            List<String> path =
                    column.kind == Kind.FLOATS ? List.of(column.name, "list", "element") : List.of(column.name);
            long size = pages.bytes();
            byte[] chunk = struct(
                    1,
                    type(column),
                    2,
                    encodings,
                    3,
                    path,
                    4,
                    0,
                    5,
                    pages.cells(),
                    6,
                    size,
                    7,
                    size,
                    9,
                    start + pages.dictionary(),
                    11,
                    text ? start : null);
            columns.add(struct(2, 0L, 3, chunk));
        }
        groups.add(struct(1, columns, 2, written - begin, 3, (long) rows));
        groupRows += rows;
        rows = 0;
    }

    private static int type(Column column) {
        Schema.Type type = switch (column.kind) {
            case TEXT -> Schema.Type.BYTE_ARRAY;
            case INT -> Schema.Type.INT32;
            case DOUBLE, OPTIONAL_DOUBLE -> Schema.Type.DOUBLE;
            case FLOATS -> Schema.Type.FLOAT;
        };
        return type.ordinal();
    }

    private static List<byte[]> schema(Column column) {
        String name = column.name;
        return switch (column.kind) {
            case TEXT -> List.of(struct(1, type(column), 3, 0, 4, name, 6, 0, 10, struct(1, struct())));
            case INT, DOUBLE -> List.of(struct(1, type(column), 3, 0, 4, name));
            case OPTIONAL_DOUBLE -> List.of(struct(1, type(column), 3, 1, 4, name));
            case FLOATS ->
                List.of(
                        struct(3, 0, 4, name, 5, 1, 6, 3, 10, struct(3, struct())),
                        struct(3, 2, 4, "list", 5, 1),
                        struct(1, type(column), 3, 0, 4, "element"));
        };
    }
}
