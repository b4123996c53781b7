package org.unmute.benchmark.results;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.data.MalformedTableException;
import org.unmute.data.TextTable;
import org.unmute.data.json.JsonFields;
import org.unmute.files.InputException;

/** Reads the files of a run. Errors name file and line. */
final class RunFiles {
    private RunFiles() {}

    /**
     * Reads a file with one JSON object.
     *
     * @throws InputException if it is missing or damaged
     */
    static JsonFields json(Path file) {
        try {
            return JsonFields.read(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Reads the rows of a CSV file.
     *
     * @param columns the required columns
     * @throws InputException if it is missing or damaged
     */
    static List<Row> rows(Path file, String... columns) {
        try {
            return rows(TextTable.open(file), file.toString(), columns);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Reads the rows of a table and closes it. */
    static List<Row> rows(TextTable table, String source, String... columns) throws IOException {
        try (table) {
            Map<String, Integer> index = new HashMap<>();
            for (String column : columns) {
                index.put(column, table.required(column));
            }
            List<Row> rows = new ArrayList<>();
            table.forEach(row -> rows.add(new Row(source, row.place().line(), row.fields(), index)));
            return rows;
        }
    }

    private static InputException unreadable(Path file, IOException e) {
        if (!Files.exists(file)) {
            return new InputException(
                    file + ": is missing: the run is incomplete or this is not a folder of 'unmute benchmark'", e);
        }
        return new InputException(
                e instanceof MalformedTableException
                        ? e.getMessage()
                        : file + ": cannot be read: "
                                + (e instanceof CharacterCodingException ? "not UTF-8" : e.getMessage()),
                e);
    }

    /** A row of a CSV file. */
    record Row(String source, long line, List<String> fields, Map<String, Integer> index) {
        String text(String column) {
            return fields.get(index.get(column));
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
                // reported below
            }
            throw wrong(column, "a number");
        }

        /** A number in [0, 1]. */
        double fraction(String column) {
            double value = number(column);
            if (!(value >= 0 && value <= 1)) {
                throw wrong(column, "a number from 0 to 1");
            }
            return value;
        }

        long count(String column) {
            double value = number(column);
            if (!(value >= 0) || value != Math.rint(value) || value > 1L << 53) {
                throw wrong(column, "a whole number, 0 or more,");
            }
            return (long) value;
        }

        private InputException wrong(String column, String expected) {
            return wrong("column '" + column + "' is '" + text(column) + "': " + expected + " is expected");
        }

        InputException wrong(String what) {
            return new InputException(source + ":" + line + ": " + what);
        }
    }
}
