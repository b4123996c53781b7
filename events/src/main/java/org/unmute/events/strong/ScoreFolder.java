package org.unmute.events.strong;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.unmute.data.MalformedTableException;
import org.unmute.data.TextTable;
import org.unmute.files.InputException;
import org.unmute.metrics.event.FrameScores;

/**
 * Scores over time as stored by sed_scores_eval: one file per recording, named after it, with the columns {@code onset
 * offset} and one column per class. Each row begins where the previous one ends.
 *
 * @param classes in the order of the columns of the first file
 * @param files   the file of each recording by name, without {@code .tsv}
 */
public record ScoreFolder(List<String> classes, Map<String, Path> files) {
    public ScoreFolder {
        classes = List.copyOf(classes);
        files = new LinkedHashMap<>(files);
    }

    /**
     * Lists a folder and reads the class names.
     *
     * @throws MalformedTableException if the first file has other columns
     * @throws IOException             if there is no file
     */
    public static ScoreFolder open(Path folder) throws IOException {
        Map<String, Path> files = new LinkedHashMap<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".tsv") && !name.startsWith(".")) {
                    files.put(name.substring(0, name.length() - 4), file);
                }
            }
        }
        if (files.isEmpty()) {
            throw new InputException("no scores in " + folder + ": looked for one .tsv a recording, with the columns"
                    + " onset, offset and one a class");
        }
        Path first = files.values().iterator().next();
        try (TextTable table = TextTable.open(first)) {
            return new ScoreFolder(classes(first, table), files);
        }
    }

    private static List<String> classes(Path file, TextTable table) throws MalformedTableException {
        List<String> names = table.names();
        if (names.size() < 3 || !names.get(0).equals("onset") || !names.get(1).equals("offset")) {
            throw new MalformedTableException(
                    file, 1, "the columns must be onset, offset and one a class, with tabs between");
        }
        return names.subList(2, names.size());
    }

    /**
     * Reads the scores of a recording.
     *
     * @param recording one of {@link #files}
     * @param id        name for the scores
     * @throws MalformedTableException if the file has other classes than the first, or a row is wrong; names the line
     */
    public FrameScores read(String recording, String id) throws IOException {
        Path file = files.get(recording);
        List<float[]> rows = new ArrayList<>();
        List<Double> times = new ArrayList<>();
        try (TextTable table = TextTable.open(file)) {
            if (!classes(file, table).equals(classes)) {
                throw new MalformedTableException(
                        file,
                        1,
                        "other classes than " + files.values().iterator().next() + ", or in another order");
            }
            table.forEach(row -> {
                double from = number(row, 0);
                double to = number(row, 1);
                boolean joined = times.isEmpty() ? from == 0 : Math.abs(from - times.getLast()) <= 1e-6;
                if (!joined || to <= from) {
                    throw row.wrong("rows must begin at 0, each where the one before ends: " + from + " to " + to + " s"
                            + (times.isEmpty() ? "" : " after " + times.getLast() + " s"));
                }
                if (times.isEmpty()) {
                    times.add(0.0);
                }
                times.add(to);
                float[] scores = new float[classes.size()];
                for (int c = 0; c < scores.length; c++) {
                    scores[c] = (float) number(row, c + 2);
                }
                rows.add(scores);
            });
        }
        if (rows.isEmpty()) {
            throw new MalformedTableException(file, 0, "no scores below the header");
        }
        return new FrameScores(id, times.stream().mapToDouble(t -> t).toArray(), rows.toArray(float[][]::new));
    }

    private static double number(TextTable.Row row, int column) throws MalformedTableException {
        String text = row.fields().get(column).strip();
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value) && (column > 1 || value >= 0)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Reported below.
        }
        throw row.wrong("column " + row.table().names().get(column) + " is not a number that fits: "
                + MalformedTableException.quote(text));
    }
}
