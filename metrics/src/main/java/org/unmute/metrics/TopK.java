package org.unmute.metrics;

/**
 * Share of clips whose class is among the k with the highest scores.
 *
 * @param k from 1
 * @param firstIndex share if equal scores rank in class order (argmax takes the first)
 * @param lastIndex share if equal scores rank in reverse class order, as in scikit-learn's {@code top_k_accuracy_score}
 */
public record TopK(int k, double firstIndex, double lastIndex) {

    /**
     * Counts hits.
     *
     * @param scores {@code [clips, classes]}. Not modified.
     * @param labels class index per clip. Not modified.
     */
    public static TopK of(float[][] scores, int[] labels, int k, ScoreScale scale) {
        return of(ScoreTable.singleLabel(scores, labels, scale), labels, k);
    }

    static TopK of(ScoreTable table, int[] labels, int k) {
        if (k < 1) {
            throw new IllegalArgumentException("top-k: k must be at least 1: " + k);
        }
        int first = 0;
        int last = 0;
        for (int i = 0; i < labels.length; i++) {
            first += hit(table.scores(i), labels[i], k, true) ? 1 : 0;
            last += hit(table.scores(i), labels[i], k, false) ? 1 : 0;
        }
        return new TopK(k, (double) first / labels.length, (double) last / labels.length);
    }

    static boolean hit(float[] scores, int label, int k, boolean lowerIndexFirst) {
        int ahead = 0;
        for (int c = 0; c < scores.length; c++) {
            boolean tieAhead = scores[c] == scores[label] && (lowerIndexFirst ? c < label : c > label);
            ahead += scores[c] > scores[label] || tieAhead ? 1 : 0;
        }
        return ahead < k;
    }
}
