package org.unmute.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * Checks every number of {@code probes/metrics/expected.json} to 1e-9; an expected number that is not computed here
 * fails the test.
 */
@Tag("golden")
class MetricsGoldenTest {
    private static final double TOLERANCE = 1e-9;
    private static final Pattern CALIBRATION = Pattern.compile("([em]ce)_(?:multilabel|top1)_(\\d+)_(right|left)");
    private static final Pattern TOP_K = Pattern.compile("top(\\d+)_(first|sklearn_last)_index");

    private static final Map<String, ToDoubleFunction<ClassScores>> PER_CLASS = Map.of(
            "ap_per_class", ClassScores::averagePrecision,
            "auroc_per_class", ClassScores::auroc,
            "dprime_per_class", ClassScores::dPrime,
            "lwlrap_per_class", ClassScores::lwlrap,
            "lwlrap_class_weight", ClassScores::lwlrapWeight,
            "f1_per_class_ge0.5", ClassScores::f1AtLeastHalf,
            "f1_per_class_gt0.5", ClassScores::f1AboveHalf,
            "best_f1_per_class", c -> c.best().f1(),
            "best_f1_threshold_per_class", c -> c.best().value());

    @TestFactory
    List<DynamicTest> multiLabel() throws IOException {
        return cases("multilabel", (name, expected) -> {
            try (SafetensorsFile file = SafetensorsFile.open(folder().resolve("metrics.safetensors"))) {
                float[][] scores = matrix(file, "ml." + name + ".scores");
                boolean[][] labels = labels(file, "ml." + name + ".labels");
                checkMultiLabel(scores, labels, expected);
            }
        });
    }

    private static void checkMultiLabel(float[][] scores, boolean[][] labels, JsonNode expected) {
        MultiLabelScores result = MultiLabelScores.of(scores, labels, names(scores), ScoreScale.PROBABILITY);
        expected.properties().forEach(figure -> {
            String key = figure.getKey();
            Matcher calibration = CALIBRATION.matcher(key);
            if (PER_CLASS.containsKey(key)) {
                close(
                        key,
                        figure.getValue(),
                        result.perClass().stream()
                                .mapToDouble(PER_CLASS.get(key))
                                .toArray());
            } else if (key.equals("classes_without_positives")) {
                List<String> absent = new ArrayList<>();
                figure.getValue().forEach(c -> absent.add("class" + c.intValue()));
                assertThat(result.absentClasses()).isEqualTo(absent);
            } else if (calibration.matches()) {
                Calibration c = Calibration.multiLabel(
                        scores,
                        labels,
                        ScoreScale.PROBABILITY,
                        Integer.parseInt(calibration.group(2)),
                        edge(calibration.group(3)));
                close(
                        key,
                        figure.getValue(),
                        calibration.group(1).equals("ece") ? c.expectedError() : c.maximumError());
            } else {
                assertThat(result.values()).containsKey(key);
                close(key, figure.getValue(), result.values().get(key));
            }
        });
    }

    @TestFactory
    List<DynamicTest> singleLabel() throws IOException {
        return cases("singlelabel", (name, expected) -> {
            try (SafetensorsFile file = SafetensorsFile.open(folder().resolve("metrics.safetensors"))) {
                checkSingleLabel(matrix(file, "sl." + name + ".scores"), file.ints("sl." + name + ".labels"), expected);
            }
        });
    }

