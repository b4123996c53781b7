package org.unmute.cli.review;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.cli.review.EventSound.Stretch;
import org.unmute.data.TextTable;
import org.unmute.files.RegularFile;

/**
 * Clips that the probe of a folder of events was trained on, one of each class, as far as the records name files that
 * are still there.
 */
final class TrainingExamples {
    private static final String CLIPS = "clips.csv";
    private static final double SECONDS = 10;

    private final Map<String, Stretch> clips = new HashMap<>();
    private final Map<String, Integer> others = new HashMap<>();

    private TrainingExamples() {}

    /**
     * Finds them by the records of a detection, its training and the cache of that.
     *
     * @param events folder of the events
     * @throws IOException if a record cannot be read
     */
    static TrainingExamples of(Path events) throws IOException {
        TrainingExamples all = new TrainingExamples();
        Path run = RunLearner.run(RunLearner.command(events, "detect"));
        String cache = run == null ? null : after(RunLearner.command(run, "probe"), "--cache");
        String audio = cache == null ? null : after(RunLearner.command(Path.of(cache), "embed"), "--audio");
        Path table = run == null ? null : run.resolve(CLIPS);
        if (audio != null && RegularFile.isFile(table)) {
            TextTable.forEach(table, row -> all.add(Path.of(audio), row));
        }
        return all;
    }

    private static String after(List<String> line, String option) {
        int at = line.indexOf(option) + 1;
        return at > 0 && at < line.size() ? line.get(at) : null;
    }

    /** Keeps the clip of each class that has the fewest others, as what is heard is then the class. */
    private void add(Path audio, TextTable.Row row) throws IOException {
        List<String> labels = Arrays.asList(row.text("labels", "").split(";"));
        if (!row.text("split", "train").equals("train")
                || labels.stream().noneMatch(l -> others.getOrDefault(l, Integer.MAX_VALUE) > labels.size())) {
            return;
        }
        Path file;
        double start;
        double end;
        try {
            file = audio.resolve(row.text("file"));
            start = seconds(row.text("start", ""), 0);
            end = Math.min(seconds(row.text("end", ""), Double.MAX_VALUE), start + SECONDS);
        } catch (InvalidPathException | NumberFormatException e) {
            return;
        }
        if (!(end > start) || !RegularFile.isFile(file)) {
            return;
        }
        for (String label : labels) {
            if (others.getOrDefault(label, Integer.MAX_VALUE) > labels.size()) {
                others.put(label, labels.size());
                clips.put(label, new Stretch(file, start, end));
            }
        }
    }

    private static double seconds(String text, double otherwise) {
        return text.isBlank() ? otherwise : Double.parseDouble(text);
    }

    /** A clip of a class; null if there is none. */
    Stretch of(String label) {
        return clips.get(label);
    }
}
