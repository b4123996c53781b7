package org.unmute.probes.decision;

import java.util.Arrays;

/**
 * Chooses a threshold for each class on clips outside the training set. Scores greater than the threshold count as
 * detections.
 */
public final class Thresholds {
    private Thresholds() {}

    /**
     * Thresholds that maximize F1; the highest of equally good ones. Each lies halfway between two neighbouring scores.
     * A class without a positive clip gets NaN, since nothing can be learned about it.
     *
     * @param scores {@code [clips][classes]}, not NaN. Not modified.
     * @param labels {@code [clips][classes]}. Not modified.
     */
    public static double[] ofMaxF1(float[][] scores, boolean[][] labels) {
        return choose(scores, labels, Double.NaN);
    }

    /**
     * The lowest thresholds that reach the precision, and so find the most events. A class that cannot reach it gets
     * the threshold of its max precision.
     *
     * @param precision in (0, 1]
     * @throws IllegalArgumentException if the precision is out of range
     */
    public static double[] ofPrecision(float[][] scores, boolean[][] labels, double precision) {
        if (!(precision > 0 && precision <= 1)) {
            throw new IllegalArgumentException("thresholds: the wanted precision must be in (0, 1]: " + precision);
        }
        return choose(scores, labels, precision);
    }

    private static double[] choose(float[][] scores, boolean[][] labels, double precision) {
        if (scores.length == 0 || scores.length != labels.length) {
            throw new IllegalArgumentException(
                    "thresholds: " + scores.length + " clips with scores, " + labels.length + " with labels");
        }
        double[] thresholds = new double[scores[0].length];
        for (int c = 0; c < thresholds.length; c++) {
            thresholds[c] = choose(scores, labels, c, precision);
        }
        return thresholds;
    }

    private static double choose(float[][] scores, boolean[][] labels, int c, double precision) {
        Integer[] order = new Integer[scores.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Float.compare(scores[b][c], scores[a][c]));
        int positives = 0;
        for (boolean[] row : labels) {
            positives += row[c] ? 1 : 0;
        }
        if (positives == 0) {
            return Double.NaN;
        }
        int found = 0;
        double best = Double.NEGATIVE_INFINITY;
        double threshold = Double.NaN;
        for (int n = 1; n <= order.length; n++) {
            found += labels[order[n - 1]][c] ? 1 : 0;
            float score = scores[order[n - 1]][c];
            float below = n < order.length ? scores[order[n]][c] : Float.NEGATIVE_INFINITY;
            if (below == score) {
                continue;
            }
            double right = (double) found / n;
            // Any threshold with the required precision beats all without; of those, the last one finds the most.
            double value = Double.isNaN(precision) ? 2.0 * found / (n + positives) : right >= precision ? 1 + n : right;
            if (value > best) {
                best = value;
                threshold = n < order.length ? (score + (double) below) / 2 : Math.nextDown((double) score);
            }
        }
        return threshold;
    }
}
