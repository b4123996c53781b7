package org.unmute.metrics;

/** Counts of decisions at probability 0.5. */
final class DecisionCounts {
    private final int[] hits;
    private final int[] predicted;
    private final int[] positives;
    private int exactClips;
    private long wrong;

    private DecisionCounts(int classes) {
        hits = new int[classes];
        predicted = new int[classes];
        positives = new int[classes];
    }

    /** Decides "positive if probability ≥ 0.5" (inclusive) or "> 0.5". */
    static DecisionCounts count(ScoreTable table, boolean[][] labels, boolean inclusive) {
        DecisionCounts d = new DecisionCounts(table.classes());
        for (int i = 0; i < table.clips(); i++) {
            int wrong = 0;
            for (int c = 0; c < table.classes(); c++) {
                double p = table.probability(i, c);
                boolean yes = inclusive ? p >= 0.5 : p > 0.5;
                boolean label = labels[i][c];
                d.predicted[c] += yes ? 1 : 0;
                d.positives[c] += label ? 1 : 0;
                d.hits[c] += yes && label ? 1 : 0;
                wrong += yes == label || !table.isKnown(i, c) ? 0 : 1;
            }
            d.wrong += wrong;
            d.exactClips += wrong == 0 ? 1 : 0;
        }
        return d;
    }

    double f1(int c) {
        return F1.of(hits[c], predicted[c], positives[c]);
    }

    F1 f1() {
        double sum = 0;
        double sumPresent = 0;
        int present = 0;
        long allHits = 0;
        long allPredicted = 0;
        long allPositives = 0;
        for (int c = 0; c < hits.length; c++) {
            double f1 = f1(c);
            sum += f1;
            sumPresent += positives[c] > 0 ? f1 : 0;
            present += positives[c] > 0 ? 1 : 0;
            allHits += hits[c];
            allPredicted += predicted[c];
            allPositives += positives[c];
        }
        return new F1(
                sum / hits.length,
                F1.of(allHits, allPredicted, allPositives),
                present == 0 ? Double.NaN : sumPresent / present);
    }

    int exactClips() {
        return exactClips;
    }

    long wrong() {
        return wrong;
    }
}
