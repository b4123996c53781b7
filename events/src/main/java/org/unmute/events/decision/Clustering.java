package org.unmute.events.decision;

import java.util.Arrays;

/**
 * How much more counts vary between recordings than independent clips or alarms would: clips of one recording are
 * alike, and alarms come in bursts. One class has too few recordings to tell, so all classes share a factor: the
 * variance of a count is {@code n p (1 - p) (1 + k (n - 1))} for n clips with share p, and {@code m (1 + k m)} for m
 * expected alarms.
 */
final class Clustering {
    private final boolean shares;
    private final double[][] sizes;
    private final int[][] counts;
    private double factor = Double.NaN;

    /** @param shares whether counts are of clips, else of alarms in hours */
    Clustering(int classes, int recordings, boolean shares) {
        this.shares = shares;
        sizes = new double[classes][recordings];
        counts = new int[classes][recordings];
    }

    void add(int c, int recording, double size, int count) {
        sizes[c][recording] += size;
        counts[c][recording] += count;
    }

    int count(int c) {
        return Arrays.stream(counts[c]).sum();
    }

    double size(int c) {
        return Arrays.stream(sizes[c]).sum();
    }

    /** Standard error of the rate of a class, divided by that of independent counts; at least 1. */
    double spread(int c) {
        factor = Double.isNaN(factor) ? factor() : factor;
        double rate = shares ? 1 : count(c) / size(c);
        double base = 0;
        double more = 0;
        for (double size : sizes[c]) {
            base += size;
            more += shares ? size * (size - 1) : rate * size * size;
        }
        return base == 0 ? 1 : Math.sqrt(1 + factor * more / base);
    }

    private double factor() {
        double excess = 0;
        double per = 0;
        for (int c = 0; c < sizes.length; c++) {
            double rate = count(c) / size(c);
            long recordings = Arrays.stream(sizes[c]).filter(s -> s > 0).count();
            for (int r = 0; recordings > 1 && r < sizes[c].length; r++) {
                double size = sizes[c][r];
                double variance = rate * size * (shares ? 1 - rate : 1);
                double deviation = counts[c][r] - rate * size;
                excess += deviation * deviation * recordings / (recordings - 1) - variance;
                per += variance * (shares ? size - 1 : rate * size);
            }
        }
        return per > 0 ? Math.clamp(excess / per, 0, shares ? 1 : Double.POSITIVE_INFINITY) : 0;
    }
}