    private static void checkSingleLabel(float[][] scores, int[] labels, JsonNode expected) {
        SingleLabelScores result = SingleLabelScores.of(scores, labels, names(scores), ScoreScale.PROBABILITY);
        expected.properties().forEach(figure -> {
            String key = figure.getKey();
            Matcher calibration = CALIBRATION.matcher(key);
            Matcher topK = TOP_K.matcher(key);
            switch (key) {
                case "ap_per_class" ->
                    close(
                            key,
                            figure.getValue(),
                            result.perClass().stream()
                                    .mapToDouble(SingleLabelScores.OneClass::averagePrecision)
                                    .toArray());
                case "f1_per_class_argmax" ->
                    close(
                            key,
                            figure.getValue(),
                            result.perClass().stream()
                                    .mapToDouble(SingleLabelScores.OneClass::f1)
                                    .toArray());
                case "confusion_matrix" -> checkConfusion(result.confusion(), figure.getValue());
                default -> {
                    if (calibration.matches()) {
                        Calibration c = Calibration.top1(
                                scores,
                                labels,
                                ScoreScale.PROBABILITY,
                                Integer.parseInt(calibration.group(2)),
                                edge(calibration.group(3)));
                        close(
                                key,
                                figure.getValue(),
                                calibration.group(1).equals("ece") ? c.expectedError() : c.maximumError());
                    } else if (topK.matches()) {
                        TopK t = TopK.of(scores, labels, Integer.parseInt(topK.group(1)), ScoreScale.PROBABILITY);
                        close(key, figure.getValue(), topK.group(2).equals("first") ? t.firstIndex() : t.lastIndex());
                    } else {
                        assertThat(result.values()).containsKey(key);
                        close(key, figure.getValue(), result.values().get(key));
                    }
                }
            }
        });
    }

    private static void checkConfusion(ConfusionMatrix matrix, JsonNode expected) {
        assertThat(matrix.classes()).isEqualTo(expected.size());
        for (int t = 0; t < expected.size(); t++) {
            for (int p = 0; p < expected.size(); p++) {
                assertThat(matrix.count(t, p))
                        .as("confusion[%d][%d]", t, p)
                        .isEqualTo(expected.get(t).get(p).intValue());
            }
        }
    }

    private interface Check {
        void run(String name, JsonNode expected) throws IOException;
    }

    private static Path folder() {
        return Golden.require("probes/metrics");
    }

    private static List<DynamicTest> cases(String kind, Check check) throws IOException {
        JsonNode all = new ObjectMapper()
                .readTree(folder().resolve("expected.json").toFile())
                .path(kind);
        List<DynamicTest> tests = new ArrayList<>();
        all.properties()
                .forEach(c ->
                        tests.add(dynamicTest(kind + " " + c.getKey(), () -> check.run(c.getKey(), c.getValue()))));
        return Golden.cases("metrics " + kind, tests);
    }

    private static void close(String what, JsonNode expected, double... actual) {
        double[] wanted = expected.isArray()
                ? IntStream.range(0, expected.size())
                        .mapToDouble(i -> number(expected.get(i)))
                        .toArray()
                : new double[] {number(expected)};
        Golden.assertClose(what, wanted, actual, TOLERANCE, TOLERANCE);
    }

    /** Parses a number: null means undefined, and infinities are spelled out. */
    private static double number(JsonNode n) {
        if (n.isNull()) {
            return Double.NaN;
        }
        return switch (n.asText()) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> n.doubleValue();
        };
    }

    private static Calibration.Edge edge(String name) {
        return Calibration.Edge.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static List<String> names(float[][] scores) {
        return IntStream.range(0, scores[0].length).mapToObj(c -> "class" + c).toList();
    }

    private static float[][] matrix(SafetensorsFile file, String name) {
        float[] flat = file.floats(name);
        int rows = file.shape(name).dim(0);
        int columns = file.shape(name).dim(1);
        float[][] m = new float[rows][columns];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(flat, r * columns, m[r], 0, columns);
        }
        return m;
    }

    private static boolean[][] labels(SafetensorsFile file, String name) {
        int[] flat = file.ints(name);
        int rows = file.shape(name).dim(0);
        int columns = file.shape(name).dim(1);
        boolean[][] m = new boolean[rows][columns];
        for (int i = 0; i < flat.length; i++) {
            m[i / columns][i % columns] = flat[i] != 0;
        }
        return m;
    }
}
