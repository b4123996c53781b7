package org.unmute.cli.score;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.unmute.cli.option.LabelOptions;
import org.unmute.data.Manifest;
import org.unmute.data.provenance.Json;
import org.unmute.metrics.Calibration;
import org.unmute.metrics.DecisionScores;
import org.unmute.metrics.ScoreScale;
import org.unmute.probes.decision.Decisions;

/** Scores at the learned thresholds, and with the learned calibration, of one or several runs on the same clips. */
public final class LearnedScores {
    private static final int BINS = 15;

    private final List<Decisions> learned = new ArrayList<>();
    private final List<DecisionScores> scores = new ArrayList<>();

    /**
     * Adds a run.
     *
     * @param raw   raw scores, {@code [clips, classes]}
     * @param truth the clips with their labels
     * @return the metrics of the run, by name
     */
    Map<String, Double> add(float[][] raw, Manifest truth, Decisions decisions) {
        boolean[][] labels = truth.multiHot();
        boolean[][] known = truth.known();
        double[] thresholds = IntStream.range(0, decisions.classes())
                .mapToDouble(decisions::threshold)
                .toArray();
        DecisionScores at = DecisionScores.at(raw, labels, known, thresholds);
        learned.add(decisions);
        scores.add(at);
        float[][] calibrated = new float[raw.length][];
        for (int i = 0; i < raw.length; i++) {
            calibrated[i] = decisions.calibration().apply(raw[i]);
        }
        Map<String, Double> v = new LinkedHashMap<>();
        v.put("f1_macro_learned", at.f1().macro());
        v.put("f1_micro_learned", at.f1().micro());
        v.put("f1_macro_skip_learned", at.f1().macroPresent());
        v.put(
                "ece_calibrated_" + BINS + "_right",
                Calibration.multiLabel(calibrated, labels, known, ScoreScale.PROBABILITY, BINS, Calibration.Edge.RIGHT)
                        .expectedError());
        return v;
    }

    /** Number of runs that learned thresholds and calibration. */
    public int runs() {
        return learned.size();
    }

    /** Mean over the runs of a per-class number; NaN where a run has none. */
    public double[] mean(ToDoubleFunction<DecisionScores.OneClass> value) {
        double[] mean = new double[learned.getFirst().classes()];
        for (DecisionScores run : scores) {
            for (int c = 0; c < mean.length; c++) {
                mean[c] += value.applyAsDouble(run.perClass().get(c)) / scores.size();
            }
        }
        return mean;
    }

    /**
     * A line about the origin of the thresholds.
     *
     * @param splits the splits that were scored
     */
    public String line(List<String> splits) {
        Decisions first = learned.getFirst();
        String line = "thresholds: " + first;
        return LabelOptions.inWords(splits).equals(first.source())
                ? line + ": the split that is scored, so that F1 at learned thresholds and the calibration are"
                        + " too good"
                : line;
    }

    /** For JSON: the rule, the validation clips and, for each class, thresholds and scores. */
    ObjectNode document(List<String> classes) {
        Map<String, Object> perClass = new LinkedHashMap<>();
        double[] precision = mean(DecisionScores.OneClass::precision);
        double[] recall = mean(DecisionScores.OneClass::recall);
        double[] f1 = mean(DecisionScores.OneClass::f1);
        for (int c = 0; c < classes.size(); c++) {
            int index = c;
            perClass.put(
                    classes.get(c),
                    Json.object()
                            .put("known", learned.getFirst().isKnown(c))
                            .putPOJO(
                                    "thresholds",
                                    learned.stream()
                                            .map(d -> d.threshold(index))
                                            .toList())
                            .putPOJO(
                                    "calibratedThresholds",
                                    learned.stream()
                                            .map(d -> d.calibratedThreshold(index))
                                            .toList())
                            .put("precision", precision[c])
                            .put("recall", recall[c])
                            .put("f1", f1[c]));
        }
        return Json.object()
                .put("rule", learned.getFirst().rule().toString())
                .put("source", learned.getFirst().source())
                .put("clips", learned.getFirst().clips())
                .putPOJO("perClass", perClass);
    }
}
