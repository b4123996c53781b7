package org.unmute.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads the rows of a CSV file strictly: UTF-8 (a byte order mark is skipped), RFC 4180 quoting, rows ended by LF or CR
 * LF, empty lines skipped; blanks around an unquoted field are not part of it. Errors, reported with file and line:
 * NUL, malformed UTF-8, a quote inside an unquoted field, text after a closing quote, an unclosed quote, a CR inside an
 * unquoted field, and a row beyond 1 MiB. Only one row is held in memory.
 */
final class CsvReader implements TableRows {
    private final LineReader lines;
    private char delimiter;
    /** Whether the delimiter is still to be detected from the first row. */
    private boolean guess;

    private Place place;
    private String line;
    private int at;

    private CsvReader(LineReader lines, char delimiter) {
        this.lines = lines;
        this.delimiter = delimiter;
    }

    /** Opens a file; the delimiter is a tab in a {@code .tsv} and a comma in any other file. */
    static CsvReader open(Path file) throws IOException {
        return of(file, Files.newInputStream(file));
    }

    /** Reads a stream, which {@link #close} closes; {@code file} is its name for messages and for the delimiter. */
    static CsvReader of(Path file, InputStream in) {
        boolean tabs = file.toString().toLowerCase(Locale.ROOT).endsWith(".tsv");
        return new CsvReader(new LineReader(file, in), tabs ? '\t' : ',');
    }

    /**
     * Detects the delimiter from the first row: a comma if one occurs outside quotes, else a semicolon (spreadsheets
     * write it in locales with a decimal comma), else a tab. A spreadsheet's line {@code sep=;} is skipped and its
     * delimiter used. A {@code .tsv} always has tabs.
     */
    CsvReader guessing() {
        guess = delimiter == ',';
        return this;
    }

    /** Skips lines in front of the table, whatever they contain. */
    CsvReader skipping(int count) throws IOException {
        for (int i = 0; i < count && lines.any() != null; i++) {
            guess = delimiter == ',';
        }
        return this;
    }

    @Override
    public char delimiter() {
        return delimiter;
    }

    private static char guessed(String row) {
        boolean quoted = false;
        char found = 0;
        for (int i = 0; i < row.length(); i++) {
            char c = row.charAt(i);
            quoted ^= c == '"';
            if (!quoted && c == ',') {
                return ',';
            }
            if (!quoted && (c == ';' || c == '\t' && found == 0)) {
                found = c;
            }
        }
        return found == 0 ? ',' : found;
    }

    /** The line in which the last row begins. */
    @Override
    public Place place() {
        return place;
    }

    /** The fields of the next row, without the apostrophes of {@link CsvLine}; null at the end of the file. */
    @Override
    public List<String> next() throws IOException {
        do {
            line = lines.any();
        } while (line != null && line.isEmpty());
        place = lines.place();
        if (line == null) {
            return null;
        }
        if (guess) {
            guess = false;
            if (line.matches("sep=[,;\t]")) {
                delimiter = line.charAt(4);
                return next();
            }
            delimiter = guessed(line);
        }
        at = 0;
        List<String> fields = new ArrayList<>();
        while (true) {
            fields.add(CsvLine.text(line.startsWith("\"", at) ? quotedField() : plainField()));
            if (at == line.length()) {
                return fields;
            }
            at++;
        }
    }

    private String plainField() throws MalformedTableException {
        int end = line.indexOf(delimiter, at);
        String field = line.substring(at, end < 0 ? line.length() : end);
        if (field.indexOf('"') >= 0) {
            throw place.wrong("a quote inside an unquoted field: quote the whole field and double the quotes in it");
        }
        if (field.indexOf('\r') >= 0) {
            throw place.wrong("a carriage return without line feed: save the file with LF or CR LF line ends");
        }
        at += field.length();
        return field.trim();
    }

    private String quotedField() throws IOException {
        StringBuilder field = new StringBuilder();
        at++;
        while (true) {
            int quote = line.indexOf('"', at);
            if (quote < 0) {
                continueInNextLine(field);
            } else {
                field.append(line, at, quote);
                at = quote + 1;
                if (!line.startsWith("\"", at)) {
                    break;
                }
                field.append('"');
                at++;
            }
        }
        if (at < line.length() && line.charAt(at) != delimiter) {
            throw place.wrong("text after a closing quote: double the quotes inside a quoted field");
        }
        return field.toString();
    }

    private void continueInNextLine(StringBuilder field) throws IOException {
        field.append(line, at, line.length()).append(lines.end());
        line = lines.any();
        at = 0;
        if (line == null) {
            throw place.wrong("the quote opened in this row is never closed");
        }
        if (field.length() > LineReader.MAX_BYTES) {
            throw place.wrong("the row is longer than 1 MiB: is a quote missing?");
        }
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
