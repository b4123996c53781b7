package org.unmute.cli.probe;

import java.util.Locale;
import org.unmute.data.Manifest;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.Interval;
import org.unmute.metrics.MultiLabelScores;
import org.unmute.metrics.ScoreScale;

/**
 * The mAP of left-out clips by probes of half of the clips, and by those of all.
 *
 * @param half by the probes that heard half as many recordings
 * @param all  by the others
 * @param low  lower end of the 95 % interval of the difference, drawn by recordings
 * @param high upper end
 */
record LearningCurve(double half, double all, double low, double high) {
    /** A difference in mAP below this, or this share of it, is not worth labelling as many clips again. */
    private static final double LITTLE = 0.02;

    private static final double LITTLE_SHARE = 0.1;

    /** Of scores of the same clips, {@code [clips, classes]}. */
    static LearningCurve of(float[][] half, float[][] all, Manifest truth, Bootstrap bootstrap) {
        boolean[][] labels = truth.multiHot();
        boolean[][] known = truth.known();
        double ofHalf = map(half, truth);
        double ofAll = map(all, truth);
        double[] differences = bootstrap.averagePrecision(all, labels, known);
        double[] halves = bootstrap.averagePrecision(half, labels, known);
        for (int i = 0; i < differences.length; i++) {
            differences[i] -= halves[i];
        }
        Interval interval = Interval.of(differences, bootstrap.level()).centredOn(ofAll - ofHalf);
        return new LearningCurve(ofHalf, ofAll, interval.low(), interval.high());
    }

    private static double map(float[][] scores, Manifest truth) {
        return MultiLabelScores.of(
                        scores, truth.multiHot(), truth.known(), truth.labels().names(), ScoreScale.PROBABILITY)
                .map()
                .macro();
    }

    /** What more clips would bring, in words. */
    String advice() {
        double little = Math.min(LITTLE, LITTLE_SHARE * all);
        if (high < little && low > -little) {
            return "more clips like these bring little";
        }
        return low > 0 ? "more clips will help" : "unclear whether more clips help";
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "half of the clips: mAP %.3f, all: %.3f (%.3f to %.3f more): %s",
                half,
                all,
                low,
                high,
                advice());
    }
}
