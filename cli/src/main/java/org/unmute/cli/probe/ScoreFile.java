package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.unmute.cli.console.CommandException;

/**
 * A CSV file of scores: a column {@code file}, then one column per class.
 *
 * @param classes the class columns, in order
 * @param rows scores by file, in the order of the file
 */
public record ScoreFile(List<String> classes, Map<String, float[]> rows) {
    public static ScoreFile read(Path file) throws IOException {
        try (CSVParser csv =
                CSVParser.parse(Files.newBufferedReader(file, StandardCharsets.UTF_8), CSVFormat.RFC4180)) {
            List<String> classes = null;
            Map<String, float[]> rows = new LinkedHashMap<>();
            for (CSVRecord record : csv) {
                List<String> cells = record.toList();
                if (classes == null) {
                    if (cells.size() < 2 || !cells.getFirst().equals("file")) {
                        throw wrong(file, 1, "the first row must be 'file' and one name a class");
                    }
                    classes = cells.subList(1, cells.size());
                    continue;
                }
                if (cells.size() != classes.size() + 1) {
                    throw wrong(
                            file,
                            record.getRecordNumber(),
                            cells.size() + " cells, the first row has " + (classes.size() + 1));
                }
                float[] scores = new float[classes.size()];
                for (int i = 0; i < scores.length; i++) {
                    scores[i] = number(file, record.getRecordNumber(), cells.get(i + 1));
                }
                if (rows.put(cells.getFirst(), scores) != null) {
                    throw wrong(file, record.getRecordNumber(), "file '" + cells.getFirst() + "' is there twice");
                }
            }
            if (rows.isEmpty()) {
                throw wrong(file, 1, "no scores in the file");
            }
            return new ScoreFile(List.copyOf(classes), rows);
        } catch (java.io.UncheckedIOException e) {
            throw CommandException.input(file + ": no CSV: " + e.getCause().getMessage(), e);
        }
    }

    private static float number(Path file, long row, String text) {
        try {
            float f = Float.parseFloat(text.strip());
            if (Float.isFinite(f)) {
                return f;
            }
        } catch (NumberFormatException e) {
            // falls through to the message below
        }
        throw wrong(file, row, "'" + text + "' is no finite number");
    }

    private static CommandException wrong(Path file, long row, String what) {
        return CommandException.input(file + ", row " + row + ": " + what);
    }
}
