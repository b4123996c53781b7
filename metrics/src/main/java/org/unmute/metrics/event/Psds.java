package org.unmute.metrics.event;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.Interval;

/**
 * Polyphonic sound detection score (Bilen et al., ICASSP 2020), computed over all thresholds, so that none need be
 * chosen (Ebbers et al., <i>Threshold independent evaluation of sound event detection scores</i>, ICASSP 2022). Cross
 * triggers are averaged over the other classes. Rates are per hour.
 *
 * @param criterion       decides which references are found
 * @param crossTriggerWeight weight of cross triggers relative to false positives (alpha CT)
 * @param instabilityWeight weight of the standard deviation over classes, which is subtracted from the mean (alpha ST)
 * @param maxFalseRate    maximum effective false positives per hour, up to which the area is computed
 */
public record Psds(Intersection criterion, double crossTriggerWeight, double instabilityWeight, double maxFalseRate) {
    /** Scenario 1 of DCASE: precise times, no cross triggers. */
    public static final Psds SCENARIO_1 = new Psds(new Intersection(0.7, 0.7, Double.NaN), 0, 1, 100);

    /** Scenario 2 of DCASE: approximate times, with confused classes penalized. */
    public static final Psds SCENARIO_2 = new Psds(new Intersection(0.1, 0.1, 0.3), 0.5, 1, 100);

    private static final double SECONDS = 3600;

    /**
     * A score.
     *
     * @param value   the PSDS, 0 to 1
     * @param classes area of each class, 0 to 1; NaN for a class without references, which is ignored in means
     */
    public record Score(double value, double[] classes) {
        /** Whether the other has the same content. Numbers are compared by their bits: NaN equals NaN. */
        @Override
        public boolean equals(Object other) {
            return other instanceof Score that && Arrays.deepEquals(content(), that.content());
        }

        @Override
        public int hashCode() {
            return Arrays.deepHashCode(content());
        }

        private Object[] content() {
            return new Object[] {value, classes};
        }

        @Override
        public String toString() {
            return "Score[value=" + value + ", classes=" + Arrays.toString(classes) + "]";
        }
    }

    /** Points at which a false positive rate is first reached, both arrays increasing. */
    private record Roc(double[] falseRate, double[] found) {
        double at(double rate) {
            int i = Arrays.binarySearch(falseRate, rate);
            i = i >= 0 ? i : -i - 2;
            return i < 0 ? 0 : found[i];
        }
    }

    /** The data that do not depend on the draws of a bootstrap. */
    public final class Evaluation {
        private final List<ThresholdCurve> curves;
        private final double[] durations;
        /** Total duration of each class in each recording, in seconds. */
        private final double[][] seconds;

        private Evaluation(EventReference reference, List<FrameScores> scores) {
            curves = ThresholdCurve.ofEvents(reference, scores, criterion);
            durations =
                    reference.files().stream().mapToDouble(reference::duration).toArray();
            seconds = new double[reference.classes().size()][durations.length];
            for (int c = 0; c < seconds.length; c++) {
                for (int f = 0; f < durations.length; f++) {
                    seconds[c][f] = reference
                            .events(
                                    reference.files().get(f),
                                    reference.classes().get(c))
                            .stream()
                            .mapToDouble(SoundEvent::length)
                            .sum();
                }
            }
        }

        /** Counts of each class at every threshold. */
        public List<ThresholdCurve> curves() {
            return curves;
        }

        /** The score of all recordings. */
        public Score score() {
            return score(null);
        }

        /** The percentile interval of the score over resamples of the recordings; depends only on the seed. */
        public Interval interval(Bootstrap bootstrap) {
            double[] values = new double[bootstrap.resamples()];
            bootstrap.forEachDraw(durations.length, (r, draws) -> values[r] = score(draws).value);
            return Interval.of(values, bootstrap.level());
        }

