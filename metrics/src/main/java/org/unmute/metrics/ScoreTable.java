package org.unmute.metrics;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Validated scores {@code [clips, classes]}, as floats for ranking and as probabilities for decisions and calibration.
 */
final class ScoreTable {
    private final float[][] scores;
    private final ScoreScale scale;
    /** Logarithm of the softmax denominator per clip; null if the scores need no softmax. */
    private final double @Nullable [] logDenominator;
    /** {@code [clips, classes]}: whether the label is known; null if all labels are known. */
    private final boolean @Nullable [][] known;

    private ScoreTable(
            float[][] scores, ScoreScale scale, double @Nullable [] logDenominator, boolean @Nullable [][] known) {
        this.scores = scores;
        this.known = known;
        this.scale = scale;
        this.logDenominator = logDenominator;
    }

    static ScoreTable multiLabel(float[][] scores, boolean[][] labels, ScoreScale scale) {
        return multiLabel(scores, labels, null, scale);
    }

    /** A table with unknown labels: their scores are below all others, and rankings omit them. */
    static ScoreTable multiLabel(float[][] scores, boolean[][] labels, boolean @Nullable [][] known, ScoreScale scale) {
        check(scores, labels.length, scale);
        for (int i = 0; i < labels.length; i++) {
            if (labels[i].length != scores[i].length) {
                throw new IllegalArgumentException("metrics: labels of clip " + i + " cover " + labels[i].length
                        + " classes, its scores " + scores[i].length);
            }
        }
        return new ScoreTable(known == null ? scores : masked(scores, labels, known), scale, null, known);
    }

    private static float[][] masked(float[][] scores, boolean[][] labels, boolean[][] known) {
        float[][] masked = new float[scores.length][];
        for (int i = 0; i < masked.length; i++) {
            masked[i] = scores[i].clone();
            for (int c = 0; c < masked[i].length; c++) {
                if (!known[i][c]) {
                    if (labels[i][c]) {
                        throw new IllegalArgumentException(
                                "metrics: clip " + i + " has class " + c + ", but that is said not to be known");
                    }
                    masked[i][c] = Float.NEGATIVE_INFINITY;
                }
            }
        }
        return masked;
    }

