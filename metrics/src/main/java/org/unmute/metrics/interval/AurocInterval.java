package org.unmute.metrics.interval;

/**
 * AUROC with the interval of Hanley and McNeil (<i>The meaning and use of the area under a receiver operating
 * characteristic (ROC) curve</i>, 1982), which requires only the area and the numbers of clips. With one to four
 * positive clips it is wide, and shows whether a ranking may be due to chance.
 *
 * @param auroc area under the curve; NaN without a positive or without a negative clip
 * @param low   lower end of the 95 % interval, at least 0; NaN with {@code auroc}
 * @param high  upper end, at most 1
 */
public record AurocInterval(double auroc, double low, double high) {
    private static final double Z = -NormalQuantile.of(0.025);

    /**
     * The interval of an area.
     *
     * @param area      in [0, 1], as returned by {@link org.unmute.metrics.Ranking#auroc}; NaN if undefined
     * @param positives number of clips with the label
     * @param negatives number of clips without the label
     */
    public static AurocInterval of(double area, int positives, int negatives) {
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

    /** Whether the interval contains chance level, an area of 0.5. */
    public boolean holdsChance() {
        return low <= 0.5 && high >= 0.5;
    }
}
