package org.unmute.experiments.metric;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Calibration over equal-width bins of confidence.
 *
 * @param bins number of bins
 * @param edge which end of a bin belongs to it
 * @param expectedError ECE: sum over bins of (share of items) x |mean label - mean confidence|
 * @param maximumError MCE: the maximum of |mean label - mean confidence| over non-empty bins
 */
public record Calibration(int bins, Edge edge, double expectedError, double maximumError) {

    /** Which end of a bin belongs to it. */
    public enum Edge {
        /** Bins (lo, hi], 0 in the first. */
        RIGHT,
        /** Bins [lo, hi), 1 in the last. */
        LEFT
    }

    /** Over all (clip, class) pairs: probability against label. */
    public static Calibration multiLabel(float[][] scores, boolean[][] labels, ScoreScale scale, int bins, Edge edge) {
        return multiLabel(ScoreTable.multiLabel(scores, labels, scale), labels, bins, edge);
    }

    static Calibration multiLabel(ScoreTable table, boolean[][] labels, int bins, Edge edge) {
        return sums(table, labels, bins, edge).result();
    }

    private static Bins sums(ScoreTable table, boolean[][] labels, int bins, Edge edge) {
        Bins sums = new Bins(bins, edge);
        for (int i = 0; i < table.clips(); i++) {
            for (int c = 0; c < table.classes(); c++) {
                sums.add(table.probability(i, c), labels[i][c]);
            }
        }
        return sums;
    }

    /** Over clips: the maximum probability against whether its class (the first, on ties) is the label. */
    public static Calibration top1(float[][] scores, int[] labels, ScoreScale scale, int bins, Edge edge) {
        return top1(ScoreTable.singleLabel(scores, labels, scale), labels, bins, edge);
    }

    static Calibration top1(ScoreTable table, int[] labels, int bins, Edge edge) {
        return sums(table, labels, bins, edge).result();
    }

    private static Bins sums(ScoreTable table, int[] labels, int bins, Edge edge) {
        Bins sums = new Bins(bins, edge);
        for (int i = 0; i < table.clips(); i++) {
            int best = table.argmax(i);
            sums.add(table.probability(i, best), best == labels[i]);
        }
        return sums;
    }

    /**
     * The contents of one bin.
     *
     * @param confidence mean confidence; NaN for an empty bin
     * @param accuracy share of items whose label is true; NaN for an empty bin
     * @param count number of items
     */
    public record Bin(double confidence, double accuracy, long count) {}

    /** The bins of {@link #multiLabel(float[][], boolean[][], ScoreScale, int, Edge)}, from confidence 0 to 1. */
    public static List<Bin> multiLabelBins(
            float[][] scores, boolean[][] labels, ScoreScale scale, int bins, Edge edge) {
        return sums(ScoreTable.multiLabel(scores, labels, scale), labels, bins, edge)
                .bins();
    }

    /** The bins of {@link #top1(float[][], int[], ScoreScale, int, Edge)}, from confidence 0 to 1. */
    public static List<Bin> top1Bins(float[][] scores, int[] labels, ScoreScale scale, int bins, Edge edge) {
        return sums(ScoreTable.singleLabel(scores, labels, scale), labels, bins, edge)
                .bins();
    }

    private static final class Bins {
        private final Edge edge;
        private final long[] count;
        private final double[] confidence;
        private final long[] correct;

        Bins(int bins, Edge edge) {
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

        List<Bin> bins() {
            return IntStream.range(0, count.length)
                    .mapToObj(b -> new Bin(
                            count[b] == 0 ? Double.NaN : confidence[b] / count[b],
                            count[b] == 0 ? Double.NaN : (double) correct[b] / count[b],
                            count[b]))
                    .toList();
        }

        Calibration result() {
            long total = 0;
            for (long c : count) {
                total += c;
            }
            double expected = 0;
            double maximum = 0;
            for (int b = 0; b < count.length; b++) {
                if (count[b] > 0) {
                    double gap = Math.abs((correct[b] - confidence[b]) / count[b]);
                    expected += gap * count[b] / total;
                    maximum = Math.max(maximum, gap);
                }
            }
            return new Calibration(count.length, edge, expected, maximum);
        }
    }
}
