package org.unmute.metrics;

/** Counts of (true class, predicted class) and the metrics derived from them. Immutable. */
public final class ConfusionMatrix {
    private final int classes;
    private final int[] counts;
    private final long[] truths;
    private final long[] predictions;
    private final long total;
    private final long correct;

    ConfusionMatrix(int[] truth, int[] predicted, int classes) {
        this.classes = classes;
        counts = new int[Math.multiplyExact(classes, classes)];
        truths = new long[classes];
        predictions = new long[classes];
        long hits = 0;
        for (int i = 0; i < truth.length; i++) {
            counts[truth[i] * classes + predicted[i]]++;
            truths[truth[i]]++;
            predictions[predicted[i]]++;
            hits += truth[i] == predicted[i] ? 1 : 0;
        }
        total = truth.length;
        correct = hits;
    }

    public int classes() {
        return classes;
    }

    /** Number of clips of class {@code truth} for which class {@code predicted} has the highest score. */
    public int count(int truth, int predicted) {
        return counts[truth * classes + predicted];
    }

    /** Share of clips classified correctly. */
    public double accuracy() {
        return (double) correct / total;
    }

    /** Recall of one class; NaN without clips. */
    public double recall(int c) {
        return truths[c] == 0 ? Double.NaN : (double) count(c, c) / truths[c];
    }

    /** F1 of one class; 0 for a class that is neither true nor predicted anywhere. */
    public double f1(int c) {
        return F1.of(count(c, c), predictions[c], truths[c]);
    }

    /** Mean recall over classes with clips. */
    public double balancedAccuracy() {
        double sum = 0;
        int present = 0;
        for (int c = 0; c < classes; c++) {
            sum += truths[c] == 0 ? 0 : recall(c);
            present += truths[c] == 0 ? 0 : 1;
        }
        return sum / present;
    }

    /** Mean F1 over all classes. */
    public double macroF1() {
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += f1(c);
        }
        return sum / classes;
    }

    /** Cohen's kappa: agreement beyond chance; NaN if chance alone explains all of it (a single class everywhere). */
    public double kappa() {
        double chance = product(truths, predictions) / ((double) total * total);
        return (accuracy() - chance) / (1 - chance);
    }

    /** Multi-class Matthews correlation coefficient; 0 if truth or prediction is constant. */
    public double matthews() {
        double squared = (double) total * total;
        double norm = (squared - product(truths, truths)) * (squared - product(predictions, predictions));
        return norm == 0 ? 0 : ((double) correct * total - product(truths, predictions)) / Math.sqrt(norm);
    }

    private static double product(long[] a, long[] b) {
        double sum = 0;
        for (int c = 0; c < a.length; c++) {
            sum += (double) a[c] * b[c];
        }
        return sum;
    }
}
