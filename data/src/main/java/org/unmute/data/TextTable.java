package org.unmute.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.unmute.data.parquet.ParquetTable;

/**
 * A table with a header row, in a CSV or Parquet file; every other row has as many fields as the header. In a CSV file,
 * the delimiter is a tab in a {@code .tsv}; in other files it is a semicolon or tab if the header contains one and no
 * comma. In that case numbers may have a decimal comma. Parsing is strict: UTF-8 (a byte order mark is skipped), RFC
 * 4180 quoting, rows of at most 1 MiB. A cell that {@link CsvLine} guarded loses its apostrophe. A Parquet file is
 * recognized by its first bytes, whatever its name; its cells are the texts that {@link ParquetTable} gives, and {@link
 * Row#list} gives the texts of a list. Only one row, and a page of each column of a Parquet file, is held in memory.
 */
public final class TextTable implements AutoCloseable {
    private final TableRows reader;
    private final List<String> header;
    private final Place head;
    /** In a table without a header, the row that was read to count the columns. */
    private List<String> first;

    /** @param reader has read the first row, and nothing else */
    private TextTable(TableRows reader, List<String> first, boolean named) {
        this.reader = reader;
        this.header = named
                ? first
                : IntStream.rangeClosed(1, first.size())
                        .mapToObj(Integer::toString)
                        .toList();
        this.first = named ? null : first;
        head = reader.place();
    }

    /**
     * Whether a folder is a table in parts, as Spark writes it: it contains Parquet files and no table of another
     * format. All parts have the same columns; their rows follow each other in the order of the file names.
     *
     * @throws IOException if the folder cannot be read
     */
    public static boolean isInParts(Path folder) throws IOException {
        return ParquetRows.isInParts(folder);
    }

    /** Whether a table is a Parquet file, or a folder that {@link #isInParts}. */
    public static boolean isParquet(Path table) throws IOException {
        return ParquetTable.isOne(table) || isInParts(table);
    }

    /**
     * Opens a file, or a folder that {@link #isInParts}, and reads its header.
     *
     * @throws MalformedTableException if it is empty, or names a column twice
     * @throws org.unmute.files.MalformedFileException if it is a damaged Parquet file
     */
    public static TextTable open(Path file) throws IOException {
        return of(
                file,
                isParquet(file) ? ParquetRows.open(file) : CsvReader.open(file).guessing());
    }

    /**
     * Opens a file whose header is not in the first line, or that has none.
     *
     * @param headerRow see {@link ManifestFormat#headerRow}
     * @throws MalformedTableException if that line is empty or missing, or the file is a Parquet file, which always
     *     names its columns
     */
    public static TextTable open(Path file, int headerRow) throws IOException {
        if (headerRow == 1) {
            return open(file);
        }
        if (isParquet(file)) {
            throw new Place(file, 0)
                    .wrong("a Parquet file names its columns itself: leave --header-row and --no-header out");
        }
        CsvReader reader = CsvReader.open(file).guessing().skipping(headerRow - 1);
        return of(file, reader, headerRow);
    }

