package org.unmute.cli.score;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.Manifest;
import org.unmute.data.provenance.Json;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.ClassScores;
import org.unmute.metrics.ConfusionMatrix;
import org.unmute.metrics.DecisionScores;
import org.unmute.metrics.Interval;
import org.unmute.metrics.MultiLabelScores;
import org.unmute.metrics.ScoreScale;
import org.unmute.metrics.SingleLabelScores;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.pool.Probabilities;

/**
 * Metrics of one or several runs (seeds) on the same clips: mean and standard deviation over the runs, and the
 * bootstrap interval over recordings, averaged over the runs.
 */
public final class Scoring {
    private final boolean singleLabel;
    private final List<String> classes;
    private final SeedScores metrics = new SeedScores();
    private final List<MultiLabelScores> perRun = new ArrayList<>();
    private final List<ConfusionMatrix> confusions = new ArrayList<>();
    private final LearnedScores learned = new LearnedScores();
    private final Manifest truth;
    private final int resamples;
    private final long seed;

    /**
     * @param truth       clips and labels, in the order of the score rows
     * @param singleLabel whether each clip has exactly one class, so that accuracy is computed
     * @param resamples   number of bootstrap resamples; 0 for no intervals
     */
    public Scoring(Manifest truth, boolean singleLabel, int resamples, long seed) {
        this.truth = truth;
        this.singleLabel = singleLabel;
        this.classes = truth.labels().names();
        this.resamples = resamples;
        this.seed = seed;
    }

    /**
     * Adds a probe's raw scores, {@code [clips, classes]}, in [0, 1].
     *
     * @param decisions the learned thresholds and calibration, or null; they add metrics and do not change others
     */
    public void add(float[][] scores, Decisions decisions) {
        add(scores, ScoreScale.PROBABILITY, decisions);
    }

    /** Adds a run's scores, {@code [clips, classes]}. */
    public void add(float[][] scores, ScoreScale scale) {
        add(scores, scale, null);
    }

    private void add(float[][] scores, ScoreScale scale, Decisions decisions) {
        if (singleLabel && scale == ScoreScale.LOGIT) {
            // With one class per clip, logits of different clips are comparable only after the softmax.
            add(
                    Arrays.stream(scores).map(Probabilities::softmax).toArray(float[][]::new),
                    ScoreScale.PROBABILITY,
                    decisions);
            return;
        }
        Bootstrap bootstrap = resamples > 0 ? bootstrap() : null;
        Map<String, Double> v = new LinkedHashMap<>();
        Map<String, Interval> ci = new LinkedHashMap<>();
        if (singleLabel) {
            SingleLabelScores single = SingleLabelScores.of(scores, truth.classIndices(), classes, scale);
            v.putAll(single.values());
            confusions.add(single.confusion());
            if (bootstrap != null) {
                ci.putAll(bootstrap.singleLabel(scores, truth.classIndices(), scale));
            }
        }
        MultiLabelScores multi = MultiLabelScores.of(scores, truth.multiHot(), truth.known(), classes, scale);
        perRun.add(multi);
        multi.values().forEach(v::putIfAbsent);
        if (bootstrap != null) {
            bootstrap.multiLabel(scores, truth.multiHot(), truth.known(), scale).forEach(ci::putIfAbsent);
        }
        ci.replaceAll((metric, i) -> i.centredOn(v.getOrDefault(metric, Double.NaN)));
        if (decisions != null) {
            v.putAll(learned.add(scores, truth, decisions));
        }
        metrics.add(v, ci);
    }

    /** Draws recordings, or the clips of a single short one. */
    private Bootstrap bootstrap() {
        Bootstrap clips = new Bootstrap(resamples, 0.95, seed);
        List<String> groups = ClipGroups.of(truth).ofEach(truth);
        return groups.stream().distinct().count() > 1 ? clips.drawing(groups) : clips;
    }

    /** Number of scored clips. */
    public int clips() {
        return truth.clips().size();
    }

    /** A metric over the runs; its interval is corrected for the bias of resampling. */
    public SeedScores.Value value(String metric) {
        return metrics.value(metric);
    }

    /** Classes without a clip in these data. */
    public List<String> absentClasses() {
        return perRun.getFirst().absentClasses();
    }

    /** Average precision of each class, averaged over the runs; NaN for classes without positives. */
    public double[] averagePrecision() {
        return mean(ClassScores::averagePrecision);
    }

    /** AUROC of each class, averaged over the runs; NaN for classes that all clips have, or none. */
    public double[] auroc() {
        return mean(ClassScores::auroc);
    }

    private double[] mean(ToDoubleFunction<ClassScores> metric) {
        double[] mean = new double[classes.size()];
        for (MultiLabelScores m : perRun) {
            for (int c = 0; c < mean.length; c++) {
                mean[c] += metric.applyAsDouble(m.perClass().get(c)) / perRun.size();
            }
        }
        return mean;
    }

