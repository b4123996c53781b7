package org.unmute.experiments.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Reads the rows of a CSV file strictly: UTF-8 (a byte order mark is skipped), RFC 4180 quoting, rows ended by LF or CR
 * LF, empty lines skipped. Errors, with file and line: NUL, malformed UTF-8, a quote inside an unquoted field, text
 * after a closing quote, an unclosed quote, a lone CR, and a row beyond 1 MiB. Only one row is held in memory.
 */
final class CsvReader implements AutoCloseable {
    static final int MAX_ROW_BYTES = 1 << 20;

    private final Path file;
    private final char delimiter;
    private final InputStream in;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private byte[] field = new byte[256];
    private int fieldBytes;
    private long rowBytes;
    private long nextLine = 1;
    private long rowLine;

    private CsvReader(Path file, char delimiter, InputStream in) {
        this.file = file;
        this.delimiter = delimiter;
        this.in = in;
    }

    /** Opens a file; tabs separate the fields of a {@code .tsv}, commas those of any other file. */
    static CsvReader open(Path file) throws IOException {
        return of(file, new BufferedInputStream(Files.newInputStream(file), 1 << 16));
    }

    /** Reads a stream; the name is used in messages and decides the separator. */
    static CsvReader of(Path file, InputStream in) throws IOException {
        char delimiter = file.toString().toLowerCase(Locale.ROOT).endsWith(".tsv") ? '\t' : ',';
        CsvReader reader = new CsvReader(file, delimiter, in.markSupported() ? in : new BufferedInputStream(in));
        try {
            reader.skipByteOrderMark();
            return reader;
        } catch (IOException e) {
            reader.close();
            throw e;
        }
    }

    private void skipByteOrderMark() throws IOException {
        in.mark(3);
        if (in.read() != 0xEF || in.read() != 0xBB || in.read() != 0xBF) {
            in.reset();
        }
    }

    /** The line in which the last row begins. */
    Place place() {
        return new Place(file, rowLine);
    }

    /** The fields of the next row; null at the end of the file. */
    List<String> next() throws IOException {
        rowBytes = 0;
        rowLine = nextLine;
        int c = read();
        while (c == '\n' || c == '\r') {
            if (c == '\r') {
                lineFeedAfterReturn();
            }
            rowLine = ++nextLine;
            rowBytes = 0;
            c = read();
        }
        if (c < 0) {
            return null;
        }
        List<String> fields = new ArrayList<>();
        while (true) {
            fieldBytes = 0;
            c = c == '"' ? quotedField() : plainField(c);
            fields.add(decode());
            if (c != delimiter) {
                if (c == '\r') {
                    lineFeedAfterReturn();
                }
                nextLine++;
                return fields;
            }
            c = read();
        }
    }

    /** Reads up to the delimiter or line end and returns that character; -1 at the end of the file. */
    private int plainField(int first) throws IOException {
        int c = first;
        while (c >= 0 && c != delimiter && c != '\n' && c != '\r') {
            if (c == '"') {
                throw wrong("a quote inside an unquoted field: quote the whole field and double the quotes in it");
            }
            append(c);
            c = read();
        }
        return c;
    }

    private int quotedField() throws IOException {
        while (true) {
            int c = read();
            if (c < 0) {
                throw wrong("the quote opened in this row is never closed");
            }
            if (c == '"') {
                c = read();
                if (c != '"') {
                    if (c >= 0 && c != delimiter && c != '\n' && c != '\r') {
                        throw wrong("text after a closing quote: double the quotes inside a quoted field");
                    }
                    return c;
                }
            } else if (c == '\n') {
                nextLine++;
            }
            append(c);
        }
    }

    private void lineFeedAfterReturn() throws IOException {
        if (read() != '\n') {
            throw wrong("a carriage return without line feed: save the file with LF or CR LF line ends");
        }
    }

    private int read() throws IOException {
        int c = in.read();
        if (c == 0) {
            throw wrong("a NUL byte: this is no text file, or UTF-16: save it as UTF-8");
        }
        if (++rowBytes > MAX_ROW_BYTES && c >= 0) {
            throw wrong("the row is longer than 1 MiB: is a quote missing?");
        }
        return c;
    }

    private void append(int c) {
        if (fieldBytes == field.length) {
            field = Arrays.copyOf(field, 2 * field.length);
        }
        field[fieldBytes++] = (byte) c;
    }

    private String decode() throws IOException {
        try {
            return utf8.decode(ByteBuffer.wrap(field, 0, fieldBytes)).toString();
        } catch (CharacterCodingException e) {
            throw wrong("a byte sequence that is not UTF-8: save the file as UTF-8");
        }
    }

    private MalformedTableException wrong(String detail) {
        return place().wrong(detail);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