    /**
     * The fields of the first lines of a file, by line number, however malformed the table is; empty for a Parquet
     * file.
     */
    public static SortedMap<Long, List<String>> beginning(Path file, int most) throws IOException {
        SortedMap<Long, List<String>> rows = new TreeMap<>();
        if (isParquet(file)) {
            return rows;
        }
        try (LineReader lines = LineReader.open(file)) {
            for (String line = lines.any(); line != null && rows.size() < most; line = lines.any()) {
                InputStream in = new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8));
                try (CsvReader row = CsvReader.of(file, in).guessing()) {
                    List<String> fields = row.next();
                    if (fields != null) {
                        rows.put(lines.place().line(), fields);
                    }
                }
            }
        } catch (MalformedTableException e) {
            return rows;
        }
        return rows;
    }

    /**
     * Reads a table from a stream, which {@link #close} closes.
     *
     * @param name its name, for messages; the delimiter is a tab if it ends in {@code .tsv}
     */
    public static TextTable of(Path name, InputStream in) throws IOException {
        return of(name, CsvReader.of(name, in).guessing());
    }

    private static TextTable of(Path file, TableRows reader) throws IOException {
        return of(file, reader, 1);
    }

    private static TextTable of(Path file, TableRows reader, int headerRow) throws IOException {
        boolean named = headerRow != ManifestFormat.NO_HEADER;
        try {
            List<String> header = reader.next();
            if (header == null && headerRow <= 1) {
                throw new Place(file, 0)
                        .wrong("the file is empty"
                                + (named ? ": its first row must name the columns" : ": it must have a row"));
            }
            if (header == null || headerRow > 1 && reader.place().line() != headerRow) {
                throw new Place(file, 0)
                        .wrong("line " + headerRow + " is empty or not there, but should name the columns"
                                + " (--header-row)");
            }
            Set<String> seen = new HashSet<>();
            for (String name : named ? header : List.<String>of()) {
                // Unnamed columns may repeat: spreadsheets write more separators than columns.
                if (!name.isEmpty() && !seen.add(name)) {
                    throw reader.place().wrong("two columns are named " + MalformedTableException.quote(name));
                }
            }
            return new TextTable(reader, header, named);
        } catch (IOException e) {
            reader.close();
            throw e;
        }
    }

    /**
     * Index of a required column.
     *
     * @throws MalformedTableException naming the existing columns, if it is missing
     */
    public int required(String name) throws MalformedTableException {
        int at = find(name);
        if (at < 0) {
            throw header("no column " + MalformedTableException.quote(name) + " among " + columns());
        }
        return at;
    }

    /** The delimiter: a comma, semicolon or tab. */
    public char delimiter() {
        return reader.delimiter();
    }

    /** The text of a number with a decimal point, where a comma can only be a decimal comma. */
    String decimal(String text) {
        return delimiter() == ',' || !text.strip().matches("-?\\d+,\\d+") ? text : text.replace(',', '.');
    }

    /** The names of the columns, in order. */
    public List<String> names() {
        return List.copyOf(header);
    }

    /** Index of a column by its name, ignoring case; -1 if there is none. */
    public int find(String name) {
        return indexOf(header, name);
    }

    static int indexOf(List<String> header, String name) {
        for (int i = 0; i < header.size(); i++) {
            if (header.get(i).strip().equalsIgnoreCase(name)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Finds a column by its name or, if none is given, by the usual names.
     *
     * @param named the requested name, or null
     * @param usual names to look for otherwise
     * @param option how a user selects the column, for messages
     * @return its index, or -1 if no name is given and none of the usual ones exists
     */
    public int column(String named, List<String> usual, String option) throws MalformedTableException {
        if (named != null) {
            int at = header.indexOf(named);
            if (at < 0) {
                throw header("no column " + MalformedTableException.quote(named) + " (" + option + "): there are "
                        + columns());
            }
            return at;
        }
        List<String> found = new ArrayList<>();
        int at = -1;
        for (String name : usual) {
            if (find(name) >= 0) {
                at = find(name);
                found.add(header.get(at));
            }
        }
        if (found.size() > 1) {
            throw header("several columns could be meant: " + String.join(", ", found) + ": choose one with " + option);
        }
        return at;
    }

    /**
     * Index of the column that has one of several names.
     *
     * @throws MalformedTableException if there is none, or more than one
     */
    public int oneOf(List<String> names) throws MalformedTableException {
        int at = column(null, names, "the name " + names.getFirst());
        if (at < 0) {
            throw header("no column " + String.join(", ", names) + " among " + columns());
        }
        return at;
    }

    /** The position of the header. */
    public Place head() {
        return head;
    }

    /** The exception for an error in the header. */
    public MalformedTableException header(String detail) {
        return head.wrong(detail);
    }

    /** Columns of a Parquet file that are not read, each with the reason in brackets. */
    public List<String> leftOut() {
        return reader.leftOut();
    }

    String columnName(int index) {
        return header.get(index).strip().toLowerCase(Locale.ROOT);
    }

    /** The column names, in quotes, for messages. */
    public String columns() {
        return MalformedTableException.quote(String.join(", ", header));
    }

    /** Reads one row. */
    @FunctionalInterface
    public interface RowReader {
        void read(Row row) throws IOException;
    }

    /** Reads one row and returns whether the next one is needed. */
    @FunctionalInterface
    public interface RowTest {
        boolean goesOn(Row row) throws IOException;
    }

    /** Opens a file and passes each row below its header to a reader. */
    public static void forEach(Path file, RowReader reader) throws IOException {
        forEach(file, 1, reader);
    }

    /**
     * As {@link #forEach(Path, RowReader)}, for a table whose header is in another line.
     *
     * @param headerRow see {@link ManifestFormat#headerRow}
     */
    public static void forEach(Path file, int headerRow, RowReader reader) throws IOException {
        try (TextTable table = open(file, headerRow)) {
            table.forEach(reader);
        }
    }

    /**
     * Passes each remaining row to a reader.
     *
     * @throws MalformedTableException if a row has more or fewer fields than the header
     */
    public void forEach(RowReader rows) throws IOException {
        forEachWhile(row -> {
            rows.read(row);
            return true;
        });
    }

    /** As {@link #forEach(RowReader)}, but stops at the last row that is needed. */
    public void forEachWhile(RowTest rows) throws IOException {
        try {
            for (List<String> fields = next(); fields != null; fields = next()) {
                Place place = reader.place();
                if (fields.size() != header.size()) {
                    throw place.wrong("the row has " + fields.size() + " fields, the header " + header.size() + " ("
                            + columns() + ")");
                }
                if (!rows.goesOn(new Row(this, place, fields))) {
                    return;
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private List<String> next() throws IOException {
        List<String> fields = first == null ? reader.next() : first;
        first = null;
        return fields;
    }

    /** A row below the header. */
    public record Row(TextTable table, Place place, List<String> fields) {
        /**
         * A field by its column's name, ignoring case.
         *
         * @throws MalformedTableException if there is no such column
         */
        public String text(String column) throws MalformedTableException {
            return fields.get(table.required(column));
        }

        /** A field by its column's name, ignoring case; a default if there is no such column. */
        public String text(String column, String absent) {
            int at = table.find(column);
            return at < 0 ? absent : fields.get(at);
        }

        /**
         * The texts of a list field, without elements that have no value; null for any other field, and in a CSV file.
         */
        public List<String> list(int column) throws IOException {
            return fields instanceof ParquetRows.Fields cells ? cells.list(column) : null;
        }

        /**
         * A field that should be a number, with a decimal comma replaced by a point where the file has decimal commas.
         */
        public String number(int column) {
            return table.decimal(fields.get(column));
        }

        /** The exception for an error in this row. */
        public MalformedTableException wrong(String detail) {
            return place.wrong(detail);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
