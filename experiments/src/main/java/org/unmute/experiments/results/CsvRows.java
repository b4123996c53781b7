package org.unmute.experiments.results;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.unmute.experiments.InputException;

/** The rows of a CSV file with a header; what does not fit is refused with the file's name and the line. */
final class CsvRows {
    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();

    private CsvRows() {}

    /** A row of a file. */
    record Row(String source, CSVRecord csv) {
        String text(String column) {
            return csv.get(column);
        }

        /** A number; an empty cell and {@code NaN} are NaN. */
        double number(String column) {
            String text = text(column).strip();
            if (text.isEmpty() || text.equals("NaN")) {
                return Double.NaN;
            }
            try {
                double value = Double.parseDouble(text);
                if (Double.isFinite(value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw wrong(column, text);
        }

        long count(String column) {
            double value = number(column);
            if (!(value >= 0) || value != Math.rint(value) || value > 1L << 53) {
                throw wrong(column, text(column));
            }
            return (long) value;
        }

        private InputException wrong(String column, String text) {
            return new InputException(source + " line " + (csv.getRecordNumber() + 1) + ": damaged: column '" + column
                    + "' is '" + text + "': a number is expected");
        }
    }

    /** All rows of a file that has at least these columns. */
    static List<Row> read(Path file, String... columns) {
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return read(file.toString(), in, columns);
        } catch (IOException e) {
            throw JsonFields.unreadable(file, e);
        } catch (UncheckedIOException e) {
            throw JsonFields.unreadable(file, e.getCause());
        }
    }

    static List<Row> read(String source, Reader in, String... columns) throws IOException {
        List<Row> rows = new ArrayList<>();
        try (CSVParser parser = FORMAT.parse(in)) {
            for (String column : columns) {
                if (!parser.getHeaderNames().contains(column)) {
                    throw new InputException(source + ": damaged: column '" + column + "' is missing, there are "
                            + parser.getHeaderNames());
                }
            }
            for (CSVRecord r : parser) {
                if (!r.isConsistent()) {
                    throw new InputException(source + " line " + (r.getRecordNumber() + 1) + ": damaged: " + r.size()
                            + " cells for " + parser.getHeaderNames().size() + " columns");
                }
                rows.add(new Row(source, r));
            }
        } catch (IllegalArgumentException e) {
            throw new InputException(source + ": damaged: " + e.getMessage(), e);
        }
        return rows;
    }
}
