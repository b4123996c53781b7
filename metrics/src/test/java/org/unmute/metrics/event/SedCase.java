package org.unmute.metrics.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.io.SafetensorsFile;

/** One folder of reference numbers for sound events. */
record SedCase(Path folder, EventReference reference, List<FrameScores> scores, JsonNode expected) {
    /** Folders below {@code sed} that contain all of these files. */
    static List<Path> folders(String... files) throws IOException {
        Path root = Golden.require("sed");
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isDirectory)
                    .filter(folder -> Stream.of(files).allMatch(f -> Files.exists(folder.resolve(f))))
                    .sorted()
                    .toList();
        }
    }

    static SedCase read(Path folder) throws IOException {
        JsonNode expected =
                new ObjectMapper().readTree(folder.resolve("expected.json").toFile());
        List<String> classes = StreamSupport.stream(expected.path("classes").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        Map<String, Double> durations = new LinkedHashMap<>();
        for (String[] row : rows(folder.resolve("durations.tsv"))) {
            durations.put(row[0], Double.parseDouble(row[1]));
        }
        EventReference reference = new EventReference(classes, durations, listed(folder.resolve("ground_truth.tsv")));
        List<FrameScores> scores = new ArrayList<>();
        if (Files.exists(folder.resolve("scores.safetensors"))) {
            try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("scores.safetensors"))) {
                double rate = expected.path("frames_per_second").asDouble();
                for (String name : reference.files()) {
                    float[] flat = file.floats(name);
                    float[][] frames = new float[flat.length / classes.size()][];
                    for (int i = 0; i < frames.length; i++) {
                        frames[i] = java.util.Arrays.copyOfRange(flat, i * classes.size(), (i + 1) * classes.size());
                    }
                    scores.add(FrameScores.atRate(name, frames, rate));
                }
            }
        }
        return new SedCase(folder, reference, scores, expected);
    }

    List<SoundEvent> listed(String file) throws IOException {
        return listed(folder.resolve(file));
    }

    private static List<SoundEvent> listed(Path file) throws IOException {
        List<SoundEvent> events = new ArrayList<>();
        for (String[] row : rows(file)) {
            if (row.length > 3 && !row[1].isEmpty()) {
                events.add(new SoundEvent(row[0], Double.parseDouble(row[1]), Double.parseDouble(row[2]), row[3]));
            }
        }
        return events;
    }

    private static List<String[]> rows(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .skip(1)
                .filter(line -> !line.isEmpty())
                .map(line -> line.split("\t"))
                .toList();
    }

    /** Maximal runs of frames whose score is above the threshold of the class, by class and then by onset. */
    static List<SoundEvent> events(FrameScores scores, List<String> labels, double[] thresholds) {
        List<SoundEvent> events = new ArrayList<>();
        double[] times = scores.times();
        int frames = scores.scores().length;
        for (int c = 0; c < thresholds.length; c++) {
            int begun = -1;
            for (int i = 0; i <= frames; i++) {
                boolean active = i < frames && scores.scores()[i][c] > thresholds[c];
                if (active && begun < 0) {
                    begun = i;
                } else if (!active && begun >= 0) {
                    events.add(new SoundEvent(scores.file(), times[begun], times[i], labels.get(c)));
                    begun = -1;
                }
            }
        }
        return events;
    }
}
