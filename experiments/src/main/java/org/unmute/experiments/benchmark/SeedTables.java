package org.unmute.experiments.benchmark;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.unmute.experiments.data.LabelledClip;
import org.unmute.experiments.metric.Calibration;
import org.unmute.experiments.metric.ClassScores;
import org.unmute.experiments.metric.MultiLabelScores;
import org.unmute.experiments.metric.PrimaryMetric;
import org.unmute.experiments.metric.ScoreScale;
import org.unmute.experiments.metric.SingleLabelScores;
import org.unmute.experiments.protocol.EpochRecord;
import org.unmute.experiments.protocol.FoldScores;
import org.unmute.experiments.provenance.Json;
import org.unmute.experiments.provenance.JsonObject;
import org.unmute.tensor.io.AtomicFile;

/**
 * The tables that a benchmark writes for one seed. The scores of all folds share one table, since each clip is tested
 * once. Undefined numbers are empty cells.
 */
final class SeedTables {
    private static final CSVFormat CSV =
            CSVFormat.RFC4180.builder().setRecordSeparator("\n").get();
    private static final int BINS = 10;

    private final Path folder;
    private final List<String> classes;
    private final PrimaryMetric metric;
    private final List<FoldScores> folds;
    private final List<LabelledClip> clips = new ArrayList<>();
    private final float[][] scores;
    private final boolean[][] labels;

    /**
     * @param folder the seed's folder
     * @param tests the test clips, fold by fold, in the order of the scores
     */
    SeedTables(
            Path folder,
            List<String> classes,
            PrimaryMetric metric,
            List<FoldScores> folds,
            List<List<LabelledClip>> tests) {
        this.folder = folder;
        this.classes = classes;
        this.metric = metric;
        this.folds = folds;
        List<float[]> rows = new ArrayList<>();
        for (int f = 0; f < folds.size(); f++) {
            clips.addAll(tests.get(f));
            rows.addAll(List.of(folds.get(f).scores()));
        }
        scores = rows.toArray(float[][]::new);
        labels = new boolean[scores.length][classes.size()];
        for (int i = 0; i < labels.length; i++) {
            for (String label : clips.get(i).labels()) {
                labels[i][classes.indexOf(label)] = true;
            }
        }
    }

    void write() throws IOException {
        Json.write(folder.resolve("metrics.json"), metrics());
        write("per-class.csv", this::perClass);
        write("loss.csv", this::loss);
        write("scores.csv", this::scores);
        write("calibration.csv", this::calibration);
    }

    @FunctionalInterface
    private interface Rows {
        void printTo(CSVPrinter out) throws IOException;
    }

    private void write(String name, Rows rows) throws IOException {
        StringWriter text = new StringWriter();
        try (CSVPrinter out = new CSVPrinter(text, CSV)) {
            rows.printTo(out);
        }
        AtomicFile.write(folder.resolve(name), text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Every metric, averaged over the folds. */
    private Map<String, Object> metrics() {
        List<Map<String, Double>> each = new ArrayList<>();
        int from = 0;
        for (FoldScores f : folds) {
            each.add(values(f.scores(), Arrays.copyOfRange(labels, from, from + f.scores().length)));
            from += f.scores().length;
        }
        Map<String, Object> all = new JsonObject()
                .with("metric", metric.label())
                .with("value", mean(folds, FoldScores::test))
                .with("clips", scores.length)
                .with("classes", classes.size());
        if (folds.size() > 1) {
            all.put(
                    "folds",
                    folds.stream()
                            .map(f -> new JsonObject()
                                    .with("fold", f.fold().number())
                                    .with("value", f.test()))
                            .toList());
        }
        Map<String, Double> means = new LinkedHashMap<>();
        each.getFirst().keySet().forEach(name -> means.put(name, mean(each, v -> v.get(name))));
        all.put("metrics", means);
        return all;
    }

    private static <T> double mean(List<T> folds, ToDoubleFunction<T> figure) {
        return folds.stream().mapToDouble(figure).average().orElseThrow();
    }

    private Map<String, Double> values(float[][] rows, boolean[][] truth) {
        Map<String, Double> all = new LinkedHashMap<>();
        if (metric == PrimaryMetric.ACCURACY) {
            all.putAll(SingleLabelScores.of(rows, indices(truth), classes, ScoreScale.PROBABILITY)
                    .values());
        }
        MultiLabelScores.of(rows, truth, classes, ScoreScale.PROBABILITY)
                .values()
                .forEach(all::putIfAbsent);
        return all;
    }

    private static int[] indices(boolean[][] truth) {
        int[] indices = new int[truth.length];
        for (int i = 0; i < indices.length; i++) {
            while (!truth[i][indices[i]]) {
                indices[i]++;
            }
        }
        return indices;
    }

    private void perClass(CSVPrinter out) throws IOException {
        out.printRecord("class", "ap", "positives", "auroc");
        for (ClassScores c : MultiLabelScores.of(scores, labels, classes, ScoreScale.PROBABILITY)
                .perClass()) {
            out.printRecord(c.name(), finite(c.averagePrecision()), c.positives(), finite(c.auroc()));
        }
    }

    private void loss(CSVPrinter out) throws IOException {
        out.printRecord("epoch", "loss", "validation", "lr");
        for (int e = 0; e < folds.getFirst().epochs().size(); e++) {
            int at = e;
            List<EpochRecord> own = folds.stream().map(f -> f.epochs().get(at)).toList();
            out.printRecord(
                    own.getFirst().epoch(),
                    finite(mean(own, EpochRecord::loss)),
                    finite(mean(own, EpochRecord::validation)),
                    own.getFirst().rate());
        }
    }

    private void scores(CSVPrinter out) throws IOException {
        List<Object> row = new ArrayList<>(List.of("file"));
        row.addAll(classes);
        out.printRecord(row);
        for (int i = 0; i < scores.length; i++) {
            row = new ArrayList<>(List.of(clips.get(i).file()));
            for (float s : scores[i]) {
                row.add(s);
            }
            out.printRecord(row);
        }
    }

    private void calibration(CSVPrinter out) throws IOException {
        out.printRecord("bin", "confidence", "accuracy", "count");
        List<Calibration.Bin> bins = metric == PrimaryMetric.ACCURACY
                ? Calibration.top1Bins(scores, indices(labels), ScoreScale.PROBABILITY, BINS, Calibration.Edge.RIGHT)
                : Calibration.multiLabelBins(scores, labels, ScoreScale.PROBABILITY, BINS, Calibration.Edge.RIGHT);
        for (int b = 0; b < bins.size(); b++) {
            out.printRecord(
                    b,
                    finite(bins.get(b).confidence()),
                    finite(bins.get(b).accuracy()),
                    bins.get(b).count());
        }
    }

    /** The value, or null (an empty cell) if it is not finite. */
    private static Double finite(double x) {
        return Double.isFinite(x) ? x : null;
    }
}
