package org.unmute.metrics.interval;

import java.util.Arrays;

/**
 * AUROC with the interval of Hanley and McNeil (<i>The meaning and use of the area under a receiver operating
 * characteristic (ROC) curve</i>, 1982), which takes only the area and the numbers of clips. With one to four positive
 * clips it is wide: it says whether a ranking may be chance.
 *
 * @param auroc area under the curve; NaN without a positive or without a negative clip
 * @param low   lower end of the 95 % interval, at least 0; NaN with {@code auroc}
 * @param high  upper end, at most 1
 */
public record AurocInterval(double auroc, double low, double high) {
    private static final double Z = -NormalQuantile.of(0.025);

    /**
     * The area and its interval.
     *
     * @param scores   one a clip, not NaN. Not modified.
     * @param positive whether the clip has the label. Not modified.
     * @throws IllegalArgumentException if the lengths differ
     */
    public static AurocInterval of(float[] scores, boolean[] positive) {
        if (scores.length != positive.length) {
            throw new IllegalArgumentException(
                    "AUROC: " + scores.length + " scores and " + positive.length + " labels");
        }
        long[] order = new long[scores.length];
        int positives = 0;
        for (int i = 0; i < order.length; i++) {
            int bits = Float.floatToIntBits(scores[i] + 0f);
            order[i] = (long) (bits ^ bits >> 31 & 0x7fffffff) << 32 | i;
            positives += positive[i] ? 1 : 0;
        }
        Arrays.sort(order);
        return of(area(order, positive, positives), positives, scores.length - positives);
    }

    /** The share of pairs in the right order, ties counting one half (Mann and Whitney). */
    private static double area(long[] order, boolean[] positive, int positives) {
        long negatives = order.length - (long) positives;
        double right = 0;
        long below = 0;
        for (int i = 0; i < order.length; ) {
            int end = i;
            long tied = 0;
            while (end < order.length && order[end] >> 32 == order[i] >> 32) {
                tied += positive[(int) order[end++]] ? 0 : 1;
            }
            right += (end - i - tied) * (below + 0.5 * tied);
            below += tied;
            i = end;
        }
        return positives == 0 || negatives == 0 ? Double.NaN : right / ((double) positives * negatives);
    }

    private static AurocInterval of(double area, int positives, int negatives) {
        if (Double.isNaN(area)) {
            return new AurocInterval(Double.NaN, Double.NaN, Double.NaN);
        }
        double q1 = area / (2 - area);
        double q2 = 2 * area * area / (1 + area);
        double square = area * area;
        double variance = (area * (1 - area) + (positives - 1) * (q1 - square) + (negatives - 1) * (q2 - square))
                / ((double) positives * negatives);
        double half = Z * Math.sqrt(Math.max(0, variance));
        return new AurocInterval(area, Math.max(0, area - half), Math.min(1, area + half));
    }

    /** Whether chance, an area of 0.5, lies in the interval. */
    public boolean holdsChance() {
        return low <= 0.5 && high >= 0.5;
    }
}
