package org.unmute.metrics;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmute.metrics.interval.NormalQuantile;

/**
 * All metrics of one multi-label evaluation. Undefined values are NaN.
 *
 * @param clips number of clips scored
 * @param labelledClips number of clips with at least one label
 * @param perClass one entry per class, in the order of the scores
 * @param map mean average precision
 * @param auroc area under the ROC curve and d'
 * @param ranking label ranking within clips
 * @param f1AtLeastHalf F1 with "positive if probability ≥ 0.5"
 * @param f1AboveHalf F1 with "positive if probability > 0.5", as rounding half to even decides
 * @param bestF1 F1 at thresholds chosen on these data
 * @param decisions top-1 and exact decisions
 * @param calibration over all (clip, class) pairs, for 10 and 15 bins and both edges
 */
public record MultiLabelScores(
        int clips,
        int labelledClips,
        List<ClassScores> perClass,
        MeanAveragePrecision map,
        Auroc auroc,
        LabelRanking ranking,
        F1 f1AtLeastHalf,
        F1 f1AboveHalf,
        BestF1 bestF1,
        Decisions decisions,
        List<Calibration> calibration) {
    public MultiLabelScores {
        perClass = List.copyOf(perClass);
        calibration = List.copyOf(calibration);
    }

    /**
     * Mean average precision, in [0, 1].
     *
     * @param macro the primary metric: mean over classes with at least one positive
     * @param macroAllClasses scikit-learn's raw macro average, in which a class without positives counts as 0
     * @param micro of all (clip, class) pairs in one ranking
     * @param weighted mean over classes weighted by their positives
     */
    public record MeanAveragePrecision(double macro, double macroAllClasses, double micro, double weighted) {}

    /**
     * Area under the ROC curve.
     *
     * @param macro mean over classes that have both positives and negatives
     * @param micro of all (clip, class) pairs in one ranking
     * @param dPrime √2·Φ⁻¹(macro), as AudioSet evaluations report it; infinite at 0 and 1
     * @param meanDPrime mean of the finite d' of the classes
     */
    public record Auroc(double macro, double micro, double dPrime, double meanDPrime) {}

    /**
     * Decisions per clip.
     *
     * @param top1 share of all clips whose best-scored class (the first, on ties) is among their labels
     * @param top1Labelled the same share of the clips with labels
     * @param exactMatch share of clips whose predicted label set (probability ≥ 0.5) equals their labels
     * @param hammingLoss share of (clip, class) decisions that are wrong
     */
    public record Decisions(double top1, double top1Labelled, double exactMatch, double hammingLoss) {}

    /**
     * Scores an evaluation.
     *
     * @param scores {@code [clips, classes]}. Not modified.
     * @param labels {@code [clips, classes]}. Not modified.
     * @param classes class names in the order of the columns
     * @param scale the scale of the scores
     * @throws IllegalArgumentException if there are no clips, lengths differ, a score is NaN, or a probability is
     *     outside [0, 1]
     */
    public static MultiLabelScores of(float[][] scores, boolean[][] labels, List<String> classes, ScoreScale scale) {
        return of(scores, labels, null, classes, scale);
    }

    /**
     * Computes all metrics if some labels are unknown. A (clip, class) pair with an unknown label is ignored: a class
     * is ranked on the clips in which it is known, and a clip on the classes that are known for it.
     *
     * @param known {@code [clips, classes]}, true where the label is known; null if all labels are known. Not modified.
     * @throws IllegalArgumentException also if a positive label is marked as unknown
     */
    public static MultiLabelScores of(
            float[][] scores,
            boolean[][] labels,
            boolean @Nullable [][] known,
            List<String> classes,
            ScoreScale scale) {
        ScoreTable table = ScoreTable.multiLabel(scores, labels, known, scale);
        ScoreTable.checkClasses(classes, scores);
        List<Ranking> rankings = table.rankings((clip, c) -> labels[clip][c]);
        Ranking pooled = table.pooledRanking(labels);
        ClipRanking clipRanking = new ClipRanking(table, labels);
        DecisionCounts atLeast = DecisionCounts.count(table, labels, true);
        DecisionCounts above = DecisionCounts.count(table, labels, false);

        List<ClassScores> perClass = IntStream.range(0, classes.size())
                .parallel()
                .mapToObj(c -> {
                    Ranking r = rankings.get(c);
                    double auroc = r.auroc();
                    return new ClassScores(
                            classes.get(c),
                            r.positives(),
                            r.averagePrecision(),
                            auroc,
                            dPrime(auroc),
                            clipRanking.ofClass(c),
                            clipRanking.weight(c),
                            atLeast.f1(c),
                            above.f1(c),
                            r.bestF1());
                })
                .toList();

        int[] positives = rankings.stream().mapToInt(Ranking::positives).toArray();
        double macroAuroc = ClassMeans.defined(perClass, ClassScores::auroc);

        return new MultiLabelScores(
                table.clips(),
                clipRanking.labelledClips(),
                perClass,
                meanAveragePrecision(perClass, pooled),
                new Auroc(
                        macroAuroc,
                        pooled.auroc(),
                        dPrime(macroAuroc),
                        ClassMeans.finite(perClass, ClassScores::dPrime)),
                clipRanking.summary(),
                atLeast.f1(),
                above.f1(),
                BestF1.of(ClassMeans.defined(perClass, s -> s.best().f1()), pooled, positives),
                decisions(table, labels, clipRanking, atLeast),
                Calibration.usual((bins, edge) -> Calibration.multiLabel(table, labels, bins, edge)));
    }

    /**
     * Names of the classes without a positive clip, which are left out of {@code map.macro} and count as 0 in
     * {@code map.macroAllClasses}.
     */
    public List<String> absentClasses() {
        return perClass.stream()
                .filter(c -> c.positives() == 0)
                .map(ClassScores::name)
                .toList();
    }

    /** All metrics that are not per class, under stable names in a fixed order, for tables and JSON. */
    public Map<String, Double> values() {
        Map<String, Double> v = new LinkedHashMap<>();
        v.put("mAP_macro_skip", map.macro);
        v.put("mAP_macro_sklearn_raw", map.macroAllClasses);
        v.put("mAP_micro", map.micro);
        v.put("mAP_weighted", map.weighted);
        v.put("auroc_macro_skip", auroc.macro);
        v.put("auroc_micro", auroc.micro);
        v.put("dprime_of_mean_auroc", auroc.dPrime);
        v.put("dprime_mean_finite_classes", auroc.meanDPrime);
        v.put("lwlrap", ranking.lwlrap());
        v.put("lrap_samples_with_labels", ranking.lrap());
        v.put("coverage_error", ranking.coverageError());
        putF1(v, "ge0.5", f1AtLeastHalf);
        putF1(v, "gt0.5", f1AboveHalf);
        v.put("best_f1_macro_per_class_thresholds", bestF1.macroOwnThresholds());
        v.put("best_f1_micro_global", bestF1.micro().f1());
        v.put("best_f1_micro_global_threshold", bestF1.micro().value());
        v.put("best_f1_macro_global", bestF1.macro().f1());
        v.put("best_f1_macro_global_threshold", bestF1.macro().value());
        v.put("top1_multilabel_all_samples", decisions.top1);
        v.put("top1_multilabel_labelled_samples", decisions.top1Labelled);
        v.put("exact_match_ge0.5", decisions.exactMatch);
        v.put("hamming_loss_ge0.5", decisions.hammingLoss);
        calibration.forEach(c -> c.putInto(v, "multilabel"));
        return Collections.unmodifiableMap(v);
    }

    private static void putF1(Map<String, Double> v, String rule, F1 f1) {
        v.put("f1_macro_" + rule, f1.macro());
        v.put("f1_micro_" + rule, f1.micro());
        v.put("f1_macro_skip_" + rule, f1.macroPresent());
    }

    static double dPrime(double auroc) {
        return Math.sqrt(2) * NormalQuantile.of(auroc);
    }

    private static MeanAveragePrecision meanAveragePrecision(List<ClassScores> perClass, Ranking pooled) {
        double sum = 0;
        double weighted = 0;
        long positives = 0;
        for (ClassScores c : perClass) {
            if (c.positives() > 0) {
                sum += c.averagePrecision();
                weighted += c.positives() * c.averagePrecision();
                positives += c.positives();
            }
        }
        return new MeanAveragePrecision(
                ClassMeans.defined(perClass, ClassScores::averagePrecision),
                sum / perClass.size(),
                pooled.averagePrecision(),
                positives == 0 ? Double.NaN : weighted / positives);
    }

    private static Decisions decisions(
            ScoreTable table, boolean[][] labels, ClipRanking clipRanking, DecisionCounts atLeast) {
        int top1 = 0;
        for (int i = 0; i < table.clips(); i++) {
            top1 += labels[i][table.argmax(i)] ? 1 : 0;
        }
        double n = table.clips();
        int labelled = clipRanking.labelledClips();
        return new Decisions(
                top1 / n,
                labelled == 0 ? Double.NaN : (double) top1 / labelled,
                atLeast.exactClips() / n,
                (double) atLeast.wrong() / table.pairs());
    }
}
