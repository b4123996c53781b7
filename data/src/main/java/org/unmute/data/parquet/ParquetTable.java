package org.unmute.data.parquet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.unmute.data.parquet.Schema.Leaf;
import org.unmute.files.FileFailure;
import org.unmute.files.MalformedFileException;

/**
 * Reads the rows of a Parquet file as text, one row at a time. Supported columns are numbers, flags, texts, dates and
 * times, and lists of these; the parts of a structure are columns {@code structure.part}. Maps, bytes that are not
 * text, and other types are left out and not read from the file. Where Hugging Face's {@code datasets} stored class
 * names, class indices are replaced by names.
 *
 * <p>Pages may be uncompressed or compressed with Snappy, gzip or Zstandard. Invalid content causes an exception that
 * names the file, and so does a page that does not match its checksum; without checksums, changed values may go
 * unnoticed. Whatever a file contains, its cells and texts take at most 4 MiB plus 128 times its size. Only a page of
 * each column is in memory; a file that needs more memory than there is causes the same exception.
 */
public final class ParquetTable implements AutoCloseable {
    static final byte[] MAGIC = {'P', 'A', 'R', '1'};
    private static final int TAIL = 8;
    /** Names of a data frame's index columns. */
    private static final Pattern INDEX = Pattern.compile("__index_level_\\d+__");
    /** Maximum bytes of the metadata: enough for 4,000 columns and 200 row groups. */
    private static final int MAX_DESCRIPTION = 128 << 20;

    private final String file;
    private final FileChannel in;
    private final Footer footer;
    private final Budget budget;
    private final List<ColumnCursor> columns = new ArrayList<>();
    /** Index of each column among all of the file. */
    private final List<Integer> chunks = new ArrayList<>();

    private final List<String> names = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private int group = -1;
    private long leftInGroup;
    private long row;
    private Object[] cells;
    /** The column that was read last. */
    private ColumnCursor current;

    private ParquetTable(String file, FileChannel in, Footer footer, Map<String, List<String>> classes, Budget budget) {
        this.file = file;
        this.in = in;
        this.footer = footer;
        this.budget = budget;
        for (int i = 0; i < footer.leaves().size(); i++) {
            Leaf leaf = footer.leaves().get(i);
            if (leaf.unread() != null) {
                leftOut.add(leaf.name() + " (" + leaf.unread() + ")");
            } else if (!INDEX.matcher(leaf.name()).matches()) {
                names.add(leaf.name());
                chunks.add(i);
                columns.add(new ColumnCursor(in, leaf, classes.get(leaf.name()), budget));
            }
        }
        cells = new Object[columns.size()];
    }

