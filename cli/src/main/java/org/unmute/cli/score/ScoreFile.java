package org.unmute.cli.score;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.data.MalformedTableException;
import org.unmute.data.TextTable;

/**
 * A CSV file of scores: a column {@code file}, then one column per class.
 *
 * @param classes the class columns, in order
 * @param rows scores of each recording, in the order of the CSV file
 */
public record ScoreFile(List<String> classes, Map<String, float[]> rows) {
    public static ScoreFile read(Path file) throws IOException {
        Map<String, float[]> rows = new LinkedHashMap<>();
        try (TextTable table = TextTable.open(file)) {
            List<String> names = table.names();
            if (names.size() < 2 || !names.getFirst().equals("file")) {
                throw new MalformedTableException(file, 1, "the first row must be 'file' and one name a class");
            }
            table.forEach(row -> {
                String clip = row.fields().getFirst();
                float[] scores = new float[names.size() - 1];
                for (int i = 0; i < scores.length; i++) {
                    scores[i] = number(row, row.fields().get(i + 1));
                }
                if (rows.put(clip, scores) != null) {
                    throw row.wrong("file '" + clip + "' is there twice");
                }
            });
            if (rows.isEmpty()) {
                throw new MalformedTableException(file, 1, "no scores in the file");
            }
            return new ScoreFile(names.subList(1, names.size()), rows);
        }
    }

    private static float number(TextTable.Row row, String text) throws MalformedTableException {
        try {
            float f = Float.parseFloat(text.strip());
            if (Float.isFinite(f)) {
                return f;
            }
        } catch (NumberFormatException e) {
            // falls through to the message below
        }
        throw row.wrong("'" + text + "' is no finite number");
    }
}
