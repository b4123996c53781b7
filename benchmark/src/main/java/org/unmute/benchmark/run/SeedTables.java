package org.unmute.benchmark.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.unmute.benchmark.protocol.EpochRecord;
import org.unmute.benchmark.protocol.FoldScores;
import org.unmute.data.CsvWriter;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.JsonObject;
import org.unmute.metrics.Calibration;
import org.unmute.metrics.ClassScores;
import org.unmute.metrics.MultiLabelScores;
import org.unmute.metrics.PrimaryMetric;
import org.unmute.metrics.ScoreScale;
import org.unmute.metrics.SingleLabelScores;

/**
 * The tables that a benchmark writes for one seed. The scores of all folds share one table, because each clip is tested
 * once. Undefined numbers become empty cells.
 */
final class SeedTables {

    private static final int BINS = 10;

    private final Path folder;
    private final List<String> classes;
    private final PrimaryMetric metric;
    private final List<FoldScores> folds;
    private final List<LabelledClip> clips = new ArrayList<>();
    private final float[][] scores;
    private final boolean[][] labels;

    /**
     * @param folder folder of the seed
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
        labels = new Manifest(clips, LabelSet.of(classes)).multiHot();
    }

    void write() throws IOException {
        Json.write(folder.resolve("metrics.json"), metrics());
        perClass().write(folder.resolve("per-class.csv"));
        loss().write(folder.resolve("loss.csv"));
        scores().write(folder.resolve("scores.csv"));
        calibration().write(folder.resolve("calibration.csv"));
    }

    /** All metrics, averaged over the folds. */
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
            all.putAll(SingleLabelScores.of(rows, PrimaryMetric.classIndices(truth), classes, ScoreScale.PROBABILITY)
                    .values());
        }
        MultiLabelScores.of(rows, truth, classes, ScoreScale.PROBABILITY)
                .values()
                .forEach(all::putIfAbsent);
        return all;
    }

    private CsvWriter perClass() {
        CsvWriter out = new CsvWriter("class", "ap", "positives", "auroc");
        for (ClassScores c : MultiLabelScores.of(scores, labels, classes, ScoreScale.PROBABILITY)
                .perClass()) {
            out.row(c.name(), Json.finite(c.averagePrecision()), c.positives(), Json.finite(c.auroc()));
        }
        return out;
    }

    private CsvWriter loss() {
        CsvWriter out = new CsvWriter("epoch", "loss", "validation", "lr");
        for (int e = 0; e < folds.getFirst().epochs().size(); e++) {
            int at = e;
            List<EpochRecord> own = folds.stream().map(f -> f.epochs().get(at)).toList();
            out.row(
                    own.getFirst().epoch(),
                    Json.finite(mean(own, EpochRecord::loss)),
                    Json.finite(mean(own, EpochRecord::validation)),
                    own.getFirst().rate());
        }
        return out;
    }

    private CsvWriter scores() {
        List<String> columns = new ArrayList<>(List.of("file"));
        columns.addAll(classes);
        CsvWriter out = new CsvWriter(columns.toArray(String[]::new));
        for (int i = 0; i < scores.length; i++) {
            List<Object> row = new ArrayList<>(List.of(clips.get(i).file()));
            for (float s : scores[i]) {
                row.add(s);
            }
            out.row(row.toArray());
        }
        return out;
    }

    private CsvWriter calibration() {
        CsvWriter out = new CsvWriter("bin", "confidence", "accuracy", "count");
        ScoreScale scale = ScoreScale.PROBABILITY;
        Calibration.Edge edge = Calibration.Edge.RIGHT;
        Calibration calibration = metric == PrimaryMetric.ACCURACY
                ? Calibration.top1(scores, PrimaryMetric.classIndices(labels), scale, BINS, edge)
                : Calibration.multiLabel(scores, labels, scale, BINS, edge);
        int number = 0;
        for (Calibration.Bin bin : calibration.bins()) {
            out.row(number++, Json.finite(bin.confidence()), Json.finite(bin.accuracy()), bin.count());
        }
        return out;
    }
}
