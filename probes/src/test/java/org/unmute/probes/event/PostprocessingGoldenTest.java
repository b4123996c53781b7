package org.unmute.probes.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * Median filters and events of {@code sed/postprocessing}. Frames and events must match exactly.
 */
@Tag("golden")
class PostprocessingGoldenTest {
    private static Path folder() {
        return Golden.require("sed/postprocessing");
    }

    private static JsonNode expected() throws IOException {
        return new ObjectMapper().readTree(folder().resolve("expected.json").toFile());
    }

    /** Scores of one class. */
    private static float[] column(SafetensorsFile file, String name, int c) {
        float[] flat = file.floats(name);
        int classes = file.shape(name).dim(1);
        float[] own = new float[flat.length / classes];
        for (int i = 0; i < own.length; i++) {
            own[i] = flat[i * classes + c];
        }
        return own;
    }

    private static double[] times(int frames, double rate) {
        double[] times = new double[frames + 1];
        Arrays.setAll(times, i -> i / rate);
        return times;
    }

    @TestFactory
    List<DynamicTest> mediansOfFrames() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        Path folder = folder();
        try (SafetensorsFile filtered = SafetensorsFile.open(folder.resolve("median_frames.safetensors"))) {
            for (String key : Golden.cases("medians", filtered.names())) {
                tests.add(dynamicTest(key, () -> medianOfFrames(folder, key)));
            }
        }
        return tests;
    }

    private static void medianOfFrames(Path folder, String key) throws IOException {
        String[] parts = key.split("\\|");
        int window = Integer.parseInt(parts[1]);
        MedianFilter.Edges edges = MedianFilter.Edges.valueOf(parts[2].toUpperCase(java.util.Locale.ROOT));
        try (SafetensorsFile scores = SafetensorsFile.open(folder.resolve("scores.safetensors"));
                SafetensorsFile filtered = SafetensorsFile.open(folder.resolve("median_frames.safetensors"))) {
            for (int c = 0; c < filtered.shape(key).dim(1); c++) {
                assertThat(new MedianFilter(window, edges).apply(column(scores, parts[0], c)))
                        .isEqualTo(column(filtered, key, c));
            }
        }
    }

    @TestFactory
    List<DynamicTest> events() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        JsonNode expected = expected();
        Path folder = folder();
        expected.path("events")
                .properties()
                .forEach(file -> file.getValue()
                        .properties()
                        .forEach(column -> column.getValue()
                                .forEach(entry -> tests.add(dynamicTest(
                                        file.getKey() + " " + column.getKey() + " " + entry.path("steps"),
                                        () -> events(folder, expected, file.getKey(), column.getKey(), entry))))));
        return Golden.cases("events", tests);
    }

    private static void events(Path folder, JsonNode expected, String file, String label, JsonNode entry)
            throws IOException {
        int c = 0;
        while (!expected.path("classes").get(c).asText().equals(label)) {
            c++;
        }
        try (SafetensorsFile scores = SafetensorsFile.open(folder.resolve("scores.safetensors"))) {
            float[] own = column(scores, file, c);
            double[] times =
                    times(own.length, expected.path("frames_per_second").asDouble());
            List<Stretch> stretches = apply(entry.path("steps"), own, times);
            List<Stretch> right = StreamSupport.stream(entry.path("events").spliterator(), false)
                    .map(e -> new Stretch(e.get(0).asDouble(), e.get(1).asDouble()))
                    .toList();
            assertThat(stretches).isEqualTo(right);
            EventRules rules = rules(entry.path("steps"));
            if (rules != null) {
                assertThat(detected(rules, own, times)).isEqualTo(right);
            }
        }
    }

    private static List<Stretch> apply(JsonNode steps, float[] scores, double[] times) {
        float[] filtered = scores;
        List<Stretch> now = List.of();
        for (JsonNode step : steps) {
            if (step.has("median_frames")) {
                assertThat(step.path("edges").asText()).isEqualTo("reflect");
                filtered = new MedianFilter(step.path("median_frames").asInt(), MedianFilter.Edges.REFLECT)
                        .apply(filtered);
            } else if (step.has("merge_gaps")) {
                now = Stretch.merged(now, step.path("merge_gaps").asDouble());
            } else if (step.has("minimum_duration")) {
                now = Stretch.lasting(now, step.path("minimum_duration").asDouble());
            } else {
                now = Stretch.above(filtered, times, high(step), low(step));
            }
        }
        return now;
    }

    private static double high(JsonNode step) {
        return step.has("threshold")
                ? step.path("threshold").asDouble()
                : step.path("hysteresis").path("high").asDouble();
    }

    private static double low(JsonNode step) {
        return step.has("threshold")
                ? step.path("threshold").asDouble()
                : step.path("hysteresis").path("low").asDouble();
    }

    /** The rules equivalent to some steps; null if the detector does not apply them in that order. */
    private static EventRules rules(JsonNode steps) {
        int median = 1;
        double gap = -1;
        double duration = 0;
        double[] thresholds = new double[2];
        for (JsonNode step : steps) {
            if (step.has("median_frames")) {
                median = step.path("median_frames").asInt();
            } else if (step.has("merge_gaps")) {
                if (duration > 0) {
                    return null;
                }
                gap = step.path("merge_gaps").asDouble();
            } else if (step.has("minimum_duration")) {
                duration = step.path("minimum_duration").asDouble();
            } else {
                thresholds = new double[] {high(step), low(step)};
            }
        }
        return new EventRules(
                new double[] {thresholds[0]}, new double[] {thresholds[1]}, median, Math.max(0, gap), duration, 0);
    }

    private static List<Stretch> detected(EventRules rules, float[] scores, double[] times) {
        List<Stretch> found = new ArrayList<>();
        EventDetector detector =
                new EventDetector(rules, (_, onset, offset, _, _) -> found.add(new Stretch(onset, offset)));
        for (int i = 0; i < scores.length; i++) {
            detector.accept(times[i], times[i + 1], new float[] {scores[i]});
        }
        detector.finish();
        return found;
    }
}
