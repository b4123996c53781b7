package org.unmute.metrics;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Items in descending order of score; equal scores form a group. Average precision, AUROC and the best F1 are computed
 * from this order. Items are sorted once; resamples only change their weights.
 */
public final class Ranking {
    private final int[] order;
    private final boolean[] positiveAt;
    private final int[] groupEnd;
    private final float[] threshold;
    private final int positives;

    private Ranking(int[] order, boolean[] positiveAt, int[] groupEnd, float[] threshold, int positives) {
        this.order = order;
        this.positiveAt = positiveAt;
        this.groupEnd = groupEnd;
        this.threshold = threshold;
        this.positives = positives;
    }

    /**
     * Ranks items.
     *
     * @param score one score per item, no NaN. Not modified.
     * @param positive whether the item has the label. Not modified.
     */
    public static Ranking of(float[] score, boolean[] positive) {
        return of(score, positive, _ -> true);
    }

    /** As {@link #of(float[], boolean[])}, with only the items that {@code counts} accepts. */
    static Ranking of(float[] score, boolean[] positive, IntPredicate counts) {
        long[] keys = new long[score.length];
        int n = 0;
        for (int i = 0; i < score.length; i++) {
            if (!counts.test(i)) {
                continue;
            }
            // Adding 0 turns -0 into 0, which is an equal score. The high half sorts by descending score, the low half
            // by index.
            int bits = Float.floatToIntBits(score[i] + 0f);
            int ascending = bits ^ ((bits >> 31) & 0x7fffffff);
            keys[n++] = ((long) ~ascending << 32) | i;
        }
        Arrays.parallelSort(keys, 0, n);
        int[] order = new int[n];
        boolean[] positiveAt = new boolean[n];
        int[] groupEnd = new int[n];
        int groups = 0;
        int positives = 0;
        for (int rank = 0; rank < n; rank++) {
            order[rank] = (int) keys[rank];
            positiveAt[rank] = positive[order[rank]];
            positives += positiveAt[rank] ? 1 : 0;
            if (rank + 1 == n || keys[rank] >> 32 != keys[rank + 1] >> 32) {
                groupEnd[groups++] = rank + 1;
            }
        }
        float[] threshold = new float[groups];
        for (int g = 0; g < groups; g++) {
            threshold[g] = score[order[groupEnd[g] - 1]];
        }
        return new Ranking(order, positiveAt, Arrays.copyOf(groupEnd, groups), threshold, positives);
    }

    /** Number of items. */
    public int items() {
        return order.length;
    }

    /** Number of items with the label. */
    public int positives() {
        return positives;
    }

    int groups() {
        return groupEnd.length;
    }

    int groupStart(int group) {
        return group == 0 ? 0 : groupEnd[group - 1];
    }

    int groupEnd(int group) {
        return groupEnd[group];
    }

    float threshold(int group) {
        return threshold[group];
    }

    int itemAt(int rank) {
        return order[rank];
    }

    boolean positiveAt(int rank) {
        return positiveAt[rank];
    }

    boolean groupHasPositive(int group) {
        for (int rank = groupStart(group); rank < groupEnd[group]; rank++) {
            if (positiveAt[rank]) {
                return true;
            }
        }
        return false;
    }

    /**
     * Average precision as scikit-learn defines it: the sum over distinct thresholds of (recall step) x precision, no
     * interpolation. NaN without positives.
     */
    double averagePrecision() {
        int hits = 0;
        double sum = 0;
        for (int g = 0; g < groupEnd.length; g++) {
            int gained = positivesIn(g);
            hits += gained;
            sum += gained * ((double) hits / groupEnd[g]);
        }
        return positives == 0 ? Double.NaN : sum / positives;
    }

    /**
     * Area under the ROC curve: the Mann-Whitney statistic, with ties counted as one half. NaN if all items have the
     * same label.
     */
    public double auroc() {
        long negatives = items() - (long) positives;
        if (positives == 0 || negatives == 0) {
            return Double.NaN;
        }
        int hits = 0;
        double negativesAbove = 0;
        for (int g = 0; g < groupEnd.length; g++) {
            int gained = positivesIn(g);
            int before = groupStart(g) - hits;
            int tied = groupEnd[g] - groupStart(g) - gained;
            negativesAbove += gained * (before + 0.5 * tied);
            hits += gained;
        }
        return 1 - negativesAbove / ((double) positives * negatives);
    }

    /**
     * The maximum F1 over thresholds "positive if score ≥ t" with t among the scores, at the largest such t. NaN
     * without positives.
     */
    Threshold bestF1() {
        Threshold best = Threshold.UNDEFINED;
        int hits = 0;
        for (int g = 0; positives > 0 && g < groupEnd.length; g++) {
            hits += positivesIn(g);
            double f1 = F1.of(hits, groupEnd[g], positives);
            if (!(f1 <= best.f1())) {
                best = new Threshold(f1, threshold[g]);
            }
        }
        return best;
    }

    private int positivesIn(int group) {
        int count = 0;
        for (int rank = groupStart(group); rank < groupEnd[group]; rank++) {
            count += positiveAt[rank] ? 1 : 0;
        }
        return count;
    }
}
