package org.unmute.probes.event;

import java.util.List;
import org.unmute.probes.truth.TrainingBoxes;

/**
 * Finds the band of an event from those of the boxes that taught its class. Each of them is as likely as its boxes are
 * frequent and as the scores of the columns fit it: high in the best column inside of it, low in the best one outside.
 * The band of the event is their mean, weighted so: without evidence the mean band of the class, with clear evidence
 * that of the boxes that fit.
 */
final class TaughtBands {
    /** Weight of the scores beside that of how many boxes there were, chosen on validation scenes. */
    private static final double EVIDENCE = 1;
    /** Share of a column that a band must cover to have it inside, as when boxes are taught. */
    private static final double HALF = 0.5;

    private final List<TrainingBoxes.Band> bands;
    /** {@code [bands][columns]}. */
    private final boolean[][] inside;

    /**
     * @param bands   of a class, at least one
     * @param columns {@code [columns][2]}: lower and upper edge of each column of tokens, in Hz
     */
    TaughtBands(List<TrainingBoxes.Band> bands, double[][] columns) {
        this.bands = bands;
        inside = new boolean[bands.size()][columns.length];
        for (int k = 0; k < inside.length; k++) {
            TrainingBoxes.Band band = bands.get(k);
            int most = 0;
            double largest = 0;
            for (int f = 0; f < columns.length; f++) {
                double covered = Math.min(band.high(), columns[f][1]) - Math.max(band.low(), columns[f][0]);
                double share = covered / (columns[f][1] - columns[f][0]);
                inside[k][f] = share >= HALF;
                if (share > largest) {
                    largest = share;
                    most = f;
                }
            }
            inside[k][most] = true;
        }
    }

    /**
     * How likely each band is.
     *
     * @param logits of the class in each column by itself
     * @return they add up to 1
     */
    double[] likely(double[] logits) {
        double[] likely = new double[bands.size()];
        double most = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < likely.length; k++) {
            double in = Double.NEGATIVE_INFINITY;
            double out = Double.NEGATIVE_INFINITY;
            for (int f = 0; f < logits.length; f++) {
                if (inside[k][f]) {
                    in = Math.max(in, logits[f]);
                } else {
                    out = Math.max(out, logits[f]);
                }
            }
            likely[k] = Math.log(bands.get(k).boxes()) - EVIDENCE * (softplus(-in) + softplus(out));
            most = Math.max(most, likely[k]);
        }
        double sum = 0;
        for (int k = 0; k < likely.length; k++) {
            likely[k] = Math.exp(likely[k] - most);
            sum += likely[k];
        }
        for (int k = 0; k < likely.length; k++) {
            likely[k] /= sum;
        }
        return likely;
    }

    /**
     * The mean of the bands, each weighted by how likely it is.
     *
     * @param logits of the class in each column by itself
     * @return lower and upper edge in Hz
     */
    double[] mean(double[] logits) {
        double[] likely = likely(logits);
        double[] edges = new double[2];
        for (int k = 0; k < likely.length; k++) {
            edges[0] += likely[k] * bands.get(k).low();
            edges[1] += likely[k] * bands.get(k).high();
        }
        return edges;
    }

    private static double softplus(double x) {
        return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
    }
}
