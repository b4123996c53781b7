package org.unmute.metrics;

/**
 * F1 with thresholds chosen on the scored data: an upper bound, not a score to report alone.
 *
 * @param macroOwnThresholds mean of the best F1 over classes with a positive, each at its own threshold
 * @param micro the best micro F1 with one threshold for all classes
 * @param macro the best mean F1 over classes with a positive, with one threshold for all classes
 */
public record BestF1(double macroOwnThresholds, Threshold micro, Threshold macro) {

    static BestF1 of(double macroOwnThresholds, Ranking pooled, int[] positives) {
        return new BestF1(macroOwnThresholds, pooled.bestF1(), bestMacro(pooled, positives));
    }

    /** Walks down the pooled thresholds and updates the F1 of only those classes whose decisions change. */
    private static Threshold bestMacro(Ranking pooled, int[] positives) {
        int classes = positives.length;
        int present = 0;
        for (int p : positives) {
            present += p > 0 ? 1 : 0;
        }
        int[] hits = new int[classes];
        int[] predicted = new int[classes];
        double[] f1 = new double[classes];
        double sum = 0;
        Threshold best = Threshold.UNDEFINED;
        for (int g = 0; present > 0 && g < pooled.groups(); g++) {
            for (int rank = pooled.groupStart(g); rank < pooled.groupEnd(g); rank++) {
                int c = pooled.itemAt(rank) % classes;
                hits[c] += pooled.positiveAt(rank) ? 1 : 0;
                predicted[c]++;
                if (positives[c] > 0) {
                    double now = 2.0 * hits[c] / (predicted[c] + positives[c]);
                    sum += now - f1[c];
                    f1[c] = now;
                }
            }
            // The running sum drifts by about 1e-13: a gain below that is a tie, and ties go to the larger threshold.
            double mean = sum / present;
            if (!(mean <= best.f1() + 1e-12)) {
                best = new Threshold(mean, pooled.threshold(g));
            }
        }
        return best;
    }
}