    /**
     * Whether a file begins like a Parquet file, whatever its name; false if it is not a regular file.
     *
     * @throws IOException if the file cannot be read
     */
    public static boolean isOne(Path file) throws IOException {
        // Reading a pipe would consume its bytes.
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
     * Opens a file and reads its schema.
     *
     * @throws MalformedFileException if the file is damaged, encrypted, or of an unsupported kind
     * @throws IOException if the file cannot be read
     */
    public static ParquetTable open(Path file) throws IOException {
        FileChannel in = FileChannel.open(file);
        try {
            long size = in.size();
            return guarded(file.toString(), () -> Math.max(0, size - TAIL), () -> open(file.toString(), in, size));
        } catch (IOException e) {
            in.close();
            throw FileFailure.named(file, e);
        }
    }

    private static ParquetTable open(String file, FileChannel in, long size) throws IOException {
        Bytes tail = Bytes.read(in, Math.max(0, size - TAIL), (int) Math.min(size, TAIL));
        if (size < MAGIC.length + TAIL || !Arrays.equals(tail.data, TAIL - 4, TAIL, MAGIC, 0, 4)) {
            throw new BrokenRuleException(
                    "no-end", "a Parquet file ends with PAR1: it is damaged, or not all of it is there");
        }
        long length = tail.little(4);
        if (length > size - TAIL - MAGIC.length || length > MAX_DESCRIPTION) {
            throw new BrokenRuleException(
                    "bad-size",
                    "a description of " + length + " bytes in a file of " + size + "; at most " + MAX_DESCRIPTION
                            + " are read");
        }
        long start = size - TAIL - length;
        Footer footer = Footer.read(Bytes.read(in, start, (int) length), start);
        return new ParquetTable(file, in, footer, HuggingFaceNote.of(footer.note()), new Budget(size));
    }

    private interface Step<T, E extends Exception> {
        T run() throws E;
    }

    /**
     * Reports what is wrong with a file as such. The decoders index arrays by what the file states, so that a false
     * statement ends in one of these exceptions; and a description of few bytes may take all memory.
     */
    private static <T, E extends Exception> T guarded(String file, LongSupplier place, Step<T, E> step)
            throws E, MalformedFileException {
        try {
            return step.run();
        } catch (BrokenRuleException e) {
            throw new MalformedFileException(file, place.getAsLong(), e.rule(), e.getMessage());
        } catch (IndexOutOfBoundsException | NegativeArraySizeException | ArithmeticException e) {
            throw new MalformedFileException(
                    file, place.getAsLong(), "bad-content", "what it states contradicts what it holds: it is damaged");
        } catch (OutOfMemoryError e) {
            throw new MalformedFileException(
                    file,
                    place.getAsLong(),
                    "too-large",
                    "reading it takes more than the memory that there is, "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB: it is damaged, or export the columns that are needed as CSV");
        }
    }

    /** The names of the columns, in order. */
    public List<String> names() {
        return List.copyOf(names);
    }

    /** Columns that are not read, each with the reason in brackets. */
    public List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    /** Number of rows. */
    public long rows() {
        return footer.rows();
    }

    /** The number of the last row read, from 1; 0 before the first row. */
    public long row() {
        return row;
    }

    /**
     * Advances to the next row.
     *
     * @return false after the last row
     * @throws MalformedFileException if the file is damaged
     * @throws IOException if the file cannot be read
     */
    public boolean next() throws IOException {
        try {
            return guarded(file, () -> current == null ? 0 : current.place(), this::advance);
        } catch (IOException e) {
            throw FileFailure.named(file, e);
        }
    }

    private boolean advance() throws IOException {
        while (leftInGroup == 0) {
            for (int i = 0; group >= 0 && i < columns.size(); i++) {
                current = columns.get(i);
                current.end();
            }
            if (++group >= footer.groups().size()) {
                return false;
            }
            Footer.Group next = footer.groups().get(group);
            for (int i = 0; i < columns.size(); i++) {
                columns.get(i).begin(next.chunks().get(chunks.get(i)));
            }
            leftInGroup = next.rows();
        }
        leftInGroup--;
        row++;
        cells = new Object[columns.size()];
        budget.take(cells.length + 1L);
        for (int i = 0; i < cells.length; i++) {
            current = columns.get(i);
            cells[i] = current.next();
        }
        return true;
    }

    /** The cells of the current row; they remain valid when the table advances. */
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
         * A cell as text, empty if it has no value. A list is written as {@code ['a', 'b']} or {@code [0.5, 1.0]}, with
         * {@code None} for an element without a value, and a backslash before a quote or backslash.
         *
         * @throws MalformedFileException if the text of lists exceeds the limit for the size of the file
         */
        public String text(int column) throws MalformedFileException {
            Object cell = cells[column];
            if (!(cell instanceof List<?> list)) {
                return cell == null ? "" : (String) cell;
            }
            StringBuilder text = new StringBuilder();
            boolean quoted = columns.get(column).isQuoted();
            write(list, quoted, text);
            guarded(file, () -> 0, () -> budget.take(text.length()));
            return text.toString();
        }

        /**
         * The texts in a cell of a list column, without elements that have no value; null for any other column.
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