    static ScoreTable singleLabel(float[][] scores, int[] labels, ScoreScale scale) {
        check(scores, labels.length, scale);
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= scores[i].length) {
                throw new IllegalArgumentException("metrics: label of clip " + i + " is " + labels[i] + ", outside the "
                        + scores[i].length + " classes scored");
            }
        }
        if (scale == ScoreScale.PROBABILITY) {
            return new ScoreTable(scores, scale, null, null);
        }
        double[] logDenominator = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            logDenominator[i] = logSumExp(scores[i], i);
        }
        return new ScoreTable(scores, scale, logDenominator, null);
    }

    private static double logSumExp(float[] logits, int clip) {
        double max = Double.NEGATIVE_INFINITY;
        for (float x : logits) {
            max = Math.max(max, x);
        }
        if (Double.isInfinite(max)) {
            throw new IllegalArgumentException(
                    "metrics: logits of clip " + clip + " have no finite maximum (" + max + "), so no softmax");
        }
        double sum = 0;
        for (float x : logits) {
            sum += Math.exp(x - max);
        }
        return max + Math.log(sum);
    }

    private static void check(float[][] scores, int labelled, ScoreScale scale) {
        if (scores.length == 0 || scores[0].length == 0) {
            throw new IllegalArgumentException("metrics: nothing to score: " + scores.length + " clips"
                    + (scores.length == 0 ? "" : ", 0 classes"));
        }
        if (scores.length != labelled) {
            throw new IllegalArgumentException(
                    "metrics: " + scores.length + " clips have scores, " + labelled + " have labels");
        }
        for (int i = 0; i < scores.length; i++) {
            if (scores[i].length != scores[0].length) {
                throw new IllegalArgumentException(
                        "metrics: clip " + i + " has " + scores[i].length + " scores, clip 0 has " + scores[0].length);
            }
            for (int c = 0; c < scores[i].length; c++) {
                float s = scores[i][c];
                if (Float.isNaN(s)) {
                    throw new IllegalArgumentException("metrics: score of clip " + i + ", class " + c + " is NaN");
                }
                if (scale == ScoreScale.PROBABILITY && (s < 0 || s > 1)) {
                    throw new IllegalArgumentException("metrics: score of clip " + i + ", class " + c
                            + " is no probability: " + s + ": give logits as ScoreScale.LOGIT");
                }
            }
        }
    }

    static void checkClasses(List<String> classes, float[][] scores) {
        if (classes.size() != scores[0].length) {
            throw new IllegalArgumentException(
                    "metrics: " + classes.size() + " class names for " + scores[0].length + " scores per clip");
        }
    }

    int clips() {
        return scores.length;
    }

    int classes() {
        return scores[0].length;
    }

    /** Whether the label of a clip for a class is known. */
    boolean isKnown(int clip, int label) {
        return known == null || known[clip][label];
    }

    /** Number of (clip, class) pairs with a known label. */
    long pairs() {
        if (known == null) {
            return (long) clips() * classes();
        }
        long pairs = 0;
        for (boolean[] row : known) {
            for (boolean one : row) {
                pairs += one ? 1 : 0;
            }
        }
        return pairs;
    }

    /** The scores of one clip, for comparing its classes. Not to be modified. */
    float[] scores(int clip) {
        return scores[clip];
    }

    /**
     * The score that orders clips within a class. With softmax it is the logarithm of the probability, which separates
     * probabilities that would all round to 1.
     */
    private float rankScore(int clip, int label) {
        float s = scores[clip][label];
        return logDenominator == null ? s : (float) (s - logDenominator[clip]);
    }

    double probability(int clip, int label) {
        double s = scores[clip][label];
        if (scale == ScoreScale.PROBABILITY) {
            return s;
        }
        return logDenominator == null ? 1 / (1 + Math.exp(-s)) : Math.exp(s - logDenominator[clip]);
    }

    double logProbability(int clip, int label) {
        return logDenominator == null ? Math.log(probability(clip, label)) : scores[clip][label] - logDenominator[clip];
    }

    /** The class with the maximum score, the first on ties. */
    int argmax(int clip) {
        float[] row = scores[clip];
        int best = 0;
        for (int c = 1; c < row.length; c++) {
            if (row[c] > row[best]) {
                best = c;
            }
        }
        return best;
    }

    /** Whether a clip has a class. */
    @FunctionalInterface
    interface Truth {
        boolean has(int clip, int label);
    }

    /** For each class, the ranking of the clips by score. */
    List<Ranking> rankings(Truth truth) {
        return IntStream.range(0, classes())
                .parallel()
                .mapToObj(c -> ranking(c, truth))
                .toList();
    }

    private Ranking ranking(int label, Truth truth) {
        float[] column = new float[scores.length];
        boolean[] positive = new boolean[scores.length];
        for (int i = 0; i < scores.length; i++) {
            column[i] = rankScore(i, label);
            positive[i] = truth.has(i, label);
        }
        return Ranking.of(column, positive, i -> isKnown(i, label));
    }

    /** All (clip, class) pairs in one ranking; item = clip x classes + class. */
    Ranking pooledRanking(boolean[][] labels) {
        int classes = classes();
        int n;
        try {
            n = Math.multiplyExact(clips(), classes);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "metrics: more than 2^31 scores: " + clips() + " clips x " + classes + " classes: score in parts",
                    e);
        }
        float[] all = new float[n];
        boolean[] positive = new boolean[n];
        for (int i = 0; i < scores.length; i++) {
            System.arraycopy(scores[i], 0, all, i * classes, classes);
            System.arraycopy(labels[i], 0, positive, i * classes, classes);
        }
        return Ranking.of(all, positive, i -> isKnown(i / classes, i % classes));
    }
}
