package org.unmute.events.strong;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.data.MalformedTableException;
import org.unmute.data.RecordingNames;
import org.unmute.data.TextTable;

/**
 * Lengths of recordings.
 *
 * @param seconds by recording name, positive, in order
 */
public record Durations(Map<String, Double> seconds) {
    private static final List<String> NAMES = List.of("filename", "file", "path", "fname", "audio_id");
    private static final List<String> LENGTHS = List.of("duration", "seconds", "length", "duration_s");

    public Durations {
        seconds = new LinkedHashMap<>(seconds);
    }

    /**
     * Reads a table with the columns {@code filename} and {@code duration} (seconds), as in DESED. Columns are
     * separated by tabs in {@code .tsv} files and by commas in others.
     *
     * @throws MalformedTableException if the table is malformed; names the line
     */
    public static Durations read(Path table) throws IOException {
        Map<String, Double> all = new LinkedHashMap<>();
        Map<String, Long> lines = new HashMap<>();
        try (TextTable csv = TextTable.open(table)) {
            int name = csv.oneOf(NAMES);
            int length = csv.oneOf(LENGTHS);
            csv.forEach(row -> {
                String recording = row.fields().get(name).strip();
                row.place().requireNew("recording", recording, lines);
                all.put(recording, number(row, row.fields().get(length).strip()));
            });
        }
        return new Durations(all);
    }

    private static double number(TextTable.Row row, String text) throws MalformedTableException {
        try {
            double value = Double.parseDouble(text);
            if (value > 0 && value < Double.POSITIVE_INFINITY) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Reported below.
        }
        throw row.wrong("the duration must be a positive number of seconds: " + MalformedTableException.quote(text));
    }

    /** The length of a recording under any of its names; empty if it is not listed. */
    public Optional<Double> find(RecordingNames names, String recording) {
        return names.find(recording).map(seconds::get);
    }

    /** The names of the recordings. */
    public RecordingNames names() {
        return new RecordingNames(seconds.keySet());
    }
}
