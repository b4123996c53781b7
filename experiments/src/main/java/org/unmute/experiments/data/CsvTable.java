package org.unmute.experiments.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A CSV file with a header row; every other row has as many fields as the header. Tabs separate the fields of a {@code
 * .tsv}. Parsing is strict: UTF-8 (a byte order mark is skipped), RFC 4180 quoting, rows of at most 1 MiB. Only one row
 * is held in memory.
 */
public final class CsvTable implements AutoCloseable {
    private final Path file;
    private final CsvReader reader;
    private final List<String> header;

    private CsvTable(Path file, CsvReader reader, List<String> header) {
        this.file = file;
        this.reader = reader;
        this.header = header;
    }

    /**
     * Opens a file and reads its header.
     *
     * @throws MalformedTableException if it is empty, or names a column twice
     */
    public static CsvTable open(Path file) throws IOException {
        return of(file, CsvReader.open(file));
    }

    /**
     * Reads a table from a stream, which {@link #close} closes.
     *
     * @param name its name, for messages; tabs separate the fields of a {@code .tsv}
     */
    public static CsvTable of(Path name, InputStream in) throws IOException {
        return of(name, CsvReader.of(name, in));
    }

    private static CsvTable of(Path file, CsvReader reader) throws IOException {
        try {
            List<String> header = reader.next();
            if (header == null) {
                throw new MalformedTableException(file, 0, "the file is empty: its first row must name the columns");
            }
            Set<String> seen = new HashSet<>();
            for (String name : header) {
                if (!seen.add(name)) {
                    throw new MalformedTableException(
                            file, reader.line(), "two columns are named " + MalformedTableException.quote(name));
                }
            }
            return new CsvTable(file, reader, header);
        } catch (IOException e) {
            reader.close();
            throw e;
        }
    }

    /** Whether there is a column of this name, ignoring case. */
    public boolean hasColumn(String name) {
        return find(name) >= 0;
    }

    /**
     * Index of a required column.
     *
     * @throws MalformedTableException naming the existing columns, if it is missing
     */
    public int required(String name) throws MalformedTableException {
        int at = find(name);
        if (at < 0) {
            throw new MalformedTableException(
                    file, 1, "no column " + MalformedTableException.quote(name) + " among " + columns());
        }
        return at;
    }

    /** Index of a column by its name, ignoring case; -1 if there is none. */
    public int find(String name) {
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
                throw new MalformedTableException(
                        file,
                        1,
                        "no column " + MalformedTableException.quote(named) + " (" + option + "): there are "
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
            throw new MalformedTableException(
                    file,
                    1,
                    "several columns could be meant: " + String.join(", ", found) + ": choose one with " + option);
        }
        return at;
    }

    String columnName(int index) {
        return header.get(index).strip().toLowerCase(Locale.ROOT);
    }

    /** The column names, in quotes, for messages. */
    public String columns() {
        return MalformedTableException.quote(String.join(", ", header));
    }

    /** The fields of the next row, as many as the header's; null at the end. */
    public List<String> next() throws IOException {
        List<String> row = reader.next();
        if (row != null && row.size() != header.size()) {
            throw new MalformedTableException(
                    file,
                    reader.line(),
                    "the row has " + row.size() + " fields, the header " + header.size() + " (" + columns() + ")");
        }
        return row;
    }

    /** Line of the last row read. */
    public long line() {
        return reader.line();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