    /** Number of clips of each class. */
    public int[] positives() {
        return perRun.getFirst().perClass().stream()
                .mapToInt(ClassScores::positives)
                .toArray();
    }

    /** The main metrics as a table. */
    public ConsoleTable table() {
        ConsoleTable t = new ConsoleTable("metric", "value", "sd over seeds", "95 % from", "to").decimals(4);
        Map<String, String> shown = new LinkedHashMap<>();
        if (singleLabel) {
            shown.put("top1_first_index", "accuracy (top-1)");
            shown.put("top5_first_index", "top-5");
        }
        shown.put("mAP_macro_skip", "mAP (macro, present classes)");
        shown.put("mAP_macro_sklearn_raw", "mAP (macro, absent classes as 0)");
        shown.put("mAP_micro", "mAP (micro)");
        shown.put("auroc_macro_skip", "AUROC (macro)");
        shown.put("dprime_of_mean_auroc", "d'");
        shown.put("lwlrap", "lwlrap");
        shown.put("f1_macro_ge0.5", "F1 (macro, at 0.5)");
        shown.put("f1_micro_ge0.5", "F1 (micro, at 0.5)");
        if (allLearned()) {
            shown.put("f1_macro_learned", "F1 (macro, at learned thresholds)");
            shown.put("f1_micro_learned", "F1 (micro, at learned thresholds)");
            shown.put("ece_multilabel_15_right", "calibration error, raw scores");
            shown.put("ece_calibrated_15_right", "calibration error, calibrated");
        }
        shown.put("top1_multilabel_labelled_samples", "top-1 is a label");
        List<String> known = metrics.names();
        shown.forEach((key, name) -> {
            if (known.contains(key)) {
                SeedScores.Value v = value(key);
                t.row(name, v.mean(), v.sd(), v.low(), v.high());
            }
        });
        return t;
    }

    /** All results, for JSON and run.json. */
    public ObjectNode document() {
        Map<String, Double> ap = new LinkedHashMap<>();
        double[] perClass = averagePrecision();
        for (int c = 0; c < perClass.length; c++) {
            ap.put(classes.get(c), perClass[c]);
        }
        ObjectNode document = Json.object()
                .put("clips", clips())
                .put("classes", classes.size())
                .put("runs", metrics.runs())
                .putPOJO("absentClasses", absentClasses())
                .putPOJO("metrics", metrics.document())
                .putPOJO("averagePrecision", ap);
        if (!truth.isKnown()) {
            document.put("unknownLabels", unknownLabels());
        }
        if (allLearned()) {
            document.set("learned", learned.document(classes));
        }
        confusion().ifPresent(c -> document.putPOJO("confusion", c.document()));
        return document;
    }

    /** Whether every run has learned thresholds. */
    private boolean allLearned() {
        return learned.runs() == metrics.runs();
    }

    /** The learned thresholds and calibrations; empty unless every run has them. */
    public Optional<LearnedScores> learned() {
        return allLearned() ? Optional.of(learned) : Optional.empty();
    }

    /** The confusion matrix summed over the runs; empty unless each clip has exactly one class. */
    public Optional<ConfusionText> confusion() {
        return confusions.isEmpty() ? Optional.empty() : Optional.of(new ConfusionText(classes, confusions));
    }

    /** Average precision of each class as a table, with the scores at learned thresholds. */
    public ConsoleTable classTable() {
        double[] ap = averagePrecision();
        int[] n = positives();
        if (!allLearned()) {
            ConsoleTable t = new ConsoleTable("class", "clips", "AP").decimals(4);
            for (int c = 0; c < ap.length; c++) {
                t.row(classes.get(c), n[c], ap[c]);
            }
            return t;
        }
        ConsoleTable t = new ConsoleTable("class", "clips", "AP", "threshold", "precision", "recall", "F1").decimals(4);
        double[] threshold = learned.mean(DecisionScores.OneClass::threshold);
        double[] precision = learned.mean(DecisionScores.OneClass::precision);
        double[] recall = learned.mean(DecisionScores.OneClass::recall);
        double[] f1 = learned.mean(DecisionScores.OneClass::f1);
        for (int c = 0; c < ap.length; c++) {
            t.row(classes.get(c), n[c], ap[c], threshold[c], precision[c], recall[c], f1[c]);
        }
        return t;
    }

    /** Number of (clip, class) pairs whose label is unknown; they enter no metric. */
    public long unknownLabels() {
        boolean[][] known = truth.known();
        return known == null
                ? 0
                : Arrays.stream(known)
                        .mapToLong(row -> IntStream.range(0, row.length)
                                .filter(c -> !row[c])
                                .count())
                        .sum();
    }

    /** A line about the classes without clips. */
    public String absentLine() {
        List<String> absent = absentClasses();
        return absent.isEmpty()
                ? "all " + classes.size() + " classes have clips in this set"
                : String.format(
                        Locale.ROOT,
                        "%d of %d classes have no clip in this set: %s",
                        absent.size(),
                        classes.size(),
                        String.join(", ", absent));
    }
}
