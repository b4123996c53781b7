package org.unmute.data.parquet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.unmute.files.FileFailure;
import org.unmute.files.MalformedFileException;

/**
 * Reads the rows of a Parquet file as texts, one row at a time. Columns are numbers, flags, texts, dates and times, and
 * lists of them; a structure's parts are columns {@code structure.part}. What a map holds, bytes that are no text, and
 * other types are left out, and not read from the file. Where Hugging Face's {@code datasets} left the names of
 * classes, numbers of classes become names.
 *
 * <p>Pages may be stored as they are, or by Snappy, gzip or Zstandard. What a file may not say is an exception
 * that names it, and so is a page that does not match its checksum; without checksums, changed values may be read.
 * Whatever a file says, cells and texts take no more than 4 MiB and 128 times its size, a page of each column and the
 * lists of a row are in memory, and what it says of its columns takes no more than 8 MiB and 32 times its bytes there,
 * and 256 MiB.
 */
public final class ParquetTable implements AutoCloseable {
    static final byte[] MAGIC = {'P', 'A', 'R', '1'};
    private static final int TAIL = 8;
    /** What a data frame calls its numbers of rows. */
    private static final Pattern INDEX = Pattern.compile("__index_level_\\d+__");
    /** Bytes of the description at the end: of 4,000 columns and 200 groups of rows. */
    private static final int MAX_DESCRIPTION = 128 << 20;

    private final String file;
    private final FileChannel in;
    private final Footer footer;
    private final Budget budget;
    private final List<ColumnCursor> columns = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private int group = -1;
    private long leftInGroup;
    private long row;
    private Object[] cells;

    private ParquetTable(String file, FileChannel in, Footer footer, Map<String, List<String>> classes, Budget budget) {
        this.file = file;
        this.in = in;
        this.footer = footer;
        this.budget = budget;
        for (Leaf leaf : footer.leaves()) {
            if (leaf.unread() != null) {
                leftOut.add(leaf.name() + " (" + leaf.unread() + ")");
            } else if (!INDEX.matcher(leaf.name()).matches()) {
                names.add(leaf.name());
                columns.add(new ColumnCursor(file, in, leaf, classes.get(leaf.name()), budget));
            }
        }
        cells = new Object[columns.size()];
    }

