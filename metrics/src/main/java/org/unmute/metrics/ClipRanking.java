package org.unmute.metrics;

import java.util.Arrays;

/**
 * Label ranking within clips: lwlrap (DCASE 2019 task 2), label-ranking average precision and coverage error.
 * The precision at a label is (labels of the clip scored at least as high) / (classes scored at least as high).
 */
final class ClipRanking {
    private final double[] precisionOfClip;
    private final int[] labelsOfClip;
    private final double[] precisionOfClass;
    private final int[] clipsOfClass;
    private double coverage;

    ClipRanking(ScoreTable table, boolean[][] labels) {
        precisionOfClip = new double[table.clips()];
        labelsOfClip = new int[table.clips()];
        precisionOfClass = new double[table.classes()];
        clipsOfClass = new int[table.classes()];
        for (int i = 0; i < table.clips(); i++) {
            addClip(i, table.scores(i), labels[i]);
        }
    }

    private void addClip(int clip, float[] scores, boolean[] labels) {
        int furthest = 0;
        for (int c = 0; c < scores.length; c++) {
            if (!labels[c]) {
                continue;
            }
            int rank = 0;
            int hits = 0;
            for (int other = 0; other < scores.length; other++) {
                if (scores[other] >= scores[c]) {
                    rank++;
                    hits += labels[other] ? 1 : 0;
                }
            }
            double precision = (double) hits / rank;
            furthest = Math.max(furthest, rank);
            precisionOfClip[clip] += precision;
            labelsOfClip[clip]++;
            precisionOfClass[c] += precision;
            clipsOfClass[c]++;
        }
        coverage += furthest;
    }

    /** Sum of the precisions at the labels of a clip. */
    double precisionSum(int clip) {
        return precisionOfClip[clip];
    }

    int labels(int clip) {
        return labelsOfClip[clip];
    }

    int labelledClips() {
        return (int) Arrays.stream(labelsOfClip).filter(n -> n > 0).count();
    }

    double ofClass(int label) {
        return clipsOfClass[label] == 0 ? Double.NaN : precisionOfClass[label] / clipsOfClass[label];
    }

    double weight(int label) {
        long pairs = pairs();
        return pairs == 0 ? 0 : (double) clipsOfClass[label] / pairs;
    }

    LabelRanking summary() {
        long pairs = pairs();
        double perClip = 0;
        for (int i = 0; i < labelsOfClip.length; i++) {
            perClip += labelsOfClip[i] == 0 ? 0 : precisionOfClip[i] / labelsOfClip[i];
        }
        return new LabelRanking(
                pairs == 0 ? Double.NaN : Arrays.stream(precisionOfClip).sum() / pairs,
                pairs == 0 ? Double.NaN : perClip / labelledClips(),
                coverage / labelsOfClip.length);
    }

    private long pairs() {
        return Arrays.stream(labelsOfClip).asLongStream().sum();
    }
}
