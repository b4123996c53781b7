package org.unmute.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Calibration over equal-width bins of confidence.
 *
 * @param edge the edge that each bin includes
 */
public record Calibration(Edge edge, List<Bin> bins) {

    /** The edge that each bin includes. */
    public enum Edge {
        /** Bins (lo, hi], with 0 in the first bin. */
        RIGHT,
        /** Bins [lo, hi), with 1 in the last bin. */
        LEFT
    }

    /** Calibration over all (clip, class) pairs: probability against label. */
    public static Calibration multiLabel(float[][] scores, boolean[][] labels, ScoreScale scale, int bins, Edge edge) {
        return multiLabel(scores, labels, null, scale, bins, edge);
    }

    /** Calibration over the (clip, class) pairs whose label is known; {@code known} is null if all are. */
    public static Calibration multiLabel(
            float[][] scores, boolean[][] labels, boolean @Nullable [][] known, ScoreScale scale, int bins, Edge edge) {
        return multiLabel(ScoreTable.multiLabel(scores, labels, known, scale), labels, bins, edge);
    }

    static Calibration multiLabel(ScoreTable table, boolean[][] labels, int bins, Edge edge) {
        Sums sums = new Sums(bins, edge);
        for (int i = 0; i < table.clips(); i++) {
            for (int c = 0; c < table.classes(); c++) {
                if (table.isKnown(i, c)) {
                    sums.add(table.probability(i, c), labels[i][c]);
                }
            }
        }
        return sums.result();
    }

    /** Calibration over clips: the maximum probability against whether its class (the first on ties) is the label. */
    public static Calibration top1(float[][] scores, int[] labels, ScoreScale scale, int bins, Edge edge) {
        return top1(ScoreTable.singleLabel(scores, labels, scale), labels, bins, edge);
    }

    static Calibration top1(ScoreTable table, int[] labels, int bins, Edge edge) {
        Sums sums = new Sums(bins, edge);
        for (int i = 0; i < table.clips(); i++) {
            int best = table.argmax(i);
            sums.add(table.probability(i, best), best == labels[i]);
        }
        return sums.result();
    }

    /** Calibrations with 10 and 15 bins and with either edge. */
    static List<Calibration> usual(BiFunction<Integer, Edge, Calibration> calibration) {
        return Stream.of(10, 15)
                .flatMap(bins -> Arrays.stream(Edge.values()).map(edge -> calibration.apply(bins, edge)))
                .toList();
    }

    /** Adds the errors to named values. */
    void putInto(Map<String, Double> values, String kind) {
        String suffix = "_" + kind + "_" + bins.size() + "_" + edge.name().toLowerCase(Locale.ROOT);
        values.put("ece" + suffix, expectedError());
        values.put("mce" + suffix, maximumError());
    }

    /**
     * The contents of one bin.
     *
     * @param confidenceSum sum of the items' confidence
     * @param correct number of items whose label is true
     * @param count number of items
     */
    public record Bin(double confidenceSum, long correct, long count) {
        /** Mean confidence; NaN for an empty bin. */
        public double confidence() {
            return confidenceSum / count;
        }

        /** Share of items whose label is true; NaN for an empty bin. */
        public double accuracy() {
            return (double) correct / count;
        }

        private double gap() {
            return Math.abs((correct - confidenceSum) / count);
        }
    }

    /** ECE: sum over bins of (share of items) x |mean label - mean confidence|. */
    public double expectedError() {
        long total = bins.stream().mapToLong(Bin::count).sum();
        double expected = 0;
        for (Bin bin : bins) {
            expected += bin.count == 0 ? 0 : bin.gap() * bin.count / total;
        }
        return expected;
    }

    /** MCE: the maximum of |mean label - mean confidence| over non-empty bins. */
    public double maximumError() {
        return bins.stream()
                .filter(b -> b.count > 0)
                .mapToDouble(Bin::gap)
                .max()
                .orElse(0);
    }

    private static final class Sums {
        private final Edge edge;
        private final long[] count;
        private final double[] confidence;
        private final long[] correct;

        Sums(int bins, Edge edge) {
            if (bins < 1) {
                throw new IllegalArgumentException("calibration: bins must be at least 1: " + bins);
            }
            this.edge = edge;
            count = new long[bins];
            confidence = new double[bins];
            correct = new long[bins];
        }

        void add(double p, boolean label) {
            double scaled = p * count.length;
            int bin = edge == Edge.RIGHT ? (int) Math.ceil(scaled) - 1 : (int) Math.floor(scaled);
            bin = Math.clamp(bin, 0, count.length - 1);
            count[bin]++;
            confidence[bin] += p;
            correct[bin] += label ? 1 : 0;
        }

        Calibration result() {
            return new Calibration(
                    edge,
                    IntStream.range(0, count.length)
                            .mapToObj(b -> new Bin(confidence[b], correct[b], count[b]))
                            .toList());
        }
    }
}