    /**
     * Whether a file begins as Parquet files do, whatever its name is; false if it is not a regular file.
     *
     * @throws IOException if it cannot be read
     */
    public static boolean isOne(Path file) throws IOException {
        // Of a pipe the bytes would be gone.
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
        } catch (IOException e) {
            throw FileFailure.named(file, e);
        }
    }

    /**
     * Opens a file and reads what its columns are.
     *
     * @throws MalformedFileException if it is damaged, encrypted, or of a kind that is not read
     * @throws IOException            if it cannot be read
     */
    public static ParquetTable open(Path file) throws IOException {
        FileChannel in = FileChannel.open(file);
        try {
            return open(file.toString(), in);
        } catch (IOException e) {
            in.close();
            throw FileFailure.named(file, e);
        } catch (RuntimeException e) {
            in.close();
            throw e;
        }
    }

    private static ParquetTable open(String file, FileChannel in) throws IOException {
        long size = in.size();
        byte[] tail = bytes(file, in, Math.max(0, size - TAIL), (int) Math.min(size, TAIL));
        Bytes end = new Bytes(file, Math.max(0, size - TAIL), false, tail, 0, tail.length);
        if (size < MAGIC.length + TAIL || !Arrays.equals(Arrays.copyOfRange(tail, TAIL - 4, TAIL), MAGIC)) {
            throw end.wrong("no-end", "a Parquet file ends with PAR1: it is damaged, or not all of it is there");
        }
        long length = Integer.toUnsignedLong(end.i32());
        if (length > size - TAIL - MAGIC.length || length > MAX_DESCRIPTION) {
            throw end.wrong(
                    "bad-size",
                    "a description of " + length + " bytes in a file of " + size + "; at most " + MAX_DESCRIPTION
                            + " are read");
        }
        long start = size - TAIL - length;
        byte[] description = bytes(file, in, start, (int) length);
        Bytes about = new Bytes(file, start, false, description, 0, description.length);
        Budget memory = Budget.ofDescription(file, length);
        Footer footer = Footer.read(about, start, memory);
        Map<String, List<String>> classes = HuggingFaceNote.of(about, footer.note(), memory);
        return new ParquetTable(file, in, footer, classes, Budget.ofCells(file, size));
    }

    private static byte[] bytes(String file, FileChannel in, long from, int size) throws IOException {
        ByteBuffer to = ByteBuffer.allocate(size);
        Bytes.read(file, in, from, to);
        return to.array();
    }

    /** The names of the columns, in order. */
    public List<String> names() {
        return List.copyOf(names);
    }

    /** Columns that are not read, each with the reason in brackets. */
    public List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    /** How many rows there are. */
    public long rows() {
        return footer.rows();
    }

    /** The number of the last row read, from 1; 0 before the first. */
    public long row() {
        return row;
    }

    /**
     * Goes to the next row.
     *
     * @return false after the last
     * @throws MalformedFileException if the file is damaged
     * @throws IOException            if it cannot be read
     */
    public boolean next() throws IOException {
        try {
            while (leftInGroup == 0) {
                if (group >= 0 && group < footer.groups().size()) {
                    for (ColumnCursor column : columns) {
                        column.end();
                    }
                }
                if (++group >= footer.groups().size()) {
                    return false;
                }
                Footer.Group next = footer.groups().get(group);
                columns.forEach(
                        column -> column.begin(next.chunks().get(column.leaf().index())));
                leftInGroup = next.rows();
            }
            leftInGroup--;
            row++;
            cells = new Object[columns.size()];
            budget.take(cells.length + 1L, 0);
            budget.beginRow();
            for (int i = 0; i < cells.length; i++) {
                cells[i] = columns.get(i).next();
            }
            return true;
        } catch (IOException e) {
            throw FileFailure.named(file, e);
        }
    }

    /** The cells of a row; they stay as they are when the table goes on. */
    public Row cells() {
        return new Row(cells);
    }

    /** The cells of a row. */
    public final class Row {
        private final Object[] cells;

        private Row(Object[] cells) {
            this.cells = cells;
        }

        /**
         * A cell as text: empty for one without a value; of a list {@code ['a', 'b']} or {@code [0.5, 1.0]}, with
         * {@code None} for an element without a value, and a backslash before a quote or backslash.
         *
         * @throws MalformedFileException if texts of lists become longer than the file can justify
         */
        public String text(int column) throws MalformedFileException {
            Object cell = cells[column];
            if (!(cell instanceof List<?> list)) {
                return cell == null ? "" : (String) cell;
            }
            StringBuilder text = new StringBuilder();
            boolean quoted = columns.get(column).isQuoted();
            write(list, quoted, text);
            budget.take(text.length(), 0);
            return text.toString();
        }

        /**
         * The texts in a cell of a column of lists, without elements that have no value; null for another column.
         *
         * @throws MalformedFileException for a list of lists
         */
        public List<String> list(int column) throws MalformedFileException {
            if (columns.get(column).leaf().lists() == 0) {
                return null;
            }
            List<String> texts = new ArrayList<>();
            if (cells[column] instanceof List<?> list) {
                for (Object element : list) {
                    if (element instanceof List) {
                        throw new MalformedFileException(
                                file,
                                0,
                                "nested-list",
                                "column " + MalformedFileException.quote(names.get(column))
                                        + " has lists of lists, where lists of texts are needed");
                    }
                    if (element != null) {
                        texts.add((String) element);
                    }
                }
            }
            return texts;
        }
    }

    private static void write(List<?> list, boolean quoted, StringBuilder text) {
        text.append('[');
        String separator = "";
        for (Object element : list) {
            text.append(separator);
            separator = ", ";
            if (element instanceof List<?> inner) {
                write(inner, quoted, text);
            } else if (element == null) {
                text.append("None");
            } else if (quoted) {
                String plain = (String) element;
                text.append('\'')
                        .append(plain.replace("\\", "\\\\").replace("'", "\\'"))
                        .append('\'');
            } else {
                text.append((String) element);
            }
        }
        text.append(']');
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
