package org.unmute.metrics;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Precision, recall and F1 of decisions with one threshold per class.
 *
 * @param perClass one entry per class, in the order of the scores
 * @param f1 means over the classes, and F1 from the counts of all classes together
 */
public record DecisionScores(List<OneClass> perClass, F1 f1) {
    /**
     * The decisions about one class.
     *
     * @param threshold scores greater than this count as positive
     * @param hits number of clips that have the class and exceed the threshold
     * @param predicted number of clips that exceed the threshold
     * @param positives number of clips that have the class
     */
    public record OneClass(double threshold, int hits, int predicted, int positives) {
        /** Share of the positive decisions that are correct; NaN without any. */
        public double precision() {
            return predicted == 0 ? Double.NaN : (double) hits / predicted;
        }

        /** Share of the clips with the class that are found; NaN if there are no such clips. */
        public double recall() {
            return positives == 0 ? Double.NaN : (double) hits / positives;
        }

        /** F1; 0 for a class that is neither present nor predicted. */
        public double f1() {
            return F1.of(hits, predicted, positives);
        }
    }

    /**
     * Decides for each clip and class whether the score is greater than the threshold.
     *
     * @param scores {@code [clips, classes]}. Not modified.
     * @param labels {@code [clips, classes]}. Not modified.
     * @param thresholds {@code [classes]}, not NaN. Not modified.
     * @throws IllegalArgumentException if there are no clips, sizes differ, or a score or threshold is NaN
     */
    public static DecisionScores at(float[][] scores, boolean[][] labels, double[] thresholds) {
        return at(scores, labels, null, thresholds);
    }

    /**
     * As {@link #at(float[][], boolean[][], double[])}, without unknown labels.
     *
     * @param known {@code [clips, classes]}; null if all labels are known. Not modified.
     */
    public static DecisionScores at(
            float[][] scores, boolean[][] labels, boolean @Nullable [][] known, double[] thresholds) {
        if (scores.length == 0 || scores.length != labels.length) {
            throw new IllegalArgumentException(
                    "decisions: " + scores.length + " clips with scores, " + labels.length + " with labels");
        }
        List<OneClass> perClass = new ArrayList<>();
        for (int c = 0; c < thresholds.length; c++) {
            perClass.add(oneClass(scores, labels, known, c, thresholds[c]));
        }
        return new DecisionScores(List.copyOf(perClass), mean(perClass));
    }

    private static OneClass oneClass(
            float[][] scores, boolean[][] labels, boolean @Nullable [][] known, int c, double threshold) {
        int hits = 0;
        int predicted = 0;
        int positives = 0;
        for (int i = 0; i < scores.length; i++) {
            if (Double.isNaN(threshold) || Float.isNaN(scores[i][c])) {
                throw new IllegalArgumentException("decisions: class " + c + " has threshold " + threshold
                        + " and, in clip " + i + ", score " + scores[i][c] + ": neither may be NaN");
            }
            boolean said = scores[i][c] > threshold && (known == null || known[i][c]);
            hits += said && labels[i][c] ? 1 : 0;
            predicted += said ? 1 : 0;
            positives += labels[i][c] ? 1 : 0;
        }
        return new OneClass(threshold, hits, predicted, positives);
    }

    private static F1 mean(List<OneClass> classes) {
        long hits = 0;
        long predicted = 0;
        long positives = 0;
        for (OneClass c : classes) {
            hits += c.hits();
            predicted += c.predicted();
            positives += c.positives();
        }
        return new F1(
                classes.stream().mapToDouble(OneClass::f1).average().orElse(Double.NaN),
                F1.of(hits, predicted, positives),
                classes.stream()
                        .filter(c -> c.positives() > 0)
                        .mapToDouble(OneClass::f1)
                        .average()
                        .orElse(Double.NaN));
    }
}
