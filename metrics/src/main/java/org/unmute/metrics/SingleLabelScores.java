package org.unmute.metrics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * All metrics of an evaluation in which each clip has exactly one class. Undefined values are NaN.
 *
 * @param clips number of clips scored
 * @param perClass one entry per class, in the order of the scores
 * @param topK for k = 1, 3, 5
 * @param macroMap one-versus-rest average precision, averaged over the classes with clips
 * @param macroAuroc one-versus-rest area under the ROC curve, averaged over the classes with clips
 * @param confusion true against predicted class; the prediction is the best-scored class, the first on ties
 * @param negativeLogLikelihood mean of -ln(max(p(class), 1e-300)), in nats
 * @param brier mean over clips of the squared error summed over classes
 * @param calibration calibration of the best-scored class, for 10 and 15 bins and both edges
 */
public record SingleLabelScores(
        int clips,
        List<OneClass> perClass,
        List<TopK> topK,
        double macroMap,
        double macroAuroc,
        ConfusionMatrix confusion,
        double negativeLogLikelihood,
        double brier,
        List<Calibration> calibration) {

    private static final double LOG_FLOOR = Math.log(1e-300);

    public SingleLabelScores {
        perClass = List.copyOf(perClass);
        topK = List.copyOf(topK);
        calibration = List.copyOf(calibration);
    }

    /**
     * One class versus the rest.
     *
     * @param name class name
     * @param clips number of clips of this class
     * @param averagePrecision NaN without clips
     * @param auroc NaN if no clips are of this class, or all are
     * @param recall NaN without clips
     * @param f1 F1 of predicting the best-scored class; 0 for a class that is neither true nor predicted anywhere
     */
    public record OneClass(String name, long clips, double averagePrecision, double auroc, double recall, double f1) {}

    /**
     * Scores an evaluation.
     *
     * @param scores {@code [clips, classes]}. Not modified.
     * @param labels class index per clip. Not modified.
     * @param classes class names in the order of the columns
     * @param scale the scale of the scores
     * @throws IllegalArgumentException if there are no clips, lengths differ, a label is out of range, a score is NaN,
     *     or a probability is outside [0, 1]
     */
    public static SingleLabelScores of(float[][] scores, int[] labels, List<String> classes, ScoreScale scale) {
        ScoreTable table = ScoreTable.singleLabel(scores, labels, scale);
        ScoreTable.checkClasses(classes, scores);
        int[] predicted = IntStream.range(0, table.clips()).map(table::argmax).toArray();
        ConfusionMatrix confusion = new ConfusionMatrix(labels, predicted, classes.size());
        List<Ranking> rankings = table.rankings((clip, c) -> labels[clip] == c);
        List<OneClass> perClass = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            Ranking r = rankings.get(c);
            perClass.add(new OneClass(
                    classes.get(c),
                    r.positives(),
                    r.averagePrecision(),
                    r.auroc(),
                    confusion.recall(c),
                    confusion.f1(c)));
        }

        List<TopK> topK =
                IntStream.of(1, 3, 5).mapToObj(k -> TopK.of(table, labels, k)).toList();
        return new SingleLabelScores(
                table.clips(),
                perClass,
                topK,
                ClassMeans.defined(perClass, OneClass::averagePrecision),
                ClassMeans.defined(perClass, OneClass::auroc),
                confusion,
                negativeLogLikelihood(table, labels),
                brier(table, labels),
                Calibration.usual((bins, edge) -> Calibration.top1(table, labels, bins, edge)));
    }

    /** Names of the classes without a clip, which are left out of {@code macroMap}. */
    public List<String> absentClasses() {
        return perClass.stream().filter(c -> c.clips() == 0).map(OneClass::name).toList();
    }

    /** All metrics that are not per class, under stable names in a fixed order, for tables and JSON. */
    public Map<String, Double> values() {
        Map<String, Double> v = new LinkedHashMap<>();
        for (TopK t : topK) {
            v.put("top" + t.k() + "_first_index", t.firstIndex());
            v.put("top" + t.k() + "_sklearn_last_index", t.lastIndex());
        }
        v.put("mAP_macro_skip", macroMap);
        v.put("auroc_macro_skip", macroAuroc);
        v.put("f1_macro_argmax_all_classes", confusion.macroF1());
        v.put("f1_micro_argmax", confusion.accuracy());
        v.put("balanced_accuracy", confusion.balancedAccuracy());
        v.put("cohen_kappa", confusion.kappa());
        v.put("mcc", confusion.matthews());
        v.put("nll", negativeLogLikelihood);
        v.put("brier_sum_over_classes", brier);
        calibration.forEach(c -> c.putInto(v, "top1"));
        return Collections.unmodifiableMap(v);
    }

    private static double negativeLogLikelihood(ScoreTable table, int[] labels) {
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            sum -= Math.max(table.logProbability(i, labels[i]), LOG_FLOOR);
        }
        return sum / labels.length;
    }

    private static double brier(ScoreTable table, int[] labels) {
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            for (int c = 0; c < table.classes(); c++) {
                double error = table.probability(i, c) - (labels[i] == c ? 1 : 0);
                sum += error * error;
            }
        }
        return sum / labels.length;
    }
}