        private Score score(int @Nullable [] draws) {
            double total = weighted(durations, draws);
            double[] classSeconds = new double[seconds.length];
            Arrays.setAll(classSeconds, c -> Math.max(1e-12, weighted(seconds[c], draws)));
            double[] areas = new double[seconds.length];
            List<Roc> rocs = new ArrayList<>();
            for (int c = 0; c < areas.length; c++) {
                long references = curves.get(c).references(draws);
                if (references == 0) {
                    areas[c] = Double.NaN;
                    continue;
                }
                RocBuilder points = new RocBuilder(c, total, classSeconds, references);
                curves.get(c).walk(draws, points);
                Roc roc = points.roc();
                areas[c] = area(roc.falseRate, roc.found);
                rocs.add(roc);
            }
            return new Score(rocs.isEmpty() ? Double.NaN : overall(rocs), areas);
        }
    }

    /**
     * Compares scores with a reference.
     *
     * @param scores one for each recording of the reference, in the same order
     * @throws IllegalArgumentException if recordings or classes do not match
     */
    public Evaluation evaluate(EventReference reference, List<FrameScores> scores) {
        return new Evaluation(reference, scores);
    }

    private static double weighted(double[] values, int @Nullable [] draws) {
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += values[i] * (draws == null ? 1 : draws[i]);
        }
        return sum;
    }

    /** Collects the points of a class up to the maximum rate. */
    private final class RocBuilder implements ThresholdCurve.Visitor {
        private final int label;
        private final double total;
        private final double[] classSeconds;
        private final long references;
        private double[] rates = new double[64];
        private double[] founds = new double[64];
        private int size;

        RocBuilder(int label, double total, double[] classSeconds, long references) {
            this.label = label;
            this.total = total;
            this.classSeconds = classSeconds;
            this.references = references;
        }

        @Override
        public void at(double score, long[] counts) {
            double cross = 0;
            if (crossTriggerWeight > 0 && classSeconds.length > 1) {
                for (int o = 0; o < classSeconds.length - 1; o++) {
                    cross += counts[2 + o] / classSeconds[o < label ? o : o + 1];
                }
                cross /= classSeconds.length - 1;
            }
            double rate = SECONDS * (counts[1] / total + crossTriggerWeight * cross);
            if (rate > maxFalseRate) {
                return;
            }
            if (size == rates.length) {
                rates = Arrays.copyOf(rates, 2 * size);
                founds = Arrays.copyOf(founds, 2 * size);
            }
            rates[size] = rate;
            founds[size++] = (double) counts[0] / references;
        }

        Roc roc() {
            Integer[] order = new Integer[size];
            Arrays.setAll(order, i -> i);
            Arrays.sort(
                    order,
                    (a, b) -> rates[a] != rates[b]
                            ? Double.compare(rates[a], rates[b])
                            : Double.compare(founds[b], founds[a]));
            double[] x = new double[size];
            double[] y = new double[size];
            int k = 0;
            for (int i : order) {
                if (k == 0 || founds[i] > y[k - 1]) {
                    x[k] = rates[i];
                    y[k++] = founds[i];
                }
            }
            return new Roc(Arrays.copyOf(x, k), Arrays.copyOf(y, k));
        }
    }

    private double overall(List<Roc> rocs) {
        double[] rates = rocs.stream()
                .flatMapToDouble(roc -> Arrays.stream(roc.falseRate))
                .sorted()
                .distinct()
                .toArray();
        double[] effective = new double[rates.length];
        for (int i = 0; i < rates.length; i++) {
            double rate = rates[i];
            double mean = rocs.stream().mapToDouble(roc -> roc.at(rate)).sum() / rocs.size();
            double variance = rocs.stream()
                            .mapToDouble(roc -> (roc.at(rate) - mean) * (roc.at(rate) - mean))
                            .sum()
                    / rocs.size();
            effective[i] = Math.max(0, mean - instabilityWeight * Math.sqrt(variance));
        }
        return area(rates, effective);
    }

    /** Area of a step function up to the maximum rate, as a share of the total. */
    private double area(double[] rate, double[] value) {
        double sum = 0;
        for (int i = 0; i < rate.length; i++) {
            sum += value[i] * ((i + 1 < rate.length ? rate[i + 1] : maxFalseRate) - rate[i]);
        }
        return sum / maxFalseRate;
    }
}
