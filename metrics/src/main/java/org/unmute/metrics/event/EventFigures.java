package org.unmute.metrics.event;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Precision, recall, F1 and error rate of detections, by class and over all classes. NaN stands for 0 / 0, and a macro
 * mean leaves NaN out: a class that was never detected has no precision and so drops out of the mean F1, which favours
 * a silent system. {@link #withZeroScores()} counts it as 0.
 *
 * @param classes       counts of each class, in the order of the classes
 * @param substitutions number of references found at the right time with a wrong class; NaN if not counted
 * @param zeroScore     whether precision without a detection is 0 instead of NaN
 */
public record EventFigures(List<ClassCounts> classes, double substitutions, boolean zeroScore) {
    /** Keeps a division by zero references finite, as in sed_eval. */
    private static final double EPSILON = 2.220446049250313e-16;

    public EventFigures {
        classes = List.copyOf(classes);
    }

    /**
     * Counts of one class.
     *
     * @param label      the class
     * @param references number of units (events or segments) with the class
     * @param detections number of units that were detected
     * @param truePositives number of references that were found
     * @param falsePositives number of wrong detections; in intersection-based counting, these and the true positives do
     *     not add up to the detections
     */
    public record ClassCounts(
            String label, long references, long detections, long truePositives, long falsePositives) {}

    /** Precision, recall and F1. */
    public record Rates(double precision, double recall, double f1) {
        static Rates of(long tp, long fp, long references, boolean zeroScore) {
            double precision = tp + fp > 0 ? (double) tp / (tp + fp) : zeroScore ? 0 : Double.NaN;
            double recall = references > 0 ? (double) tp / references : Double.NaN;
            double sum = precision + recall;
            return new Rates(precision, recall, sum == 0 ? 0 : 2 * precision * recall / sum);
        }
    }

    /** The same counts, with precision 0 for a class without detections. */
    public EventFigures withZeroScores() {
        return new EventFigures(classes, substitutions, true);
    }

    /** Rates of one class. */
    public Rates of(int c) {
        ClassCounts k = classes.get(c);
        return Rates.of(k.truePositives, k.falsePositives, k.references, zeroScore);
    }

    /** Rates of the summed counts. */
    public Rates micro() {
        return Rates.of(
                sum(ClassCounts::truePositives),
                sum(ClassCounts::falsePositives),
                sum(ClassCounts::references),
                zeroScore);
    }

    /** Means of each rate over the classes, ignoring NaN. */
    public Rates macro() {
        Rates[] rates = new Rates[classes.size()];
        Arrays.setAll(rates, this::of);
        return new Rates(mean(rates, Rates::precision), mean(rates, Rates::recall), mean(rates, Rates::f1));
    }

    private static double mean(Rates[] rates, ToDoubleFunction<Rates> of) {
        return Arrays.stream(rates)
                .mapToDouble(of)
                .filter(x -> !Double.isNaN(x))
                .average()
                .orElse(Double.NaN);
    }

    private long sum(java.util.function.ToLongFunction<ClassCounts> of) {
        return classes.stream().mapToLong(of).sum();
    }

    /**
     * Number of substitutions, deletions and insertions over all classes, divided by the number of references. A
     * substitution replaces one deletion and one insertion.
     */
    public double microErrorRate() {
        long references = sum(ClassCounts::references);
        long deletions = references - sum(ClassCounts::truePositives);
        return (deletions + sum(ClassCounts::falsePositives) - substitutions) / (references + EPSILON);
    }
}
